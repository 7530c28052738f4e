import Testing

@testable import EdgeHandler

/// The fields that do not depend on a picture: who may see an answer, and what every answer carries.
@Suite struct AnswerHeadTests {
  private static let listed = """
    { "namespace": "acme", "allowedOrigins": ["https://www.acme.com", "*.acme.dev:8443", "shop.example"],
      "sources": { "web": { "kind": "http", "prefix": "http://origin.example/" } }, "domains": ["images.acme.com"] }
    """
  private static let open = """
    { "namespace": "open", "sources": { "web": { "kind": "http", "prefix": "http://origin.example/" } } }
    """

  private func host(_ workspace: String = listed) throws -> ScriptedHost {
    var host = try ScriptedHost(workspace, Self.open == workspace ? Self.listed : Self.open)
    host.serve("http://origin.example/a.jpg", .image(.jpeg, 100, 100))
    return host
  }

  @Test(arguments: [
    "https://www.acme.com", "HTTPS://WWW.ACME.COM", "https://www.acme.com:443", "https://www.acme.com.",
    "http://a.acme.dev:8443", "ws://a.b.acme.dev:8443", "http://shop.example", "chrome://shop.example:1",
  ])
  func anOriginOfTheListPasses(origin: String) throws {
    var host = try host()
    let answer = host.get("/web/a.jpg", [("Origin", origin)])
    #expect(answer.status == 200)
    #expect(answer["access-control-allow-origin"] == origin)
    #expect(answer["timing-allow-origin"] == origin)
    #expect(answer["access-control-expose-headers"] == "ETag, Cache-Status, Server-Timing")
    #expect(answer["vary"] == "Accept, Origin")
  }

  @Test(arguments: [
    "", "null", "*", "http://www.acme.com", "https://acme.com", "https://www.acme.com.evil.example",
    "https://evil.example#https://www.acme.com", "https://www.acme.com/", "https://www.acme.com/x",
    "https://u@www.acme.com", "https://www.acme.com:x", "https://www.acme.com:99999", "www.acme.com", "//www.acme.com",
    "https://a.acme.dev", "https://acme.dev:8443", "https://xacme.dev:8443",
    "https://www.acme.com, https://www.acme.com",
    "https://www.acme.com https://evil.example", "https://[::1]", "https://", "file://", "https://ｗww.acme.com",
    // The scheme of a pattern brings its port, and no browser sends the rest.
    "https://www.acme.com:8080", "https://www.acme.com:", "https://%77ww.acme.com", "https://*.acme.dev:8443",
    "https://*.shop.example", "http://sh!op.example", "http://shop.example..",
  ])
  func anotherOriginIsRefusedAndToldNothing(origin: String) throws {
    var host = try host()
    for target in ["/web/a.jpg", "/nothing", "/web/a.jpg?w=0", "not a target"] {
      for method in ["GET", "HEAD", "OPTIONS", "POST"] {
        let answer = host.get(target, [("Origin", origin)], method: method)
        #expect(answer.status == 403, "\(method) \(target)")
        #expect(method == "HEAD" || answer.code == "origin-not-allowed")
        #expect(answer["access-control-allow-origin"] == nil)
        #expect(answer["timing-allow-origin"] == nil)
        #expect(answer["access-control-allow-methods"] == nil)
        #expect(answer["vary"] == "Origin")
        #expect(answer.effects.isEmpty)
      }
    }
  }

  @Test func twoOriginFieldsAreNoOrigin() throws {
    var host = try host()
    let origin = ("Origin", "https://www.acme.com")
    #expect(host.get("/web/a.jpg", [origin, origin]).status == 403)
  }

  @Test func withoutAnOriginEveryCallerPasses() throws {
    var host = try host()
    let answer = host.get("/web/a.jpg")
    #expect(answer.status == 200)
    #expect(answer["access-control-allow-origin"] == nil)
  }

