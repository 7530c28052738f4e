import EdgeHandler
import NIOCore
import Pixels
import TestSupport
import Testing

/// Operations one after another, of every kind on every kind of picture: none may leave something that the next takes for
/// what it is not.
@Suite struct SequenceTests {
  private static let originals = [
    "alpha.png", "anim-alpha.gif", "cmyk.jpg", "deep.png", "deep-grey.png", "f-6.jpg", "grey-alpha.png", "grey.png",
    "logo.svg", "one.png", "p3.png", "palette.png", "swatches.avif", "swatches.tif",
  ]

  @Test(arguments: originals)
  func areTheSameInOnePlanAndInSeveral(name: String) async throws {
    var generator = SeededGenerator(seed: 71)
    for _ in 0..<12 {
      let operations = (0..<Int.random(in: 2...5, using: &generator)).map { _ in Self.operation(&generator) }
      let together = try await Self.output(try TestPictures.bytes(name), operations)
      var stepwise = try await Self.output(try TestPictures.bytes(name), [])
      for operation in operations { stepwise = try await Self.output(stepwise, [operation]) }
      // A file of few colours has no resolution, and no colours where nothing is seen; the others have what they were given.
      #expect(try together == stepwise || Self.seen(together) == Self.seen(stepwise), "\(name): \(operations)")
    }
  }

  @Test(arguments: OutputFormat.rasters, [Picture.Frames.first, .all])
  func canBeWrittenInEveryFormat(format: OutputFormat, frames: Picture.Frames) async throws {
    var generator = SeededGenerator(seed: 72)
    for name in Self.originals {
      let operations = (0..<4).map { _ in Self.operation(&generator) }
      let blobs = try Self.blobs(TestPictures.bytes(name))
      let plan = RenderPlan(
        picture: .decoded(Workbench.original, frames: frames, operations), encoding: Encoding(format: format),
        timeoutMilliseconds: 900_000)
      let look = try Workbench.look(try await Workbench.output(plan, blobs))
      #expect(look.format == "\(format)", "\(name): \(operations)")
    }
  }

  /// Pixels here and there, without the colour of those that cannot be seen.
  private static func seen(_ output: ByteBuffer) throws -> [[Int]] {
    let places = (0..<600).map { [$0 * 37 % 60, $0 * 53 % 40] }
    return try Workbench.look(output, pixels: places).pixels.flatMap { $0 }.map { $0.last == 0 ? [] : $0 }
  }

  /// As PNG, which loses nothing.
  private static func output(_ bytes: ByteBuffer, _ operations: [PixelOperation]) async throws -> ByteBuffer {
    let plan = RenderPlan(
      picture: .decoded(Workbench.original, frames: .first, operations), encoding: Encoding(format: .png),
      timeoutMilliseconds: 900_000)
    let rendering = await Workbench.rendering(plan, try blobs(bytes))
    guard case .output(let output, _, _) = rendering else { throw Unexpected(what: "\(operations): \(rendering)") }
    return output
  }

  private static func blobs(_ original: ByteBuffer) throws -> [Blob: ByteBuffer] {
    [Workbench.original: original, Workbench.mark: try TestPictures.bytes("mark.png")]
  }

  private static func operation(_ generator: inout SeededGenerator) -> PixelOperation {
    let amount = FixedPoint(millionths: Int64.random(in: 300_000...2_000_000, using: &generator))
    let mark = Picture.decoded(Workbench.mark, frames: .first, [.resize(width: 6, height: 5)])
    let point = PixelPoint(x: Int.random(in: -3...9, using: &generator), y: Int.random(in: -3...9, using: &generator))
    let colors = [Color.white, .transparent, Color(red: 200, green: 30, blue: 60, alpha: 120)]
    let color = colors[Int.random(in: 0..<colors.count, using: &generator)]
    switch Int.random(in: 0...11, using: &generator) {
    case 0: return .brightness(amount)
    case 1: return .contrast(amount)
    case 2: return .saturation(amount)
    case 3: return .gamma(exponent: amount)
    case 4: return .sharpen(sigma: amount)
    case 5: return .blur(radius: FixedPoint(millionths: amount.millionths * 8))
    case 6: return .flatten(color)
    case 7: return .flip(horizontal: true, vertical: Bool.random(using: &generator))
    case 8: return .rotate(quarterTurns: Int.random(in: 1...3, using: &generator))
    case 9: return .extend(width: 300, height: 200, x: max(point.x, 0), y: max(point.y, 0), color)
    case 10: return .overlay(mark, at: point, opacity: FixedPoint(millionths: amount.millionths / 2))
    default: return .tile(mark, at: point, stepX: 9, stepY: Bool.random(using: &generator) ? 7 : nil, opacity: .one)
    }
  }
}
