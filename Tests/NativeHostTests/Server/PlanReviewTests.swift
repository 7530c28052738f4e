import EdgeHandler
import Testing

@testable import Server

/// What the handler plans is accepted, as all conformance cases show; here is what it never plans.
@Suite struct PlanReviewTests {
  private static let blob = Blob(id: 0)
  private static let resize = PixelOperation.resize(width: 100, height: 100)

  private func complaint(_ picture: Picture, headers: [Blob: ImageHeader] = [:]) -> String? {
    let plan = RenderPlan(picture: picture, encoding: Encoding(format: .png), timeoutMilliseconds: 1)
    do throws(WireError) {
      _ = try PlanReview(plan, limits: Limits(), headers: headers)
      return nil
    } catch {
      return error.description
    }
  }

  private static func decoded(_ operations: [PixelOperation]) -> Picture {
    .decoded(blob, frames: .first, operations)
  }

  private static func rect(_ x: Int, _ y: Int, _ width: Int, _ height: Int) -> PixelOperation {
    .crop(PixelRect(x: x, y: y, width: width, height: height))
  }

  private static func fixed(_ value: Int64) -> FixedPoint { FixedPoint(millionths: value * 1_000_000) }

  private static func extended(_ width: Int, _ height: Int, _ x: Int, _ y: Int) -> PixelOperation {
    .extend(width: width, height: height, x: x, y: y, .white)
  }

  /// Each beside one that is just allowed.
  private static let beyond: [([PixelOperation], [PixelOperation])] = [
    ([.resize(width: 8193, height: 1)], [.resize(width: 8192, height: 1)]),
    ([.resize(width: 8192, height: 6104)], [.resize(width: 8192, height: 6103)]),
    ([.resize(width: 100_001, height: 1), rect(0, 0, 1, 1)], [.resize(width: 100_000, height: 1), rect(0, 0, 1, 1)]),
    (
      [.resize(width: 10_001, height: 10_000), rect(0, 0, 1, 1)],
      [.resize(width: 10_000, height: 10_000), rect(0, 0, 1, 1)]
    ),
    ([.resize(width: 0, height: 1)], [.resize(width: 1, height: 1)]),
    ([resize, rect(0, 0, 101, 1)], [resize, rect(0, 0, 100, 1)]),
    ([resize, rect(1, 0, 100, 1)], [resize, rect(1, 0, 99, 1)]),
    ([resize, rect(0, -1, 1, 1)], [resize, rect(0, 99, 1, 1)]),
    ([resize, rect(0, Int(Int32.max), 1, Int(Int32.max))], [resize, rect(0, 0, 1, 100)]),
    ([rect(0, 0, Int(Int32.max), Int(Int32.max)), resize], [rect(0, 0, 10_000, 10_000), resize]),
    (
      [resize, .smartCrop(width: 101, height: 1, .attention)], [resize, .smartCrop(width: 100, height: 1, .attention)]
    ),
    ([.smartCrop(width: 0, height: 1, .entropy)], [.smartCrop(width: 1, height: 1, .entropy)]),
    ([resize, extended(8193, 100, 0, 0)], [resize, extended(8192, 100, 0, 0)]),
    ([resize, extended(110, 110, 11, 0)], [resize, extended(110, 110, 10, 0)]),
    ([resize, extended(110, 110, 0, -1)], [resize, extended(110, 110, 0, 0)]),
    ([resize, extended(99, 110, 0, 0)], [resize, extended(100, 110, 0, 0)]),
    (
      [.resize(width: 9000, height: 9), .flatten(.white), resize],
      [.resize(width: 8000, height: 9), .flatten(.white), resize]
    ),
    ([resize, .blur(radius: fixed(251))], [resize, .blur(radius: fixed(250))]),
    ([resize, .blur(radius: fixed(-1))], [resize, .blur(radius: .zero)]),
    ([resize, .sharpen(sigma: fixed(11))], [resize, .sharpen(sigma: fixed(10))]),
    ([resize, .gamma(exponent: fixed(11))], [resize, .gamma(exponent: fixed(10))]),
    ([resize, .brightness(fixed(-1))], [resize, .brightness(.zero)]),
    (
      [resize, .overlay(decoded([resize]), at: PixelPoint(x: 0, y: 0), opacity: fixed(2))],
      [resize, .overlay(decoded([resize]), at: PixelPoint(x: -9, y: 9), opacity: .one)]
    ),
    (
      [resize, .overlay(decoded([.resize(width: 9000, height: 1)]), at: PixelPoint(x: 0, y: 0), opacity: .one)],
      [resize, .overlay(decoded([.resize(width: 8000, height: 1)]), at: PixelPoint(x: 0, y: 0), opacity: .one)]
    ),
    ([resize, tile(step: 99)], [resize, tile(step: 100)]),
    (
      [PixelOperation](repeating: .rotate(quarterTurns: 1), count: 1025),
      [PixelOperation](repeating: .rotate(quarterTurns: 1), count: 1024)
    ),
    (
      [resize] + [PixelOperation](repeating: tile(step: nil), count: 128),
      [resize] + [PixelOperation](repeating: tile(step: nil), count: 127)
    ),
  ]

