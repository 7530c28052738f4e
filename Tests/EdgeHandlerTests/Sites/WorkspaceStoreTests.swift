import EdgeTesting
import Testing

@testable import EdgeHandler

/// What an operator's commands do to the records of workspaces.
@Suite struct WorkspaceStoreTests {
  private var host = RecordedHost()

  private static let bucket =
    #""sources": {"shop": {"kind": "s3", "bucket": "shop", "region": "eu-west-1", "accessKeyId": "AKIA", "secretAccessKey": SECRET}}"#

  private mutating func failure(_ namespace: String, _ settings: String, id: UInt8 = 1) throws -> WorkspaceStore
    .Failure?
  {
    guard case .failure(let failure) = try host.outcome(namespace, settings, id: id) else { return nil }
    return failure
  }

  @Test("settings are checked as a file is, in the same words") mutating func checked() throws {
    #expect(try failure("acme", "[]")?.reason == .invalid)
    #expect(try failure("acme", #"{"plan": "gold"}"#)?.description.contains("free, pro") == true)
    #expect(try failure("acme", #"{"x": 1}"#)?.description == #"workspace "acme": x: is not a field here"#)
    #expect(try failure("acme", #"{"namespace": "beta"}"#)?.reason == .invalid)
    #expect(try failure("acme", #"{"id": "short"}"#)?.reason == .invalid)
    #expect(try failure("acme", #"{"format": 2}"#)?.description.contains("format 1") == true)
    for name in ["", "ab", "Acme", "www", "a_b", "-ab", String(repeating: "a", count: 64)] {
      #expect(try failure(name, "{}")?.reason == .invalid, "\(name)")
    }
    #expect(try host.status(of: "acme.localhost") == 404)
  }

