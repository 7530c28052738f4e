import Testing

@testable import EdgeHandler

/// Which outputs may be in another format than AVIF because they take fewer bytes in it, and what is said of them.
@Suite struct AlternativeTests {
  private static let workspace = """
    { "namespace": "acme", "sources": { "web": { "kind": "http", "prefix": "http://origin.example/images/" } } }
    """

  private func host(frames: Int = 1) throws -> ScriptedHost {
    var host = try ScriptedHost(Self.workspace)
    host.serve("http://origin.example/images/a.png", .image(.png, 300, 200, frames: frames))
    host.serve("http://origin.example/images/b.png", .image(.png, 300, 200))
    return host
  }

  private static let both = [("Accept", "image/avif,image/webp")]
  private static let targets = [
    "/web/a.png?w=100", "/grid?src=web/a.png&src=web/b.png&w=200&h=100", "/placeholder/color?color=369&w=9&h=9",
  ]

  @Test("WebP competes with AVIF where both are negotiated, at the same quality", arguments: targets)
  func negotiated(target: String) throws {
    var host = try host()
    let plan = try #require(host.get(target + "&quality=70", Self.both).plan)
    #expect(plan.encoding.format == .avif)
    #expect(plan.alternative?.format == .webp)
    #expect(plan.alternative?.quality == Quality.setting(for: 70, in: .webp))
    #expect(plan.alternative?.metadata == plan.encoding.metadata)
  }

  @Test("nothing competes with what is named or the only one that is accepted", arguments: targets)
  func alone(target: String) throws {
    for accept in ["image/avif", "image/webp", "*/*", "image/avif;q=0,image/webp"] {
      var host = try host()
      #expect(host.get(target, [("Accept", accept)]).plan?.alternative == nil, "\(accept)")
    }
    for format in ["avif", "webp", "jpeg", "png"] {
      var host = try host()
      #expect(host.get(target + "&format=" + format, Self.both).plan?.alternative == nil, "\(format)")
    }
  }

  @Test("nothing competes with an animation")
  func animated() throws {
    var host = try host(frames: 3)
    #expect(host.get("/web/a.png", Self.both).plan?.alternative == nil)
    #expect(host.get("/web/a.png?anim=false", Self.both).plan?.alternative?.format == .webp)
  }

  @Test("the answer and what is stored have the type of the encoding that was used", arguments: targets)
  func answer(target: String) throws {
    for isAlternative in [false, true] {
      var host = try host()
      host.renders = [
        .output(RenderedOutput(body: Blob(id: 77), byteCount: 5, isAlternative: isAlternative, milliseconds: 1))
      ]
      let exchange = host.get(target, Self.both)
      let name = isAlternative ? "webp" : "avif"
      #expect(exchange["content-type"] == "image/\(name)")
      #expect(exchange["content-disposition"]?.contains("." + name) == true)
      #expect(exchange["vary"]?.contains("Accept") == true)
      let types = exchange.answer.settlements.compactMap { work in
        if case .store(_, let output) = work { output.mediaType } else { nil }
      }
      #expect(types == ["image/\(name)"])
    }
  }

  @Test("an output of a damaged original has its type too")
  func damaged() throws {
    var host = try host()
    host.renders = [
      .output(
        RenderedOutput(body: Blob(id: 77), byteCount: 5, isAlternative: true, milliseconds: 1, damaged: [Blob(id: 0)]))
    ]
    let exchange = host.get("/web/a.png?w=100", Self.both)
    #expect(exchange["content-type"] == "image/webp")
    #expect(exchange["cache-control"] == "public, max-age=60")
  }
}
