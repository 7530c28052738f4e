import EdgeTesting
import HTTPTypes
import Testing

@testable import EdgeHandler

/// Who answers at a host while the records change, age, are damaged or cannot be reached.
@Suite struct SiteCacheTests {
  private var host = RecordedHost()
  private let here = "acme.localhost"

  private static func request(_ host: String) -> Request {
    Request(method: "GET", authority: host, target: "/", isSecure: true, fields: [:])
  }

  @Test("a workspace answers once its record is there") mutating func created() throws {
    #expect(try host.status(of: here) == 404)
    try host.set("acme")
    host.now += SiteCache.maximumAge
    #expect(try host.status(of: here) == 200)
    #expect(try host.status(of: "ACME.localhost.:8080") == 200)
  }

  @Test("a change is in force within ten seconds, and is asked for after five") mutating func changed() throws {
    try host.set("acme")
    #expect(try host.status(of: here) == 200)
    try host.set("acme", #"{"allowedExternalSources": ["b.example"]}"#)
    let asked = host.requestCount
    host.now += SiteCache.refreshAge - 1
    #expect(try host.status(of: here) == 200)
    #expect(host.requestCount == asked)
    host.now += 1
    #expect(try host.status(of: here) == 403)
    // One request for the name and the workspace together.
    #expect(host.requestCount == asked + 1)
  }

  @Test("a refresh is one caller's; others have what is known, and after ten seconds nobody has it")
  mutating func refreshing() throws {
    try host.set("acme")
    #expect(try host.status(of: here) == 200)
    let request = Self.request(here)
    let age = { (seconds: Int64, host: inout RecordedHost) -> SiteCache.Found in
      host.sites.find(request, now: 1_767_225_600 + seconds)
    }
    guard case .known(_, _, refresh: nil) = age(4, &host), case .known(_, _, _?) = age(5, &host),
      case .known(_, _, refresh: nil) = age(6, &host)
    else {
      Issue.record("the first caller after five seconds, and only that, is the one to refresh")
      return
    }
    // Whoever was to refresh it has not come back.
    guard case .unknown = age(10, &host), case .unknown = age(-1, &host) else {
      Issue.record("a site is known for ten seconds, by a clock that goes forward")
      return
    }
  }

  @Test("what is known stands for an hour while the store cannot be reached, and what was removed stays removed")
  mutating func outage() throws {
    try host.set("acme")
    try host.set("beta", id: 2)
    #expect(try host.status(of: here) == 200)
    #expect(try host.status(of: "beta.localhost") == 200)
    _ = try host.perform(host.workspaces.remove("beta"))
    host.now += SiteCache.maximumAge
    #expect(try host.status(of: here) == 200)
    #expect(try host.status(of: "beta.localhost") == 404)
    let start = host.now
    for fault in [RecordResult.unavailable, .overloaded, .conflict(0), .records([])] {
      host.fault = fault
      for _ in 0..<20 {
        host.now += SiteCache.maximumAge
        #expect(try host.status(of: here) == 200)
        #expect(try host.status(of: "beta.localhost") == 404)
        #expect(try host.status(of: "other.localhost") == 503)
      }
    }
    host.now = start + SiteCache.maximumOutage
    let answer = try host.ask(here)
    #expect(answer.response.status == 503)
    #expect(answer.response.problemCode == "workspace-unavailable")
    // It comes back by itself.
    host.fault = nil
    host.now += SiteCache.retryAge
    #expect(try host.status(of: here) == 200)
    #expect(try host.status(of: "other.localhost") == 404)
  }

  @Test("a host that cannot be looked up is looked up again a second later") mutating func retried() throws {
    host.fault = .unavailable
    #expect(try host.status(of: here) == 503)
    let asked = host.requestCount
    #expect(try host.status(of: here) == 503)
    #expect(host.requestCount == asked)
    host.now += SiteCache.retryAge
    #expect(try host.status(of: here) == 503)
    #expect(host.requestCount == asked + 1)
  }

  @Test(
    "a record that cannot be read makes its own workspace unavailable and nobody else",
    arguments: [
      "", "{", "[]", "null", #"{"namespace": "acme"}"#, #"{"format": 2, "id": "ID", "namespace": "acme"}"#,
      #"{"format": 1, "id": "ID", "namespace": "acme", "future": true}"#,
      #"{"format": 1, "id": "01010101010101010101010101", "namespace": "acme"}"#,
      #"{"format": 1, "id": "ID", "namespace": "acme", "plan": 1}"#,
      #"{"id": "ID", "namespace": "acme", "sources": {"s": {"kind": "s3", "bucket": "bkt", "region": "r", "accessKeyId": "A", "secretAccessKey": {"sealed": "x"}}}}"#,
      #"{"id": "ID", "namespace": "acme", "sources": {"s": {"kind": "s3", "bucket": "bkt", "region": "r", "accessKeyId": "A", "secretAccessKey": {}}}}"#,
      #"{"id": "ID", "namespace": "acme", "sources": {"s": {"kind": "s3", "secretAccessKey": 7}}}"#,
      String(repeating: "[", count: 64 << 10), #"{"namespace": ""# + String(repeating: "x", count: 60 << 10) + #""}"#,
    ])
  mutating func unreadable(body: String) throws {
    try host.set("acme")
    try host.set("beta", id: 2)
    let id = WorkspaceID.make(Array(repeating: 1, count: 16))
    let put = RecordWrite.Change.put(body: body.replacing("ID", with: id), expires: nil)
    #expect(
      host.store.perform(.write([RecordWrite(WorkspaceRecord.key(id: id), put)], asOf: host.now)) == .written)
    #expect(try host.status(of: "beta.localhost") == 200)
    let answer = try host.ask(here)
    #expect(answer.response.problemCode == "workspace-unavailable")
    #expect(answer.response.fields[.retryAfter] != nil)
    // It is mended by writing it again.
    try host.set("acme", #"{"plan": "pro"}"#)
    host.now += SiteCache.maximumAge
    #expect(try host.status(of: "beta.localhost") == 200)
  }

  @Test("a record of a name that leads nowhere is nobody's or unavailable, never somebody else's")
  mutating func strayName() throws {
    try host.set("acme")
    try host.set("beta", #"{"domains": ["img.beta.example"]}"#, id: 2)
    let beta = WorkspaceID.make(Array(repeating: 2, count: 16))
    for (name, body, status) in [
      ("gone", NameRecord.body(workspace: WorkspaceID.make(Array(repeating: 9, count: 16))), 404),
      ("wrong", NameRecord.body(workspace: beta), 404), ("empty", "", 503), ("json", "{}", 503),
      ("odd", #"{"workspace": "beta"}"#, 503),
    ] {
      let write = RecordWrite(NameRecord.key(namespace: name), .put(body: body, expires: nil))
      #expect(host.store.perform(.write([write], asOf: host.now)) == .written)
      #expect(try host.status(of: name + ".localhost") == status, "\(name)")
    }
    let stray = RecordWrite(
      NameRecord.key(domain: "img.acme.example"), .put(body: NameRecord.body(workspace: beta), expires: nil))
    #expect(host.store.perform(.write([stray], asOf: host.now)) == .written)
    #expect(try host.status(of: "img.acme.example") == 404)
    #expect(try host.status(of: "img.beta.example") == 200)
  }

  @Test("a record that has expired is as good as gone, though the store still has it") mutating func expired() throws {
    try host.set("acme")
    let id = WorkspaceID.make(Array(repeating: 1, count: 16))
    let write = RecordWrite(
      NameRecord.key(namespace: "acme"), .put(body: NameRecord.body(workspace: id), expires: host.now + 100))
    #expect(host.store.perform(.write([write], asOf: host.now)) == .written)
    host.now += 99
    #expect(try host.status(of: here) == 200)
    host.now += SiteCache.maximumAge
    #expect(try host.status(of: here) == 404)
  }

  @Test("the next owner of a name has other keys than the last one") mutating func nextOwner() throws {
    let source = #"{"sources": {"web": {"kind": "http", "prefix": "https://o.example/i/"}}}"#
    try host.set("acme", source)
    let old = try host.ask(here, "/web/a.png?w=9").response.fields[.eTag]
    _ = try host.perform(host.workspaces.remove("acme"))
    try host.set("acme", source, id: 2)
    host.now += SiteCache.maximumAge
    let new = try host.ask(here, "/web/a.png?w=9").response.fields[.eTag]
    #expect(old != nil && new != nil && old != new)
  }

  @Test("a fixed workspace is never asked for, and no record takes its name") mutating func fixed() throws {
    let json =
      #"{"workspaces": [{"namespace": "acme", "domains": ["img.acme.example"], "allowedExternalSources": ["b.example"]}]}"#
    host = RecordedHost(fixed: try Configuration(json: Array(json.utf8)).workspaces)
    try host.set("acme", #"{"domains": ["img.acme.example"]}"#)
    let asked = host.requestCount
    #expect(try host.status(of: here) == 403)
    #expect(try host.status(of: "img.acme.example") == 403)
    #expect(host.requestCount == asked)
    host.sites.replaceFixed([])
    #expect(try host.status(of: here) == 200)
  }

  @Test("no host that can have no workspace is looked up") mutating func nothingToLookUp() throws {
    for name in ["localhost", "app.localhost", "customers.localhost", "www.localhost", "ab.localhost", "a.b.localhost"]
    {
      #expect(try host.status(of: name) == 404, "\(name)")
    }
    for name in ["127.0.0.1", "[::1]:8080", "", "a b", "acme.localhost:x"] {
      #expect(try host.status(of: name) == 404, "\(name)")
    }
    #expect(try host.status(of: "random.example", "/healthz") == 200)
    #expect(try host.status(of: "random.example", "/readyz?x") == 200)
    #expect(host.requestCount == 0)
  }

  @Test("made-up names push no workspace out of a full cache, and are forgotten themselves") func bounded() throws {
    var sites = SiteCache(Configuration(workspaces: []), records: .host, capacity: 64)
    let acme = try #require(HostName(authority: "acme.localhost"))
    let workspace = Workspace(
      namespace: "acme", plan: .free, allowedOrigins: .everything, allowedExternalSources: .everything, sources: [],
      marks: [], domains: [])
    _ = sites.insert(LoadedSite(occupant: .workspace(workspace)), at: acme, now: 0)
    for index in 0..<1000 {
      let name = try #require(HostName(authority: "n\(index).example"))
      _ = sites.insert(.nobody, at: name, now: 0)
    }
    #expect(sites.find(Self.request("acme.localhost"), now: 1).site?.workspace != nil)
    guard case .unknown = sites.find(Self.request("n0.example"), now: 1) else {
      Issue.record("a name that was made up long ago is still known")
      return
    }
  }
}
