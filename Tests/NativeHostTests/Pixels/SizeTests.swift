import EdgeHandler
import TestSupport
import Testing

@Suite struct SizeTests {
  /// Every way in which rounding could cost or add a pixel.
  @Test(arguments: ["wide.png", "tall.png", "one.png", "photo.jpg", "photo.webp", "f-6.jpg"])
  func hasExactlyTheSizeAskedFor(name: String) async throws {
    var sizes: [(Int, Int)] = [(1, 1), (1, 400), (400, 1), (2, 3), (1500, 1000), (1499, 999), (750, 500), (333, 217)]
    var generator = SeededGenerator(seed: 5)
    for _ in 0..<12 {
      sizes.append((Int.random(in: 1...700, using: &generator), Int.random(in: 1...700, using: &generator)))
    }
    for format in [OutputFormat.jpeg, .png] {
      for (width, height) in sizes {
        let output = try await Workbench.output(
          name, [.resize(width: width, height: height)], as: Encoding(format: format))
        let header = await Workbench.inspect(output)
        guard case .image(let header) = header else { throw Unexpected(what: "\(header)") }
        #expect(header.width == width && header.height == height, "\(name) \(width)×\(height)")
      }
    }
  }
}
