import Testing

@testable import EdgeHandler

@Suite struct PlaceholderTests {
  private static let photo = "http://a.example/photo.jpg"
  private static let hash = "LGF5%5D%2BYk%5E6%23M%40-5c%2C1J5%40%5Bor%5BQ6."

  private func host(_ width: Int = 1600, _ height: Int = 800) throws -> ScriptedHost {
    var host = try ScriptedHost(#"{ "namespace": "acme" }"#)
    let sample = try #require(Raster(width: 2, height: 1, rgba: [10, 20, 30, 255, 10, 20, 30, 255]))
    host.serve(Self.photo, .image(.jpeg, width, height, sample: sample))
    return host
  }

  private func size(_ exchange: Exchange) -> PixelSize? {
    switch exchange.plan?.picture {
    case .raster(let raster, let operations):
      PlanCheck.size(PixelSize(width: raster.width, height: raster.height), after: operations)
    case .composed(let width, let height, _, _, _): PixelSize(width: width, height: height)
    default: nil
    }
  }

  @Test func aHashIsPaintedSmallAndEnlarged() throws {
    var host = try host()
    let exchange = host.get("/placeholder/blurhash?blurhash=\(Self.hash)&w=300&h=200")
    #expect(exchange.status == 200)
    #expect(exchange["Content-Type"] == "image/png")
    #expect(exchange["Vary"] == "Accept")
    #expect(exchange["Cache-Control"] == "public, max-age=31536000, immutable")
    guard case .raster(let raster, [.resize(width: 300, height: 200)])? = exchange.plan?.picture else {
      Issue.record("\(exchange.plans)")
      return
    }
    #expect(raster.width == 64 && raster.height == 43)
    let tag = exchange["ETag"] ?? ""
    let known = host.get("/placeholder/blurhash?blurhash=\(Self.hash)&w=300&h=200", [("If-None-Match", tag)])
    #expect(known.status == 304 && known.effects.isEmpty)
  }

  @Test(arguments: [
    ("w=20&h=10", 20, 10), ("w=2048&h=1", 2048, 1), ("w=10&h=10&dpr=3", 30, 30), ("w=2048&h=2048&dpr=0.1", 205, 205),
  ])
  func sizesAreExact(query: String, width: Int, height: Int) throws {
    var host = try host()
    for target in ["/placeholder/blurhash?blurhash=\(Self.hash)&", "/placeholder/color?color=abc&"] {
      #expect(size(host.get(target + query)) == PixelSize(width: width, height: height))
    }
  }

  @Test(arguments: [
    ("", 1600, 800), ("w=100", 100, 50), ("h=100", 200, 100), ("w=100&h=100", 100, 50),
    ("w=100&h=100&fit=cover", 100, 100),
    ("w=100&dpr=2", 200, 100), ("dpr=0.5", 800, 400), ("fit=cover", 1600, 800),
  ])
  func anOriginalGivesTheShape(query: String, width: Int, height: Int) throws {
    var host = try host()
    for kind in ["blurhash", "color"] {
      let exchange = host.get("/placeholder/\(kind)?src=\(Self.photo)&" + query)
      #expect(exchange.status == 200)
      #expect(size(exchange) == PixelSize(width: width, height: height), "\(kind)")
    }
    #expect(host.outputs.count == 3)
    host = try self.host(5000, 2500)
    #expect(size(host.get("/placeholder/color?src=\(Self.photo)")) == PixelSize(width: 2048, height: 1024))
  }

  @Test func theSharedResultIsUsed() throws {
    var host = try host()
    _ = host.get("/info?src=\(Self.photo)")
    let exchange = host.get("/placeholder/color?src=\(Self.photo)&w=9")
    #expect(exchange.fetched.isEmpty)
    guard case .composed(_, _, let color, _, _)? = exchange.plan?.picture else {
      Issue.record("\(exchange.plans)")
      return
    }
    #expect(color == Color(red: 10, green: 20, blue: 30))
  }

  @Test(
    arguments: [
      ("blurhash?blurhash=x&w=1&h=1", "invalid-parameter", "blurhash"),
      ("blurhash?w=1&h=1", "missing-source", "blurhash"),
      ("blurhash?blurhash=\(Self.hash)&w=1", "invalid-parameter", "h"),
      ("blurhash?blurhash=\(Self.hash)&h=1", "invalid-parameter", "w"),
      ("blurhash?blurhash=\(Self.hash)&w=2049&h=1", "invalid-parameter", "w"),
      ("blurhash?blurhash=\(Self.hash)&w=1&h=1&src=\(Self.photo)", "ambiguous-source", "blurhash"),
      ("blurhash?blurhash=\(Self.hash)&w=1&h=1&punch=-1", "invalid-parameter", "punch"),
      ("blurhash?blurhash=\(Self.hash)&w=1&h=1&fit=pad", "invalid-parameter", "fit"),
      ("color?color=red&w=1&h=1", "invalid-parameter", "color"),
      ("color?color=12345&w=1&h=1", "invalid-parameter", "color"),
      ("color?color=123", "invalid-parameter", "w"), ("color?w=1&h=1", "missing-source", "color"),
      ("color/p/a.jpg?src=p/a.jpg", "ambiguous-source", "src"),
      ("color?color=123&w=1&h=1&format=nocompress", "invalid-parameter", "format"),
      ("color?color=123&w=2048&h=2048&dpr=4", "too-many-pixels", nil),
    ] as [(String, String, String?)])
  func badInputIsNamed(target: String, code: String, parameter: String?) throws {
    var host = try host()
    let exchange = host.get("/placeholder/" + target)
    #expect(exchange.code == code)
    #expect(exchange.parameter == parameter)
  }

  @Test func whatPaintsAlikeHasOneKey() throws {
    var host = try host()
    let base = "/placeholder/color?color=aabbcc&w=10&h=20"
    let key = host.get(base).key
    for same in ["&fit=cover", "&dpr=1", "&quality=80", "&src2=x", "&format=png&quality2=1"] {
      #expect(host.get(base + same).key == key, "\(same)")
    }
    #expect(host.get("/placeholder/color?color=%23AABBCCFF&h=10&w=5&dpr=2").key == key)
    for other in ["&format=webp", "&v=1", "&quality=79&format=jpeg"] {
      #expect(host.get(base + other).key != key, "\(other)")
    }
    #expect(host.get(base, [("Accept", "image/webp")]).key != key)
  }

  @Test func negotiatesAVIFThenWebPThenPNG() throws {
    var host = try host()
    let target = "/placeholder/color?color=abc&w=1&h=1"
    #expect(host.get(target, [("Accept", "image/webp,image/avif")])["Content-Type"] == "image/avif")
    // Which of the two it becomes is in no other key.
    let keys = ["image/avif,image/webp", "image/avif", "image/webp"].map { host.get(target, [("Accept", $0)]).key }
    #expect(Set(keys.map { "\(String(describing: $0))" }).count == 3)
    #expect(host.get(target, [("Accept", "image/webp")])["Content-Type"] == "image/webp")
    #expect(host.get(target, [("Accept", "*/*")])["Content-Type"] == "image/png")
    #expect(host.get(target + "&format=gif")["Vary"] == nil)
  }

  @Test func noSizeOfAnOriginalTraps() throws {
    for shape in [(1, 1), (1, 100_000), (100_000, 1), (8192, 8192), (3, 2)] {
      for query in ["", "w=1", "h=2048", "w=2048&h=1", "w=2048&h=1&fit=cover", "w=1&h=2048&fit=cover&dpr=4", "dpr=0.1"]
      {
        for kind in ["blurhash", "color"] {
          var host = try host(shape.0, shape.1)
          let exchange = host.get("/placeholder/\(kind)?src=\(Self.photo)&" + query)
          #expect(exchange.status == 200 || exchange.code == "too-many-pixels", "\(shape) \(query)")
        }
      }
    }
  }
}
