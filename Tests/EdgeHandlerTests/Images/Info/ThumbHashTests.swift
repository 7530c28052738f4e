import Testing

@testable import EdgeHandler

@Suite struct ThumbHashTests {
  struct Vector: Sendable {
    var width: Int
    var height: Int
    var hasAlpha: Bool
    var text: String
  }

  /// Made by version 0.1.2 of PyPI's `thumbhash`, with two faults of that port mended after the JavaScript original: it rounds halves to even,
  /// and has a wrong precedence where there is alpha. Terms that are nothing but the
  /// rounding of sines are 0.
  static let vectors = [
    Vector(width: 1, height: 1, hasAlpha: false, text: "FQAq/wEI+AiIiIiAj4CI+AiIgI/4AAAA"),
    Vector(width: 1, height: 1, hasAlpha: true, text: "AAiCBQAAAAAAAAAAAAAAAAAAAAAAAAAAAA=="),
    Vector(width: 64, height: 43, hasAlpha: false, text: "IAgGHYS2IGl2E3uTt8heP4QAGY9o"),
    Vector(width: 64, height: 43, hasAlpha: true, text: "HwiCC4IItjB3ApOFAQmtOYmKYmCYB5c="),
    Vector(width: 43, height: 64, hasAlpha: false, text: "3wcGFQRqdWeCaHWZiJf4l0ZQ9kXU"),
    Vector(width: 43, height: 64, hasAlpha: true, text: "3weCCwIHWmhQtHdEYPZG42cFl6ZmdWk="),
    Vector(width: 64, height: 64, hasAlpha: false, text: "HwgGDwSYNmdoB5hzdYtpWYq+LCZQ+RcI"),
    Vector(width: 64, height: 64, hasAlpha: true, text: "HwiCDQIHmEdpB3SUWVAChZ9wNga2xUJhHA=="),
    Vector(width: 64, height: 8, hasAlpha: false, text: "4AYKSYA5gEh6h3eHUHMHocw="),
    Vector(width: 64, height: 8, hasAlpha: true, text: "4BaGIYQHGbB7qHZAhGdwiCkKNSRYeIc="),
    Vector(width: 5, height: 64, hasAlpha: false, text: "HfcJQRSGcDiIi3hrh3BhN/g="),
    Vector(width: 5, height: 64, hasAlpha: true, text: "HQeGGQoHhnAoqKiIcGAn+KiWVYZwVwQ="),
  ]

  static func raster(_ vector: Vector) throws -> Raster {
    var rgba: [UInt8] = []
    for y in 0..<vector.height {
      for x in 0..<vector.width {
        let alpha = vector.hasAlpha ? (x * 13 + y * 17) % 256 : 255
        let pixel = [(x * 7 + y * 3) % 256, (x * x + y * 5) % 256, 255 - (x * 2 + y * 11) % 256, alpha]
        rgba += pixel.map { UInt8($0) }
      }
    }
    return try #require(Raster(width: vector.width, height: vector.height, rgba: rgba))
  }

  @Test("a hash is that of the reference implementation", arguments: vectors)
  func isTheReferences(vector: Vector) throws {
    #expect(ThumbHash(try Self.raster(vector)).text == vector.text)
  }

  @Test("a picture without a visible pixel has a hash")
  func takesNothing() throws {
    let nothing = try #require(Raster(width: 8, height: 4, rgba: Array(repeating: 0, count: 8 * 4 * 4)))
    #expect(ThumbHash(nothing).bytes.count >= 6)
  }
}
