import EdgeHandler
import NIOCore
import TestSupport
import Testing

@Suite struct MarkTests {
  private static let half = FixedPoint(millionths: 500_000)

  /// A 40×30 raster of one colour.
  private func raster(_ color: [UInt8]) throws -> Picture {
    let pixels = [[UInt8]](repeating: color, count: 1200).flatMap(\.self)
    return .raster(try #require(Raster(width: 40, height: 30, rgba: pixels)), [])
  }

  private func look(_ picture: Picture, _ blobs: [Blob: ByteBuffer] = [:], pixels: [[Int]]) async throws -> Look {
    let plan = RenderPlan(picture: picture, encoding: Encoding(format: .png), timeoutMilliseconds: 900_000)
    return try Workbench.look(try await Workbench.output(plan, blobs), pixels: pixels)
  }

  private func onWhite(_ operation: PixelOperation) -> Picture {
    .composed(width: 100, height: 80, background: .white, [], [operation])
  }

  @Test func drawsAtAPlaceWithOpacity() async throws {
    let mark = try raster([255, 0, 0, 255])
    let picture = onWhite(.overlay(mark, at: PixelPoint(x: 30, y: 20), opacity: Self.half))
    let look = try await look(picture, pixels: [[29, 20], [30, 19], [30, 20], [69, 49], [70, 49]])
    #expect(!look.hasAlpha && look.width == 100 && look.height == 80)
    let (white, pink) = ([255, 255, 255, 255], [255, 127, 127, 255])
    for (pixel, color) in zip(look.pixels[0], [white, white, pink, pink, white]) {
      #expect(isClose(pixel, color, within: 1))
    }
  }

  @Test(arguments: [(-20, -10), (80, 60), (-20, 70), (90, -25), (200, 200), (-500, 0)])
  func cutsOffWhatLiesOutside(x: Int, y: Int) async throws {
    let mark = try raster([0, 0, 255, 255])
    let places = [[0, 0], [99, 0], [0, 79], [99, 79], [50, 40]]
    let look = try await look(onWhite(.overlay(mark, at: PixelPoint(x: x, y: y), opacity: .one)), pixels: places)
    #expect(look.width == 100 && look.height == 80)
    for (place, pixel) in zip(places, look.pixels[0]) {
      let isInside = (x..<x + 40).contains(place[0]) && (y..<y + 30).contains(place[1])
      #expect(pixel == (isInside ? [0, 0, 255, 255] : [255, 255, 255, 255]), "\(place)")
    }
  }

  @Test func drawsOnTransparency() async throws {
    let mark = try raster([0, 255, 0, 128])
    let picture = Picture.composed(
      width: 60, height: 60, background: .transparent, [Placed(mark, x: 10, y: 10), Placed(mark, x: 30, y: 10)], [])
    let look = try await look(picture, pixels: [[5, 5], [15, 15], [40, 15]])
    #expect(look.pixels[0][0][3] == 0)
    #expect(isClose(look.pixels[0][1], [0, 255, 0, 128], within: 1))
    #expect(isClose(look.pixels[0][2], [0, 255, 0, 192], within: 1))
  }

  @Test(arguments: [(3, 5, 45, 35), (-7, -100, 40, 30), (99, 79, 41, 30), (250, 333, 64, 31)])
  func tilesInBothDirections(x: Int, y: Int, stepX: Int, stepY: Int) async throws {
    let mark = try raster([255, 0, 0, 255])
    let places = (0..<100).flatMap { x in stride(from: 0, to: 80, by: 3).map { [x, $0] } }
    for (horizontal, vertical) in [(true, true), (true, false), (false, true)] {
      let operation = PixelOperation.tile(
        mark, at: PixelPoint(x: x, y: y), stepX: horizontal ? stepX : nil, stepY: vertical ? stepY : nil, opacity: .one)
      let look = try await look(onWhite(operation), pixels: places)
      func isCovered(_ place: Int, _ start: Int, _ side: Int, _ step: Int?) -> Bool {
        guard let step else { return (start..<start + side).contains(place) }
        return ((place - start) % step + step) % step < side
      }
      for (place, pixel) in zip(places, look.pixels[0]) {
        let isRed =
          isCovered(place[0], x, 40, horizontal ? stepX : nil) && isCovered(place[1], y, 30, vertical ? stepY : nil)
        #expect(pixel == (isRed ? [255, 0, 0, 255] : [255, 255, 255, 255]), "\(place)")
      }
    }
  }

  @Test(arguments: [(0, 0, 2, 3), (5, -1, 3, 1), (1, 1, 127, 129), (3, 2, 128, 128), (0, 7, 300, 2)])
  func tilesManySmallOnes(x: Int, y: Int, stepX: Int, stepY: Int) async throws {
    let dot = Picture.raster(try #require(Raster(width: 1, height: 1, rgba: [255, 0, 0, 255])), [])
    let tile = PixelOperation.tile(dot, at: PixelPoint(x: x, y: y), stepX: stepX, stepY: stepY, opacity: .one)
    let places = (0..<400).flatMap { x in stride(from: 0, to: 300, by: 7).map { [x, $0] } }
    let look = try await look(.composed(width: 400, height: 300, background: .white, [], [tile]), pixels: places)
    for (place, pixel) in zip(places, look.pixels[0]) {
      let isRed = (place[0] - x) % stepX == 0 && (place[1] - y) % stepY == 0
      #expect(pixel == (isRed ? [255, 0, 0, 255] : [255, 255, 255, 255]), "\(place)")
    }
  }

  @Test func composesPicturesWithoutASeam() async throws {
    let red = try raster([255, 0, 0, 255])
    let blue = try raster([0, 0, 255, 255])
    let picture = Picture.composed(
      width: 80, height: 30, background: .white, [Placed(red, x: 0, y: 0), Placed(blue, x: 40, y: 0)],
      [.resize(width: 160, height: 60), .flip(horizontal: true, vertical: false)])
    let look = try await look(picture, pixels: [[20, 30], [140, 30], [0, 0], [159, 59]])
    #expect(look.width == 160 && look.height == 60 && !look.hasAlpha)
    #expect(look.pixels[0] == [[0, 0, 255, 255], [255, 0, 0, 255], [0, 0, 255, 255], [255, 0, 0, 255]])
  }

  @Test func blendsAMarkFile() async throws {
    let mark = Picture.decoded(Workbench.mark, frames: .first, [])
    let picture = Picture.decoded(
      Workbench.original, frames: .first,
      [.resize(width: 240, height: 160), .overlay(mark, at: PixelPoint(x: 10, y: 10), opacity: .one)])
    let blobs = [
      Workbench.original: try TestPictures.bytes("swatches.png"), Workbench.mark: try TestPictures.bytes("mark.png"),
    ]
    let look = try await look(picture, blobs, pixels: [[10, 10], [30, 30], [50, 30], [80, 30]])
    #expect(isClose(look.pixels[0][0], [0, 0, 0, 255], within: 0))
    #expect(isClose(look.pixels[0][1], [127, 128, 0, 255], within: 1))
    #expect(isClose(look.pixels[0][2], [0, 255, 0, 255], within: 1))
    #expect(isClose(look.pixels[0][3], [0, 0, 255, 255], within: 0))
  }

  @Test func failsWithAMarkThatCannotBeRead() async throws {
    let mark = Picture.decoded(Workbench.mark, frames: .first, [])
    let plan = RenderPlan(
      picture: onWhite(.overlay(mark, at: PixelPoint(x: 0, y: 0), opacity: .one)), encoding: Encoding(format: .png),
      timeoutMilliseconds: 900_000)
    for name in ["truncated.webp", "headless.png", "text.txt"] {
      let rendering = await Workbench.rendering(plan, [Workbench.mark: try TestPictures.bytes(name)])
      guard case .undecodable = rendering else { throw Unexpected(what: "\(name): \(rendering)") }
    }
  }
}