  @Test("a secret is stored sealed, and bound to its workspace and its source") mutating func sealed() throws {
    let plain = "{" + Self.bucket.replacing("SECRET", with: #""hunter2""#) + "}"
    #expect(try host.set("acme", plain) == .created)
    let stored = try #require(try? host.perform(host.workspaces.find("acme")).get())
    let sealed = try #require(stored.settings["sources"]?["shop"]?["secretAccessKey"]?["sealed"]?.string)
    #expect(sealed.hasPrefix("1.k1."))
    #expect(try host.status(of: "acme.localhost", "/shop/a.png?w=9") == 200)
    // What was exported can be imported: by its own workspace, and by no other.
    let text = String(decoding: stored.settings.serialized(), as: UTF8.self)
    #expect(try host.set("acme", text) == .unchanged)
    let stolen = "{" + Self.bucket.replacing("SECRET", with: "{\"sealed\": \"\(sealed)\"}") + "}"
    #expect(try failure("beta", stolen, id: 2)?.reason == .invalid)
    // Without a key there is no workspace with secrets.
    host.keyID = nil
    #expect(try failure("gamma", plain, id: 3)?.description.contains("no key") == true)
  }

  @Test("secrets are sealed anew when the first key is another") mutating func rotated() throws {
    try host.set("acme", "{" + Self.bucket.replacing("SECRET", with: #""hunter2""#) + "}")
    func reseal(_ host: inout RecordedHost) throws -> WorkspaceStore.Change {
      try host.perform(host.workspaces.reseal(try host.perform(host.workspaces.find("acme")).get())).get()
    }
    #expect(try reseal(&host) == .unchanged)
    host.keyID = "k2"
    #expect(try reseal(&host) == .changed)
    #expect(try reseal(&host) == .unchanged)
    let stored = try host.perform(host.workspaces.find("acme")).get()
    #expect(SealedSecrets.keyIDs(in: stored.settings) == ["k2"])
    #expect(try host.status(of: "acme.localhost", "/shop/a.png?w=9") == 200)
  }

  @Test("a domain is one workspace's, and free when it lets go of it") mutating func domains() throws {
    try host.set("acme", #"{"domains": ["img.example", "IMG.example.", "two.example"]}"#)
    #expect(try host.status(of: "img.example") == 200)
    let taken = try #require(try failure("beta", #"{"domains": ["Two.example"]}"#, id: 2))
    #expect(taken.reason == .conflict && taken.description.contains("two.example"))
    #expect(try host.status(of: "beta.localhost") == 404)
    try host.set("acme", #"{"domains": ["img.example"]}"#)
    try host.set("beta", #"{"domains": ["two.example"]}"#, id: 2)
    host.now += SiteCache.maximumAge
    #expect(try host.status(of: "two.example") == 200)
    #expect(try host.perform(host.workspaces.find("beta")).get().id == WorkspaceID.make(Array(repeating: 2, count: 16)))
    _ = try host.perform(host.workspaces.remove("acme"))
    try host.set("beta", #"{"domains": ["two.example", "img.example"]}"#, id: 2)
    let many = (0..<30).map { "\"d\($0).example\"" }.joined(separator: ",")
    #expect(try failure("gamma", "{\"domains\": [\(many)]}", id: 3)?.reason == .invalid)
  }

  @Test("of two writers that read the same revision one is told") mutating func conflict() throws {
    try host.set("acme")
    let step = host.workspaces.set("acme", .object([JSON.Member("plan", .string("pro"))]), newID: "")
    // The second reads, and before it writes the first has written.
    guard case .records(let names, let then) = step, case .records(let own, let next) = then(host.records(names)) else {
      Issue.record("a change begins by reading the workspace")
      return
    }
    let read = host.records(own)
    try host.set("acme", #"{"plan": "business"}"#)
    guard case .failure(let failure) = try host.perform(next(read)) else {
      Issue.record("the second writer has overwritten the first")
      return
    }
    #expect(failure.reason == .conflict)
    #expect(try host.perform(host.workspaces.find("acme")).get().settings["plan"]?.string == "business")
  }

  @Test("an id is one workspace's") mutating func ids() throws {
    try host.set("acme")
    let id = WorkspaceID.make(Array(repeating: 1, count: 16))
    #expect(try failure("beta", "{\"id\": \"\(id)\"}", id: 2)?.reason == .conflict)
    let other = WorkspaceID.make(Array(repeating: 7, count: 16))
    #expect(try failure("acme", "{\"id\": \"\(other)\"}")?.reason == .conflict)
    try host.set("gamma", "{\"id\": \"\(other)\"}", id: 3)
    #expect(try host.perform(host.workspaces.find("gamma")).get().id == other)
  }

  @Test("all workspaces are listed, page by page, in order") mutating func listed() throws {
    let names = (0..<230).map { "ws-\($0)" }
    for (index, name) in names.enumerated() {
      let id = WorkspaceID.make([UInt8(index / 256), UInt8(index % 256)] + Array(repeating: 0, count: 14))
      _ = try host.perform(host.workspaces.set(name, .object([]), newID: id))
    }
    var listed: [String] = []
    var after: String?
    repeat {
      let page = try host.perform(host.workspaces.page(after: after)).get()
      listed += page.workspaces.map(\.namespace)
      after = page.next
    } while after != nil
    #expect(listed == names.sorted())
  }

  @Test("a store that is busy or away changes nothing and says so", arguments: [RecordResult.overloaded, .unavailable])
  mutating func unavailable(fault: RecordResult) throws {
    try host.set("acme")
    host.fault = fault
    #expect(try failure("acme", #"{"plan": "pro"}"#)?.reason == .storeUnavailable)
    #expect(throws: WorkspaceStore.Failure.self) { try host.perform(host.workspaces.find("acme")).get() }
    #expect(throws: WorkspaceStore.Failure.self) { try host.perform(host.workspaces.page(after: nil)).get() }
    #expect(throws: WorkspaceStore.Failure.self) { try host.perform(host.workspaces.remove("acme")).get() }
  }

  @Test(
    "an id is 26 digits of Crockford's base 32",
    arguments: [
      ([UInt8](repeating: 0, count: 16), "00000000000000000000000000"),
      ([UInt8](repeating: 255, count: 16), "7ZZZZZZZZZZZZZZZZZZZZZZZZZ"),
      (Array(repeating: 0, count: 15) + [33], "00000000000000000000000011"),
    ])
  func identifiers(bytes: [UInt8], text: String) {
    #expect(WorkspaceID.make(bytes) == text)
    #expect(WorkspaceID.isValid(text))
  }
}