  /// What may be stored by a cache that serves many pages must say that it depends on the page.
  @Test(arguments: [
    "/web/a.jpg", "/web/a.jpg?format=png", "/nothing", "/transform", "/web/a.jpg?w=0", "/web/b.jpg", "x", "/\u{e9}",
    "/" + String(repeating: "x", count: 9000),
  ])
  func everyAnswerOfAListedWorkspaceVariesByOrigin(target: String) throws {
    var host = try host()
    for method in ["GET", "HEAD", "OPTIONS", "POST"] {
      let answer = host.get(target, method: method)
      #expect(answer["vary"]?.split(separator: ", ").contains("Origin") == true, "\(method) \(target)")
      let shared = host.get(target, [("Origin", "https://www.acme.com")], method: method)
      #expect(shared["access-control-allow-origin"] == "https://www.acme.com", "\(method) \(target)")
    }
  }

  @Test func anOpenWorkspaceIsTheSameForAll() throws {
    var host = try host(Self.open)
    for fields in [[], [("Origin", "https://x.example")], [("Origin", "null")], [("Origin", "")]] {
      let answer = host.get("/web/a.jpg?format=png", fields)
      #expect(answer.status == 200)
      #expect(answer["access-control-allow-origin"] == "*")
      #expect(answer["vary"] == nil)
    }
  }

  @Test func aPreflightIsAnswered() throws {
    var host = try host()
    let answer = host.get(
      "/web/a.jpg?w=0",
      [("Origin", "https://www.acme.com"), ("Access-Control-Request-Method", "GET")], method: "OPTIONS")
    #expect(answer.status == 204)
    #expect(answer["access-control-allow-methods"] == "GET, HEAD, OPTIONS")
    #expect(answer["access-control-allow-headers"] == "*")
    #expect(answer["access-control-max-age"] == "86400")
    #expect(answer["content-length"] == nil)
    #expect(answer["vary"] == "Origin")
  }

  @Test(arguments: ["POST", "PUT", "DELETE", "TRACE", "CONNECT", "PATCH", "get", "", "G E T"])
  func otherMethodsAreNot(method: String) throws {
    var host = try host()
    for target in ["/web/a.jpg", "/healthz", "/readyz"] {
      let answer = host.get(target, method: method)
      #expect(answer.status == 405)
      #expect(answer.code == "method-not-allowed")
      #expect(answer["allow"] == "GET, HEAD, OPTIONS")
    }
  }

  // MARK: Hosts

  @Test(arguments: [
    "acme.localhost", "acme.localhost:8080", "ACME.LocalHost", "acme.localhost.", "acme.localhost.:1",
    "acme.localhost:", "images.acme.com.:",
    "%61cme.localhost",
    "images.acme.com", "IMAGES.ACME.COM.:443",
  ])
  func spellingsOfAHostFindItsWorkspace(authority: String) throws {
    var host = try host()
    #expect(host.get("/web/a.jpg", host: authority).status == 200)
  }

  @Test(arguments: [
    "", "localhost", "x.localhost", "a.acme.localhost", "acme.localhost..", ".acme.localhost", "acme..localhost",
    "acme.localhost.evil.example", "acme", "x.images.acme.com", "127.0.0.1", "[::1]", "[::1", "acme.localhost::",
    "acme.localhost:x", "acme.localhost:99999", "u@acme.localhost", "acme.localhost/x", "acme.localhost acme.localhost",
    "acme.localhost\u{0}", "\u{212A}cme.localhost", "-.localhost", "*.localhost",
  ])
  func anyOtherHostIsUnknown(authority: String) throws {
    var host = try host()
    let answer = host.get("/web/a.jpg", host: authority)
    #expect(answer.status == 404)
    #expect(answer.code == "unknown-workspace")
    #expect(answer["vary"] == nil)
    #expect(host.get("/healthz", host: authority).status == 200)
  }

