import Testing

@testable import EdgeHandler

/// Which originals may be their own outputs, and what is kept of those that are.
@Suite struct PassingTests {
  private static let workspace = """
    { "namespace": "acme",
      "sources": { "web": { "kind": "http", "prefix": "http://origin.example/images/" },
        "bound": { "kind": "http", "prefix": "http://origin.example/bound/" } },
      "marks": { "logo": { "image": "web/mark.png", "autoApplySources": ["bound"] } } }
    """

  private func use(
    _ target: String, _ original: ScriptedOriginal, accept: String = "*/*"
  ) throws -> RenderPlan.OriginalUse? {
    var host = try ScriptedHost(Self.workspace)
    host.serve("http://origin.example/images/a", original)
    host.serve("http://origin.example/bound/a", original)
    host.serve("http://origin.example/images/mark.png", .image(.png, 40, 20))
    return host.get(target, [("Accept", accept)]).plan?.original
  }

  static let formats: [(ImageHeader.Format, String)] = [
    (.jpeg, "jpeg"), (.png, "png"), (.webp, "webp"), (.gif, "gif"), (.avif, "avif"),
  ]

  @Test("an original passes where nothing is done to it and its format is wanted", arguments: formats)
  func formatsThatPass(format: ImageHeader.Format, name: String) throws {
    for (wanted, _) in Self.formats {
      let keyword = try #require(Self.formats.first { $0.0 == wanted }?.1)
      let use = try use("/web/a?format=\(keyword)", .image(format, 300, 200))
      #expect(use == (format == wanted ? .ifNotLarger : .never), "\(keyword)")
    }
    // Any client shows JPEG, PNG and GIF; the others have to be named.
    let isOld = format == .jpeg || format == .png || format == .gif
    #expect(try use("/web/a", .image(format, 300, 200)) == (isOld ? .ifNotLarger : .never))
    #expect(try use("/web/a", .image(format, 300, 200), accept: "image/\(name)") == .ifNotLarger)
    #expect(try use("/web/a?format=nocompress", .image(format, 300, 200)) == .never)
    #expect(try use("/cdn-cgi/image/quality=50/web/a", .image(format, 300, 200)) == .ifNotLarger)
  }

  @Test("nothing else passes", arguments: [ImageHeader.Format.heic, .tiff, .svg])
  func formatsThatDoNot(format: ImageHeader.Format) throws {
    #expect(try use("/web/a", .image(format, 300, 200), accept: "image/avif,image/webp") == .never)
  }

  @Test(
    "what does nothing does not keep an original from passing",
    arguments: [
      "w=900&fit=scale-down", "w=300", "w=300&h=200&fit=cover", "h=200", "quality=1", "quality=100", "trim=0;0;0;0",
      "blur=0",
      "rotate=0", "gamma=1", "border=0", "metadata=keep", "metadata=copyright", "background=red", "v=2", "anim=false",
      "dpr=2",
    ])
  func neutral(parameters: String) throws {
    #expect(try use("/web/a?\(parameters)", .image(.jpeg, 300, 200)) == .ifNotLarger)
  }

  @Test(
    "an original does not pass where a pixel changes",
    arguments: [
      "w=299", "w=301", "w=300&h=200&fit=pad&dpr=2", "w=100&h=200&fit=squeeze", "trim=1;0;0;0", "flip=h", "rotate=180",
      "blur=1", "sharpen=1", "brightness=1.1", "contrast=0.9", "saturation=0", "gamma=2", "border=1",
      "mark=web/mark.png",
      "mark=web/mark.png&mark-opacity=0",
    ])
  func changed(parameters: String) throws {
    #expect(try use("/web/a?\(parameters)", .image(.jpeg, 300, 200)) == .never)
  }

  @Test("an original that is turned, has alpha on a background, or frames that are not wanted does not pass")
  func header() throws {
    for orientation in 2...8 {
      #expect(try use("/web/a", .image(.jpeg, 300, 200, orientation: orientation)) == .never)
    }
    #expect(try use("/web/a?background=red", .image(.png, 300, 200, hasAlpha: true)) == .never)
    #expect(try use("/web/a?format=gif", .image(.gif, 300, 200, frames: 3)) == .ifNotLarger)
    #expect(try use("/web/a?anim=false&format=gif", .image(.gif, 300, 200, frames: 3)) == .never)
    #expect(try use("/web/a?format=webp", .image(.webp, 300, 200, frames: 3)) == .ifNotLarger)
  }

  @Test("a bound source never gives its original's bytes", arguments: formats)
  func bound(format: ImageHeader.Format, name: String) throws {
    for query in ["", "?format=\(name)", "?format=nocompress", "?quality=100&metadata=keep", "?w=8192&fit=scale-down"] {
      #expect(try use("/bound/a\(query)", .image(format, 300, 200), accept: "image/\(name)") == .never, "\(query)")
      #expect(
        try use("/bound/a\(query)", .image(format, 300, 200, frames: 3), accept: "image/\(name)") == .never, "\(query)")
    }
  }

  @Test("the answer has the original's format, and the store is told that the bytes are an original's")
  func answer() throws {
    var host = try ScriptedHost(Self.workspace)
    host.serve("http://origin.example/images/a.png", .image(.png, 300, 200))
    host.renders = [.output(RenderedOutput(body: Blob(id: 77), byteCount: 5, isOriginal: true, milliseconds: 1))]
    let miss = host.get("/web/a.png", [("Accept", "image/avif,image/webp")])
    #expect(miss.plan?.encoding.format == .avif)
    #expect(miss["content-type"] == "image/png")
    #expect(miss["content-disposition"]?.contains("a.png") == true)
    #expect(miss["vary"] == "Accept")
    #expect(miss["cache-status"] == "imgedge; fwd=miss; stored")
    #expect(miss["cache-control"] == "public, max-age=31536000, immutable")
    let stored = miss.answer.settlements.compactMap { work in
      if case .store(_, let output) = work { output } else { nil }
    }
    #expect(stored.map(\.isOriginal) == [true])
    let hit = host.get("/web/a.png", [("Accept", "image/avif,image/webp")])
    #expect(hit["content-type"] == "image/png" && hit["etag"] == miss["etag"])
  }

  @Test("where the store remembers that the original serves, it is fetched again and nothing is encoded")
  func fetchedAgain() throws {
    var host = try ScriptedHost(Self.workspace)
    host.serve("http://origin.example/images/a.jpg", .image(.jpeg, 300, 200))
    host.serve("http://origin.example/images/b.jpg", .image(.jpeg, 300, 200, orientation: 6))
    host.lookUps = [.originalServes, .originalServes]
    let again = host.get("/web/a.jpg")
    #expect(again.fetched == ["http://origin.example/images/a.jpg"])
    #expect(again.plan?.original == .ifPossible)
    #expect(again["cache-status"] == "imgedge; fwd=miss; stored")
    // The original has changed meanwhile.
    #expect(host.get("/web/b.jpg").plan?.original == .never)
  }
}
