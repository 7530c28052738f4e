import Testing

@testable import EdgeHandler

/// From the look-up to the answer, against every way in which an origin, a store and an engine can fail.
@Suite struct TransformFlowTests {
  static let workspace = """
    { "namespace": "acme", "allowedExternalSources": ["a.example", "*.b.example", "*.b.example:8080"],
      "sources": {
        "web": { "kind": "http", "prefix": "http://origin.example/images/" },
        "shop": { "kind": "s3", "bucket": "shop", "region": "eu-west-1", "prefix": "cat/",
          "accessKeyId": "AKID", "secretAccessKey": "secret" } } }
    """
  static let external = "/transform?src=http://a.example/1.jpg&w=100"

  private func host() throws -> ScriptedHost { try ScriptedHost(Self.workspace) }

  @Test func aMissIsFetchedRenderedAndStored() throws {
    var host = try host()
    host.serve("http://origin.example/images/a/b.jpg", .image(.jpeg, 1500, 1000))
    let miss = host.get("/web/a/b.jpg?w=150")
    #expect(miss.status == 200)
    #expect(miss["cache-status"] == "imgedge; fwd=miss; stored")
    #expect(miss["content-type"] == "image/jpeg")
    #expect(miss["content-length"] == "12345")
    #expect(miss.fetched == ["http://origin.example/images/a/b.jpg"])
    #expect(
      miss.fetches.first?.fields == [
        .init(name: "user-agent", value: "imgedge"), .init(name: "accept", value: "image/*,*/*;q=0.8"),
        .init(name: "accept-encoding", value: "identity"), .init(name: "cdn-loop", value: "localhost"),
      ])
    guard case .decoded(_, .first, [.resize(width: 150, height: 100)])? = miss.plan?.picture else {
      Issue.record("the plan is \(String(describing: miss.plan))")
      return
    }
    let hit = host.get("/web/a/b.jpg?w=150")
    #expect(hit.status == 200)
    #expect(hit["cache-status"] == "imgedge; hit")
    #expect(hit["etag"] == miss["etag"])
    #expect(hit.effects.count == 1)
  }

  @Test func anotherSpellingOfTheSameTransformIsAHit() throws {
    var host = try host()
    host.serve("http://origin.example/images/a.jpg", .image(.jpeg, 1500, 1000))
    _ = host.get("/web/a.jpg?w=150&h=150")
    for target in ["/transform/web/a.jpg?size=150", "/transform?h=150&src=web/a.jpg&w=150&x=1&fit=contain"] {
      #expect(host.get(target)["cache-status"] == "imgedge; hit", "\(target)")
    }
  }

  @Test(arguments: [
    (ScriptedOriginal.failure(.timedOut), 504, "source-timeout"),
    (.failure(.unreachable), 502, "source-unreachable"),
    (.failure(.addressRefused), 403, "source-not-allowed"),
    (.failure(.tooLarge), 413, "source-too-large"),
    (.status(404), 404, "source-not-found"), (.status(410), 404, "source-not-found"),
    (.status(401), 502, "source-refused"), (.status(403), 502, "source-refused"), (.status(429), 502, "source-busy"),
    (.status(500), 502, "source-unreachable"),
    (.status(204), 502, "source-unreachable"), (.status(206), 502, "source-unreachable"),
    (.status(304), 502, "source-unreachable"), (.status(100), 502, "source-unreachable"),
    (.bytes(.unsupported), 415, "unsupported-format"), (.bytes(.undecodable), 422, "undecodable-image"),
    (.bytes(.overloaded), 503, "overloaded"),
    (.image(.png, 0, 5), 422, "undecodable-image"), (.image(.png, 10_001, 10_000), 413, "too-many-pixels"),
    (.image(.gif, 2, 2, frames: 501), 413, "too-many-pixels"),
    (.image(.gif, 1000, 1001, frames: 100), 413, "too-many-pixels"),
    (.image(.png, Int(Int32.max), Int(Int32.max)), 413, "too-many-pixels"),
    (.image(.png, 1_000_001, 1), 413, "too-many-pixels"),
  ])
  func whatTheOriginDoesWrongIsSaid(original: ScriptedOriginal, status: Int, code: String) throws {
    var host = try host()
    host.serve("http://a.example/1.jpg", original)
    let answer = host.get(Self.external)
    #expect(answer.status == status)
    #expect(answer.code == code)
    #expect(answer["cache-control"] == "no-store")
    #expect(answer["cache-status"] == nil)
    #expect((answer["retry-after"] != nil) == (status == 503 || code == "source-busy"))
    #expect(host.outputs.isEmpty)
  }

  @Test func aFailureIsNotStored() throws {
    var host = try host()
    host.serve("http://a.example/1.jpg", .failure(.timedOut), .image(.jpeg, 10, 10))
    #expect(host.get(Self.external).status == 504)
    #expect(host.get(Self.external).status == 200)
  }

  @Test(arguments: [
    (RenderResult.undecodable, 422, "undecodable-image"), (.timedOut, 503, "transform-timeout"),
    (.overloaded, 503, "overloaded"), (.failed, 500, "internal-error"),
  ])
  func whatTheEngineCannotDoIsSaid(result: RenderResult, status: Int, code: String) throws {
    var host = try host()
    host.serve("http://a.example/1.jpg", .image(.jpeg, 10, 10))
    host.renders = [result]
    let answer = host.get(Self.external)
    #expect(answer.status == status)
    #expect(answer.code == code)
  }

  @Test func whoWaitedGetsWhatCameOfIt() throws {
    var host = try host()
    let output = StoredOutput(body: Blob(id: 9), byteCount: 3, mediaType: "image/png", lifetimeSeconds: 1)
    host.lookUps = [.collapsed(output), .failed(Problem(.sourceTimeout, "late"))]
    let collapsed = host.get(Self.external)
    #expect(collapsed.status == 200)
    #expect(collapsed["cache-status"] == "imgedge; fwd=miss; collapsed")
    #expect(collapsed.answer.response.body == .blob(Blob(id: 9)))
    let failed = host.get(Self.external)
    #expect(failed.status == 504)
    #expect(failed.effects.count == 1)
  }

  // MARK: Redirects

  @Test(arguments: [301, 302, 303, 307, 308])
  func aRedirectIsFollowed(status: Int) throws {
    var host = try host()
    host.serve("http://a.example/1.jpg", .redirect(status, to: "2.jpg?x#y"))
    host.serve("http://a.example/2.jpg?x", .image(.jpeg, 10, 10))
    let answer = host.get(Self.external)
    #expect(answer.status == 200)
    #expect(answer.fetched == ["http://a.example/1.jpg", "http://a.example/2.jpg?x"])
  }

  @Test(arguments: [
    ("http://img.b.example/x", "http://img.b.example/x"), ("//img.b.example:8080/x", "http://img.b.example:8080/x"),
    ("HTTPS://IMG.B.EXAMPLE./x", "https://img.b.example/x"), ("/p/../q", "http://a.example/q"),
    ("https:\\\\img.b.example\\x", "https://img.b.example/x"), ("?q", "http://a.example/1.jpg?q"),
    ("http:y", "http://a.example/y"),
  ])
  func aLocationIsReadAsABrowserWould(location: String, next: String) throws {
    var host = try host()
    host.serve("http://a.example/1.jpg", .redirect(to: location))
    #expect(host.get(Self.external).fetched == ["http://a.example/1.jpg", next])
  }

  @Test(arguments: [
    ("http://evil.example/x", 403, "source-not-allowed"), ("http://b.example/", 403, "source-not-allowed"),
    ("http://a.example:8080/", 403, "source-not-allowed"), ("http://img.b.example:8081/", 403, "source-not-allowed"),
    ("http://a.example.evil.example/", 403, "source-not-allowed"), ("http://127.0.0.1/", 403, "source-not-allowed"),
    ("http://0x7f.1/", 403, "source-not-allowed"), ("//[::1]/", 403, "source-not-allowed"),
    ("http://user@a.example/2", 502, "source-unreachable"), ("file:///etc/passwd", 502, "source-unreachable"),
    ("ftp://a.example/x", 502, "source-unreachable"), ("data:image/png,x", 502, "source-unreachable"),
    ("bundled:photo.jpg", 502, "source-unreachable"), ("http://", 502, "source-unreachable"),
    ("http://a.example:99999/", 502, "source-unreachable"),
  ])
  func aHopThatIsNotAllowedIsNotTaken(location: String, status: Int, code: String) throws {
    var host = try host()
    host.serve("http://a.example/1.jpg", .redirect(to: location))
    let answer = host.get(Self.external)
    #expect(answer.status == status)
    #expect(answer.code == code)
    #expect(answer.fetched == ["http://a.example/1.jpg"])
    #expect(answer.detail?.contains("evil") != true)
  }

  @Test func aRedirectToNowhereIsTheOriginsFault() throws {
    var host = try host()
    host.serve("http://a.example/1.jpg", .redirect(to: nil))
    #expect(host.get(Self.external).code == "source-unreachable")
  }

  @Test func threeRedirectsAreFollowedAndAFourthIsNot() throws {
    var host = try host()
    host.serve("http://a.example/1.jpg", .redirect(to: "2"))
    host.serve("http://a.example/2", .redirect(to: "3"))
    host.serve("http://a.example/3", .redirect(to: "4"))
    host.serve("http://a.example/4", .image(.jpeg, 10, 10))
    let three = host.get(Self.external)
    #expect(three.status == 200)
    #expect(three.fetched.count == 4)
    host.serve("http://a.example/4", .redirect(to: "5"))
    host.serve("http://a.example/5", .image(.jpeg, 10, 10))
    let four = host.get(Self.external + "&v=2")
    #expect(four.code == "source-unreachable")
    #expect(four.fetched.count == 4)
  }

  @Test("one time limit holds for an original and all redirects on the way to it")
  func theTimeIsForTheWholeChain() throws {
    var host = try host()
    let limit = Limits().fetchTimeoutMilliseconds
    host.serve("http://a.example/1.jpg", .redirect(to: "2", milliseconds: 4000))
    host.serve("http://a.example/2", .redirect(to: "3", milliseconds: limit - 4001))
    host.serve("http://a.example/3", .image(.jpeg, 10, 10, milliseconds: 1))
    let made = host.get(Self.external)
    #expect(made.status == 200)
    #expect(made.fetches.map(\.timeoutMilliseconds) == [limit, limit - 4000, 1])
    #expect(made["Server-Timing"]?.contains("fetch;dur=\(limit)") == true)
  }

  @Test("a redirect that has used up the time is not followed", arguments: [0, 1, Int(Int32.max)])
  func noTimeLeftIsATimeout(excess: Int) throws {
    var host = try host()
    let limit = Limits().fetchTimeoutMilliseconds
    host.serve("http://a.example/1.jpg", .redirect(to: "2", milliseconds: min(limit + excess, Int(Int32.max))))
    host.serve("http://a.example/2", .image(.jpeg, 10, 10))
    let answer = host.get(Self.external)
    #expect(answer.code == "source-timeout")
    #expect(answer.fetched == ["http://a.example/1.jpg"])
  }

  @Test func aLoopOfRedirectsEnds() throws {
    var host = try host()
    host.serve("http://a.example/1.jpg", .redirect(to: "1.jpg"))
    #expect(host.get(Self.external).fetched.count == 4)
  }

  /// The operator vouches for a source's own prefix, and for nothing beside it.
  @Test func aSourceMayRedirectWithinItsPrefix() throws {
    var host = try host()
    host.serve("http://origin.example/images/a.jpg", .redirect(to: "b.jpg"))
    host.serve("http://origin.example/images/b.jpg", .redirect(to: "/secret/c.jpg"))
    let answer = host.get("/web/a.jpg")
    #expect(answer.code == "source-not-allowed")
    #expect(answer.fetched.count == 2)
  }

  // MARK: Buckets

  @Test(arguments: [
    ("a.jpg", "a.jpg"), ("a b+c.jpg", "a%20b%2Bc.jpg"), ("ä/ü.jpg", "%C3%A4/%C3%BC.jpg"), ("50%25.jpg", "50%2525.jpg"),
    ("(1)'!*.png", "%281%29%27%21%2A.png"),
  ])
  func aBucketIsAskedForTheEncodedKeyAndTheSignatureCoversIt(name: String, encoded: String) throws {
    var host = try host()
    let path = PercentCoding.encode(name.utf8, keeping: .path)
    let answer = host.get("/shop/" + path)
    #expect(answer.fetched == ["https://s3.eu-west-1.amazonaws.com/shop/cat/" + encoded])
    let expected = SignatureV4.sign(
      method: "GET", path: "/shop/cat/" + encoded, host: "s3.eu-west-1.amazonaws.com", region: "eu-west-1",
      service: "s3", accessKeyId: "AKID", secretAccessKey: "secret", now: host.context.now)
    let fields = try #require(answer.fetches.first?.fields)
    #expect(Array(fields.prefix(expected.count)) == expected)
    // These are not among the signed ones.
    #expect(fields.dropFirst(expected.count).map(\.name) == ["user-agent", "accept", "accept-encoding", "cdn-loop"])
  }

  @Test(arguments: [(403, 404), (404, 404), (500, 502), (503, 502), (301, 502), (307, 502)])
  func whatABucketRefusesIsNotThere(bucket: Int, status: Int) throws {
    var host = try host()
    host.serve(
      "https://s3.eu-west-1.amazonaws.com/shop/cat/a.jpg", .redirect(bucket, to: "https://a.example/stolen"))
    let answer = host.get("/shop/a.jpg")
    #expect(answer.status == status)
    #expect(answer.fetched.count == 1)
  }

  // MARK: onerror=redirect

  @Test func anOriginalThatCannotBeTransformedIsRedirectedToOnDemand() throws {
    var host = try host()
    let target = Self.external + "&onerror=redirect"
    for original in [
      ScriptedOriginal.status(404), .failure(.timedOut), .bytes(.unsupported), .image(.png, 20_000, 20_000),
    ] {
      host.serve("http://a.example/1.jpg", original)
      let answer = host.get(target)
      #expect(answer.status == 302)
      #expect(answer["location"] == "http://a.example/1.jpg")
      #expect(answer["cache-control"] == "no-store")
      #expect(answer["strict-transport-security"] != nil)
    }
  }

  @Test func whatMayNotBeAskedForIsNotRedirectedTo() throws {
    var host = try host()
    #expect(host.get("/transform?src=http://evil.example/x&onerror=redirect").code == "source-not-allowed")
    #expect(host.get(Self.external + "&onerror=redirect&w=0").code == "invalid-parameter")
    host.serve("http://a.example/1.jpg", .failure(.addressRefused))
    #expect(host.get(Self.external + "&onerror=redirect").code == "source-not-allowed")
    host.serve("http://a.example/1.jpg", .redirect(to: "http://evil.example/"))
    #expect(host.get(Self.external + "&onerror=redirect").code == "source-not-allowed")
  }

  @Test(
    "an original of a source is not redirected to: its place is not the caller's to know", arguments: ["shop", "web"])
  func aliasesAreNotRedirectedTo(source: String) throws {
    var host = try host()
    let answer = host.get("/\(source)/none.jpg?onerror=redirect")
    #expect(answer.code == "source-not-found")
    #expect(answer["location"] == nil)
  }

  @Test(
    "only a host that the list names is redirected to",
    arguments: [
      (#"["*"]"#, false), (#"["*:*"]"#, false), (#"["*", "b.example", "*.a.example"]"#, false),
      (#"["*", "a.example:81"]"#, false), (#"["a.example"]"#, true), (#"["*", "a.example"]"#, true),
      (#"["*.example"]"#, true), (#"["a.example:*"]"#, true),
    ])
  func redirectsByNameOnly(list: String, redirects: Bool) throws {
    var host = try ScriptedHost(#"{ "namespace": "acme", "allowedExternalSources": \#(list) }"#)
    let answer = host.get("/transform?src=http://a.example/none.jpg&onerror=redirect")
    #expect(answer.status == (redirects ? 302 : 404))
    #expect((answer["location"] != nil) == redirects)
  }

  // MARK: HEAD and conditions

  @Test func headIsGetWithoutABody() throws {
    var host = try host()
    host.serve("http://a.example/1.jpg", .image(.jpeg, 10, 10))
    _ = host.get(Self.external)
    let get = host.get(Self.external)
    let head = host.get(Self.external, method: "HEAD")
    #expect(head.answer.response.fields == get.answer.response.fields)
    #expect(head.answer.response.body == .none)
    let problem = host.get("/transform", method: "HEAD")
    #expect(problem.answer.response.fields == host.get("/transform").answer.response.fields)
    #expect(problem.answer.response.body == .none)
  }

  @Test func aCallerThatHasTheOutputIsToldSoWithoutWork() throws {
    var host = try host()
    host.serve("http://a.example/1.jpg", .image(.jpeg, 10, 10))
    let tag = try #require(host.get(Self.external)["etag"])
    for value in [tag, "W/" + tag, "\"x\", " + tag, "\"a,b\"," + tag + ",\"c\""] {
      let answer = host.get(Self.external, [("If-None-Match", value)])
      #expect(answer.status == 304, "\(value)")
      #expect(answer.effects.isEmpty)
      #expect(answer["etag"] == tag)
      #expect(answer["vary"] == "Accept")
      #expect(answer["cache-control"] == "public, max-age=31536000, immutable")
      #expect(answer["content-length"] == nil)
      #expect(answer["content-type"] == nil)
      #expect(answer["x-content-type-options"] == "nosniff")
    }
    for value in ["\"x\"", String(tag.dropLast()), String(tag.dropFirst()), ""] {
      #expect(host.get(Self.external, [("If-None-Match", value)]).status == 200, "\(value)")
    }
    let any = host.get(Self.external, [("If-None-Match", "*")])
    #expect(any.status == 304)
    #expect(any.effects.count == 1)
  }

  @Test("If-Match that fails is 412, before anything is looked up")
  func ifMatch() throws {
    var host = try host()
    host.serve("http://a.example/1.jpg", .image(.jpeg, 10, 10))
    let tag = try #require(host.get(Self.external)["etag"])
    for value in [tag, "\"x\", " + tag, "*"] {
      #expect(host.get(Self.external, [("If-Match", value)]).status == 200, "\(value)")
      // If-Match is answered first (RFC 9110, section 13.2.2).
      #expect(host.get(Self.external, [("If-Match", value), ("If-None-Match", tag)]).status == 304, "\(value)")
    }
    for value in ["\"x\"", "W/" + tag, "", "x"] {
      for more in [[], [("If-None-Match", tag)]] {
        let answer = host.get(Self.external, [("If-Match", value)] + more)
        #expect(answer.status == 412, "\(value)")
        #expect(answer.code == "precondition-failed")
        #expect(answer.effects.isEmpty)
      }
    }
  }
}