  @Test(arguments: [
    ("http://acme.localhost:8080/web/a.jpg", 200, nil), ("HTTP://open.localhost/web/a.jpg?w=1", 200, nil),
    ("http://x.localhost/web/a.jpg", 404, "unknown-workspace"), ("http://acme.localhost?w=1", 404, "not-found"),
    ("http://acme.localhost", 404, "not-found"), ("http://acme.localhost:/web/a.jpg", 200, nil),
    ("ftp://acme.localhost/web/a.jpg", 404, "unknown-workspace"),
  ])
  func aTargetInAbsoluteFormNamesTheHost(target: String, status: Int, code: String?) throws {
    var host = try host()
    let received = ReceivedRequest(
      method: "GET", target: target, fields: [("Host", "elsewhere.example")], isSecure: false)
    let answer = host.perform(try #require(Request(received)))
    #expect(answer.status == status)
    #expect(answer.code == code)
  }

  @Test(
    "a Host that is no host with an optional port is refused",
    arguments: [
      "u@acme.localhost", "u:p@acme.localhost:80", "acme.localhost/", "acme.localhost/x", "acme.localhost?x",
      "acme.localhost#x", "acme.localhost\\x", "acme.localhost,open.localhost", "acme.localhost, open.localhost",
      "acme.localhost open.localhost", "acme.localhost\topen.localhost", ",", "@", "acme.localhost\u{7F}",
    ])
  func malformedHost(authority: String) {
    for fields in [[("Host", authority)], [("Host", " \(authority) ")]] {
      for isHTTP10 in [false, true] {
        #expect(
          Request(
            ReceivedRequest(method: "GET", target: "/web/a.jpg", fields: fields, isHTTP10: isHTTP10, isSecure: false))
            == nil)
      }
    }
    let target = "http://u@acme.localhost/web/a.jpg"
    #expect(
      Request(ReceivedRequest(method: "GET", target: target, fields: [("Host", "acme.localhost")], isSecure: false))
        == nil)
  }

  /// On a domain that is not ours, nothing is promised for the names below it.
  @Test func transportSecurityReachesNoFurtherThanOurOwnDomain() throws {
    var host = try host()
    let ours = "max-age=63072000; includeSubDomains; preload"
    for target in ["/web/a.jpg", "/nothing", "/healthz", "/web/a.jpg?w=0", "x"] {
      for authority in ["acme.localhost", "localhost", "unknown.localhost", "ACME.localhost.:80"] {
        #expect(host.get(target, host: authority)["strict-transport-security"] == ours)
      }
      for authority in ["images.acme.com", "unknown.example", "127.0.0.1", "xlocalhost", ""] {
        #expect(host.get(target, host: authority)["strict-transport-security"] == "max-age=63072000")
      }
    }
  }

  @Test func everyAnswerIsSafeToShow() throws {
    var host = try host()
    for (target, method) in [
      ("/web/a.jpg", "GET"), ("/web/a.jpg", "OPTIONS"), ("/x", "GET"), ("/healthz", "HEAD"), ("*", "OPTIONS"),
      ("x", "GET"),
    ] {
      let answer = host.get(target, method: method)
      #expect(answer["x-content-type-options"] == "nosniff")
      #expect(answer["content-security-policy"] == "default-src 'none'; sandbox")
      #expect(answer["cross-origin-resource-policy"] == "cross-origin")
    }
  }

  // MARK: Health

  @Test func healthIsAnsweredOnAnyHost() throws {
    var host = try host()
    #expect(host.get("/healthz", host: "").bytes == Array("ok\n".utf8))
    #expect(host.get("/readyz?x=1").status == 200)
    #expect(host.get("/healthz", method: "OPTIONS").status == 204)
    #expect(host.get("/healthz", method: "HEAD")["content-length"] == "3")
    #expect(host.get("/healthz/").status == 404)
    host.context.isReady = false
    #expect(host.get("/healthz").status == 200)
    let refused = host.get("/readyz")
    #expect(refused.status == 503)
    #expect(refused.code == "overloaded")
    #expect(refused["retry-after"] == "1")
  }
}
