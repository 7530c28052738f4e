import TestSupport
import Testing

@testable import EdgeHandler

@Suite struct InfoTests {
  private static let photo = "http://a.example/photo.jpg"

  private func raster(_ width: Int, _ height: Int, _ pixel: (Int, Int) -> [UInt8]) throws -> Raster {
    var rgba: [UInt8] = []
    for y in 0..<height {
      for x in 0..<width { rgba += pixel(x, y) }
    }
    return try #require(Raster(width: width, height: height, rgba: rgba))
  }

  /// Half red, a quarter blue, a quarter black.
  private func flag() throws -> Raster {
    try raster(64, 40) { x, y in x < 32 ? [255, 0, 0, 255] : y < 20 ? [0, 0, 255, 255] : [0, 0, 0, 255] }
  }

  private func host(_ raster: Raster? = nil) throws -> ScriptedHost {
    var host = try ScriptedHost(#"{ "namespace": "acme" }"#)
    let sample = try raster ?? flag()
    host.serve(
      Self.photo,
      .image(
        .jpeg, 1067, 1600, orientation: 6, byteCount: 124_518, contentType: "Image/JPEG; q=1", sample: sample))
    return host
  }

  @Test(arguments: [(1, 1), (64, 1), (1, 64), (2, 3), (33, 5)])
  func theBlurHashOfAFewPixelsHasTheirColor(width: Int, height: Int) throws {
    var host = try host(try raster(width, height) { _, _ in [0x33, 0x66, 0x99, 255] })
    let hash = try #require(host.get("/info/blurhash?src=\(Self.photo)").json?["blurhash"]?.string)
    let painted = try #require(BlurHash(parsing: hash)?.raster(PixelSize(width: 9, height: 9), punch: 1))
    for (index, value) in painted.rgba.enumerated() {
      #expect(abs(Int(value) - [0x33, 0x66, 0x99, 255][index % 4]) <= 24, "byte \(index)")
    }
  }

  @Test func saysWhatTheOriginalIs() throws {
    var host = try host()
    let exchange = host.get("/info?src=\(Self.photo)")
    #expect(exchange.status == 200)
    #expect(exchange["Content-Type"] == "application/json")
    #expect(exchange["Cache-Control"] == "public, max-age=86400")
    #expect(exchange["Cache-Status"] == "imgedge; fwd=miss; stored")
    #expect(exchange["Vary"] == nil)
    #expect(try #require(exchange["Server-Timing"]).hasSuffix("render;dur=9"))
    #expect(host.outputs.values.map(\.lifetimeSeconds) == [86_400])
    let json = try #require(exchange.json)
    #expect(json.members?.map(\.name) == ["metadata", "blurhash", "colors", "palette"])
    let metadata = try #require(json["metadata"])
    #expect(
      metadata.members?.prefix(5).map(\.name) == ["bytes", "contentType", "format", "width", "height"])
    #expect(metadata["bytes"]?.int == 124_518)
    #expect(metadata["contentType"]?.string == "image/jpeg")
    #expect(metadata["format"]?.string == "jpg")
    #expect(metadata["width"]?.int == 1600)
    #expect(metadata["height"]?.int == 1067)
    #expect(
      json["colors"]?.serialized()
        == Array(
          """
          [{"area":0.5,"hex":"#ff0000","intensity":1},{"area":0.25,"hex":"#000000","intensity":0},\
          {"area":0.25,"hex":"#0000ff","intensity":1}]
          """.utf8))
    #expect(json["blurhash"]?.string?.utf8.count == 36)
  }

  @Test("an original that ends early is told of, for a minute, and not kept")
  func damaged() throws {
    var host = try ScriptedHost(#"{ "namespace": "acme" }"#)
    var original = ScriptedOriginal.image(.jpeg, 1067, 1600)
    original.sample = .sample(Sample(try flag(), milliseconds: 9, isDamaged: true))
    host.serve(Self.photo, original)
    for target in ["/info?src=", "/placeholder/color?w=4&src=", "/placeholder/blurhash?w=4&src="] {
      for _ in 0..<2 {
        let exchange = host.get(target + Self.photo)
        #expect(exchange.status == 200)
        #expect(exchange["Cache-Control"] == "public, max-age=60")
        #expect(exchange["Cache-Status"] == "imgedge; fwd=miss; detail=damaged")
        #expect(exchange["ETag"] == nil)
      }
    }
    #expect(host.outputs.isEmpty)
  }

  @Test("thumbhash comes only when it is named, of the same result")
  func thumbHash() throws {
    var host = try host()
    #expect(host.get("/info?src=\(Self.photo)").json?["thumbhash"] == nil)
    let exchange = host.get("/info?select=colors,thumbhash,metadata&src=\(Self.photo)")
    #expect(exchange["Cache-Status"] == "imgedge; hit")
    #expect(exchange.json?.members?.map(\.name) == ["metadata", "thumbhash", "colors"])
    #expect(exchange.json?["thumbhash"]?.string == ThumbHash(try flag()).text)
  }

  @Test("colours of strokes that are nowhere half opaque count as much as they are seen", arguments: [1, 60, 127])
  func faintColours(alpha: UInt8) throws {
    let strokes = try raster(64, 64) { x, _ in
      x % 8 == 0 ? [200, 30, 60, alpha] : x % 8 == 4 ? [20, 90, 200, alpha / 2] : [0, 0, 0, 0]
    }
    var host = try host(strokes)
    let colors = try #require(host.get("/info/colors?src=\(Self.photo)").json?["colors"]?.array)
    #expect(colors.first?["hex"]?.string == "#c81e3c")
    let area = try #require(colors.first?["area"]?.fixedPoint?.double)
    #expect(abs(area - Double(alpha) / 255 / 8) <= 1.0 / 16 / 8)
    if alpha > 1 { #expect(colors.map { $0["hex"]?.string } == ["#c81e3c", "#145ac8"]) }
  }

  @Test func allVariantsShareOneResult() throws {
    var host = try host()
    let first = host.get("/info/blurhash?src=\(Self.photo)")
    #expect(first.json?.members?.map(\.name) == ["blurhash"])
    for (target, names) in [
      ("/info?", ["metadata", "blurhash", "colors", "palette"]), ("/info/metadata?", ["metadata"]),
      ("/info/colors?", ["colors", "palette"]), ("/info?select=palette,metadata&", ["metadata", "palette"]),
      ("/info?select=blurhash,blurhash&", ["blurhash"]),
    ] {
      let exchange = host.get(target + "src=\(Self.photo)")
      #expect(exchange.json?.members?.map(\.name) == names)
      #expect(exchange["Cache-Status"] == "imgedge; hit")
      #expect(exchange.fetched.isEmpty)
      #expect(exchange.key == first.key)
    }
    #expect(host.get("/info?src=\(Self.photo)&v=2").key != first.key)
  }

  @Test func theTagIsOfTheContent() throws {
    var host = try host()
    let tag = try #require(host.get("/info?src=\(Self.photo)")["ETag"])
    let known = host.get("/info?src=\(Self.photo)", [("If-None-Match", tag)])
    #expect(known.status == 304)
    #expect(known.bytes == nil)
    #expect(known["ETag"] == tag)
    #expect(host.get("/info/metadata?src=\(Self.photo)", [("If-None-Match", tag)]).status == 200)
    host.outputs = [:]
    host.serve(Self.photo, .image(.png, 3, 3, sample: try flag()))
    #expect(host.get("/info?src=\(Self.photo)", [("If-None-Match", tag)]).status == 200)
    let head = host.get("/info?src=\(Self.photo)", method: "HEAD")
    #expect(head.bytes == nil)
    #expect(head["Content-Length"] == host.get("/info?src=\(Self.photo)")["Content-Length"])
  }

  @Test("a hit tells its age, so that a cache in front keeps it no longer than a day in all")
  func age() throws {
    var host = try host()
    let target = "/info?src=\(Self.photo)"
    let first = host.get(target)
    #expect(first["Age"] == nil)
    #expect(first["Cache-Control"] == "public, max-age=86400")
    let key = try #require(host.outputs.keys.first)
    for (left, age) in [(86_400, nil), (86_399, "1"), (1, "86399"), (0, "86400"), (-5, "86400"), (90_000, nil)]
      as [(Int, String?)]
    {
      host.outputs[key]?.lifetimeSeconds = left
      for fields in [[], [("If-None-Match", first["ETag"] ?? "")]] {
        let hit = host.get(target, fields)
        #expect(hit["Cache-Status"] == "imgedge; hit")
        #expect(hit["Age"] == age)
        #expect(hit["Cache-Control"] == "public, max-age=86400")
      }
    }
  }

  @Test("If-Match is held against the tag of the content")
  func ifMatch() throws {
    var host = try host()
    let tag = try #require(host.get("/info?src=\(Self.photo)")["ETag"])
    #expect(host.get("/info?src=\(Self.photo)", [("If-Match", tag)]).status == 200)
    #expect(host.get("/info?src=\(Self.photo)", [("If-Match", "*")]).status == 200)
    for value in ["\"x\"", "W/" + tag] {
      let answer = host.get("/info?src=\(Self.photo)", [("If-Match", value)])
      #expect(answer.status == 412)
      #expect(answer.code == "precondition-failed")
    }
  }

  @Test func failuresReleaseTheKey() throws {
    var host = try host()
    for (answer, code) in [
      (ScriptedOriginal.status(404), "source-not-found"), (.bytes(.unsupported), "unsupported-format"),
      (.image(.png, 9, 9), "undecodable-image"), (.failure(.timedOut), "source-timeout"),
    ] {
      host.serve(Self.photo, answer)
      #expect(host.get("/info?src=\(Self.photo)").code == code)
      #expect(host.get("/placeholder/color?src=\(Self.photo)").code == code)
    }
  }

  @Test(arguments: [
    "select=", "select=colour", "select=metadata,", "select=metadata&select=metadata", "select=Metadata",
  ])
  func refusesOtherFields(query: String) throws {
    var host = try host()
    let exchange = host.get("/info?src=\(Self.photo)&" + query)
    #expect(exchange.code == "invalid-parameter")
    #expect(exchange.parameter == "select")
  }

  @Test func pathsNameVariantAndOriginal() throws {
    var host = try ScriptedHost(
      #"{ "namespace": "acme", "sources": { "photos": { "kind": "http", "prefix": "http://a.example/" } } }"#)
    host.serve("http://a.example/x/a.jpg", .image(.jpeg, 9, 9, sample: try flag()))
    let key = host.get("/info?src=photos/x/a.jpg").key
    for target in [
      "/info/photos/x/a.jpg", "/info/metadata/photos/x/a.jpg", "/info/colors/photos/x/a.jpg",
      "/info/?src=photos/x/a.jpg",
    ] {
      let exchange = host.get(target)
      #expect(exchange.status == 200, "\(target)")
      #expect(exchange.key == key)
    }
    #expect(host.get("/info").code == "missing-source")
    #expect(host.get("/info/metadata").code == "missing-source")
    #expect(host.get("/info/a.jpg").code == "invalid-source")
    #expect(host.get("/placeholder").code == "not-found")
    #expect(host.get("/placeholder/other?src=photos/x/a.jpg").code == "not-found")
  }

  @Test func noisyColoursAreTakenTogether() throws {
    var generator = SeededGenerator(seed: 8)
    let noisy = try raster(64, 64) { x, _ in
      let noise = generator.bytes(3).map { $0 % 13 }
      return x < 48
        ? [200 + noise[0], 30 + noise[1], 30 + noise[2], 255] : [20 + noise[0], 20 + noise[1], 90 + noise[2], 255]
    }
    let clusters = ColorClusters.distinct(ColorBox.split(noisy, into: 64).boxes, atMost: 8)
    #expect(clusters.count == 2)
    #expect(clusters.first?.count == 48 * 64)
    let first = try #require(clusters.first?.color)
    #expect((203...209).contains(first.red) && (33...39).contains(first.green))
  }

  @Test func neverMoreThanEightColoursAndAreasAddUp() throws {
    for (index, picture) in try BlurHashTests.pictures().enumerated() {
      let clusters = ColorClusters.distinct(ColorBox.split(picture, into: 64).boxes, atMost: 8)
      #expect((1...8).contains(clusters.count), "picture \(index)")
      #expect(clusters.map(\.count).reduce(0, +) == picture.width * picture.height)
      #expect(clusters.map(\.count) == clusters.map(\.count).sorted(by: >))
    }
  }

  @Test func transparentPixelsHaveNoColour() throws {
    let half = try raster(10, 10) { x, _ in x < 5 ? [9, 9, 9, 0] : [0, 128, 0, 255] }
    var host = try host(half)
    let json = host.get("/info?src=\(Self.photo)").json
    #expect(json?["colors"]?.serialized() == Array(##"[{"area":0.5,"hex":"#008000","intensity":0.5}]"##.utf8))
    host = try self.host(try raster(4, 4) { _, _ in [1, 2, 3, 0] })
    let none = host.get("/info?src=\(Self.photo)").json
    #expect(none?["colors"]?.array?.isEmpty == true)
    #expect(none?["palette"]?["vibrant"] == .null)
  }

  @Test func aPaletteHasTheColourNearestToEachTarget() throws {
    // Pure red is vibrant; the grey is muted; the other four are derived.
    let two = try raster(10, 10) { x, _ in x < 5 ? [255, 0, 0, 255] : [120, 110, 110, 255] }
    var host = try host(two)
    let palette = try #require(host.get("/info/colors?src=\(Self.photo)").json?["palette"])
    #expect(palette["vibrant"]?["hex"]?.string == "#ff0000")
    #expect(palette["lightVibrant"]?["hex"]?.string == "#ff7a7a")
    #expect(palette["darkVibrant"]?["hex"]?.string == "#850000")
    #expect(palette["muted"]?["hex"]?.string == "#786e6e")
    #expect(palette.members?.count == 6)
    // Only vibrant ones: nothing muted to derive from.
    host = try self.host(try raster(4, 4) { _, _ in [0, 90, 255, 255] })
    #expect(host.get("/info?src=\(Self.photo)").json?["palette"]?["muted"] == .null)
  }
}
