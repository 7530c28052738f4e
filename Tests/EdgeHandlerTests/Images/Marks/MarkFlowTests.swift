import Testing

@testable import EdgeHandler

@Suite struct MarkFlowTests {
  private static let photo = "http://a.example/photo.jpg"
  private static let logo = "http://a.example/logo.png"

  private func host() throws -> ScriptedHost {
    var host = try ScriptedHost(#"{ "namespace": "acme", "allowedExternalSources": ["a.example"] }"#)
    host.serve(Self.photo, .image(.jpeg, 1000, 600))
    host.serve(Self.logo, .image(.png, 300, 100, hasAlpha: true))
    return host
  }

  @Test func theMarkIsFetchedAtOnceAndDrawnLast() throws {
    var host = try host()
    let exchange = host.get("/transform?src=\(Self.photo)&mark=\(Self.logo)&border=10&mark-opacity=0.5&format=jpeg")
    #expect(exchange.status == 200)
    guard case .all(let flows)? = exchange.effects.dropFirst().first else {
      Issue.record("the two are not fetched at once")
      return
    }
    #expect(flows.count == 2)
    guard case .decoded(_, _, let operations)? = exchange.plan?.picture else {
      Issue.record("no original is decoded")
      return
    }
    guard case .extend = operations.first, case .overlay(let picture, let point, let opacity)? = operations.last else {
      Issue.record("\(operations)")
      return
    }
    // 15 % of 1020 px, and 2 % of 620 px.
    #expect(point == PixelPoint(x: 12, y: 12))
    #expect(opacity == FixedPoint(millionths: 500_000))
    guard case .decoded(_, .first, [.resize(width: 153, height: 51)]) = picture else {
      Issue.record("\(picture)")
      return
    }
  }

  @Test(
    "what is transparent after the mark is shown on the background's colour in JPEG",
    arguments: [("", Color.white), ("&background=red", Color(red: 255, green: 0, blue: 0))])
  func hasAGround(query: String, ground: Color) throws {
    var host = try host()
    let exchange = host.get("/transform?src=\(Self.logo)&mark=\(Self.logo)&format=jpeg" + query)
    guard case .decoded(_, _, let operations)? = exchange.plan?.picture, case .overlay? = operations.last,
      exchange.plan?.encoding.ground == ground
    else {
      Issue.record("\(exchange.plans)")
      return
    }
  }

  @Test(arguments: [
    (ScriptedOriginal.status(404), "source-unreachable", 502), (.status(500), "source-unreachable", 502),
    (.failure(.timedOut), "source-unreachable", 502), (.failure(.tooLarge), "source-unreachable", 502),
    (.failure(.addressRefused), "source-not-allowed", 403), (.bytes(.unsupported), "undecodable-image", 422),
    (.bytes(.undecodable), "undecodable-image", 422), (.image(.png, 100_000, 100_000), "undecodable-image", 422),
    (.redirect(to: "http://b.example/x.png"), "source-not-allowed", 403),
  ])
  func aMarkThatFailsFailsTheRequest(answer: ScriptedOriginal, code: String, status: Int) throws {
    var host = try host()
    host.serve(Self.logo, answer)
    let exchange = host.get("/transform?src=\(Self.photo)&mark=\(Self.logo)&onerror=redirect")
    #expect(exchange.code == code)
    #expect(exchange.status == status)
    #expect(exchange.parameter == "mark")
    #expect(exchange.plans.isEmpty)
  }

  @Test(arguments: [
    ("http://b.example/x.png", "source-not-allowed"), ("nowhere/x.png", "unknown-source"), ("x", "invalid-source"),
    ("http://u:p@a.example/x.png", "invalid-source"),
  ])
  func aMarkIsNamedByTheRulesOfAnOriginal(mark: String, code: String) throws {
    var host = try host()
    let exchange = host.get("/transform?src=\(Self.photo)&mark=\(mark)")
    #expect(exchange.code == code)
    #expect(exchange.parameter == "mark")
    #expect(exchange.fetched.isEmpty)
  }

  @Test func whatDrawsAlikeHasOneKey() throws {
    var host = try host()
    let mark = "/transform?src=\(Self.photo)&mark=\(Self.logo)"
    let key = host.get(mark).key
    for same in [
      "&mark-w=15%25", "&mark-w=15.0%25", "&mark-align=left,top", "&mark-fit=contain", "&mark-fit=cover",
      "&mark-pad=2%25",
      "&mark-opacity=1.0",
    ] {
      #expect(host.get(mark + same).key == key, "\(same)")
    }
    for other in [
      "&mark-w=16%25", "&mark-align=top", "&mark-fit=scale-down", "&mark-pad=0", "&mark-opacity=0.9", "&mark-repeat=x",
      "&mark-h=10",
    ] {
      #expect(host.get(mark + other).key != key, "\(other)")
    }
    #expect(host.get("/transform?src=\(Self.photo)").key != key)
    #expect(host.get("/transform?src=\(Self.photo)&mark-w=10").key == host.get("/transform?src=\(Self.photo)").key)
  }
}