  private static func tile(step: Int?) -> PixelOperation {
    .tile(decoded([resize]), at: PixelPoint(x: 0, y: 0), stepX: step, stepY: nil, opacity: .one)
  }

  @Test("operations are held to the handler's ranges", arguments: beyond.indices)
  func operations(index: Int) {
    let (refused, accepted) = Self.beyond[index]
    #expect(complaint(Self.decoded(refused)) != nil)
    #expect(complaint(Self.decoded(accepted)) == nil)
    let header = ImageHeader(format: .png, width: 20_000, height: 5_000)
    if accepted.first != .rotate(quarterTurns: 1) {
      #expect(complaint(Self.decoded(refused), headers: [Self.blob: header]) != nil)
    }
  }

  @Test("canvases are held to the size of an output") func canvases() {
    #expect(complaint(.composed(width: 8193, height: 1, background: .white, [], [])) != nil)
    #expect(complaint(.composed(width: 16_000, height: 16_000, background: .white, [], [])) != nil)
    #expect(complaint(.composed(width: 8192, height: 6000, background: .white, [], [])) == nil)
    let cells = [Placed](repeating: Placed(Self.decoded([Self.resize]), x: 0, y: -3), count: 127)
    #expect(complaint(.composed(width: 10, height: 10, background: .white, cells, [])) == nil)
    #expect(complaint(.composed(width: 10, height: 10, background: .white, cells + cells, [])) != nil)
  }

  @Test("pictures are nested no deeper than a mark on a cell of a grid, and once more") func nesting() {
    var picture = Self.decoded([Self.resize])
    for _ in 0..<3 {
      #expect(complaint(picture) == nil)
      picture = .composed(width: 10, height: 10, background: .white, [Placed(picture, x: 0, y: 0)], [])
    }
    #expect(complaint(picture) == nil)
    #expect(complaint(.composed(width: 10, height: 10, background: .white, [Placed(picture, x: 0, y: 0)], [])) != nil)
  }

  @Test("a JPEG's ground is opaque") func ground() {
    let encoding = Encoding(format: .jpeg, ground: .transparent)
    let plan = RenderPlan(picture: Self.decoded([Self.resize]), encoding: encoding, timeoutMilliseconds: 1)
    #expect(throws: WireError.self) { try PlanReview(plan, limits: Limits()) }
  }

  @Test("frames count, and originals whose size or frames must be known are named") func headers() throws {
    func unknown(_ picture: Picture) throws -> Set<Blob> {
      let plan = RenderPlan(picture: picture, encoding: Encoding(format: .webp), timeoutMilliseconds: 1)
      return try PlanReview(plan, limits: Limits()).unknown
    }
    #expect(try unknown(Self.decoded([Self.resize])) == [])
    #expect(try unknown(Self.decoded([])) == [Self.blob])
    #expect(try unknown(Self.decoded([.flatten(.white), Self.resize])) == [Self.blob])
    #expect(try unknown(.decoded(Self.blob, frames: .all, [Self.resize])) == [Self.blob])
    let animation = ImageHeader(format: .gif, width: 10, height: 10, frames: 500)
    #expect(
      complaint(.decoded(Self.blob, frames: .all, [.resize(width: 316, height: 316)]), headers: [Self.blob: animation])
        == nil)
    #expect(
      complaint(.decoded(Self.blob, frames: .all, [.resize(width: 317, height: 316)]), headers: [Self.blob: animation])
        != nil)
    let turned = ImageHeader(format: .jpeg, width: 8000, height: 10, orientation: 6)
    #expect(complaint(Self.decoded([Self.rect(0, 0, 10, 8000)]), headers: [Self.blob: turned]) == nil)
    #expect(complaint(Self.decoded([Self.rect(0, 0, 8000, 10)]), headers: [Self.blob: turned]) != nil)
  }
}
