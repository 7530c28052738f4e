import EdgeHandler
import Testing

@Suite struct SampleTests {
  private func raster(_ name: String, longestSide: Int) async throws -> Raster {
    let result = try await Workbench.sample(name, longestSide: longestSide)
    guard case .sample(let sample) = result else { throw Unexpected(what: "\(name): \(result)") }
    return sample.raster
  }

  private func pixel(_ x: Int, _ y: Int, of raster: Raster) -> [Int] {
    let start = (y * raster.width + x) * 4
    return raster.rgba[start..<start + 4].map(Int.init)
  }

  @Test(arguments: [
    ("photo.jpg", 64, 64, 43), ("photo.jpg", 1, 1, 1), ("photo.webp", 30, 30, 20), ("photo.avif", 64, 64, 43),
    ("f-6.jpg", 60, 60, 40), ("tall.png", 64, 1, 64), ("wide.png", 64, 64, 1), ("one.png", 64, 1, 1),
    ("uniform.png", 64, 50, 40), ("logo.svg", 10, 10, 5), ("anim.webp", 32, 32, 24),
  ])
  func keepsTheShapeAndNeverEnlarges(name: String, longestSide: Int, width: Int, height: Int) async throws {
    let raster = try await raster(name, longestSide: longestSide)
    #expect(raster.width == width && raster.height == height)
  }

  /// Samples each kind of original in the middle of each swatch.
  @Test(arguments: [
    ("swatches.png", 6), ("swatches.jpg", 8), ("swatches.webp", 12), ("swatches.avif", 10), ("swatches.heic", 8),
    ("swatches.tif", 6), ("swatches.gif", 8), ("cmyk.jpg", 8), ("p3.png", 8), ("deep.png", 6),
  ])
  func isSRGB(name: String, tolerance: Int) async throws {
    let raster = try await raster(name, longestSide: 60)
    for (place, color) in zip(ColorTests.places(scale: 0.25), ColorTests.colors) {
      let found = pixel(place[0], place[1], of: raster)
      #expect(isClose(found, color + [255], within: tolerance), "\(name): \(found) for \(color)")
    }
  }

  @Test(arguments: ["f-3.jpg", "f-6.jpg", "f-8.jpg", "f-6.webp", "f-6.png"])
  func isUpright(name: String) async throws {
    let raster = try await raster(name, longestSide: 60)
    let corners = [(4, 4, [255, 0, 0]), (55, 4, [0, 255, 0]), (4, 35, [0, 0, 255]), (55, 35, [255, 255, 0])]
    for (x, y, color) in corners { #expect(isClose(pixel(x, y, of: raster), color, within: 12), "\(x), \(y)") }
  }

  @Test func doesNotPremultiply() async throws {
    let raster = try await raster("alpha.png", longestSide: 64)
    #expect(isClose(pixel(16, 24, of: raster), [255, 0, 0, 130], within: 4))
    #expect(isClose(pixel(48, 24, of: raster), [0, 0, 255, 130], within: 4))
  }

  @Test func looksAtTheFirstFrame() async throws {
    let raster = try await raster("anim.gif", longestSide: 64)
    #expect(pixel(2, 2, of: raster) == [0, 0, 0, 255])
    #expect(pixel(60, 40, of: raster) == [255, 0, 0, 255])
  }

  @Test(arguments: ["truncated.webp", "headless.jpg", "noise.jpg", "text.txt", "empty.jpg", "bomb.png"])
  func failsOnDamageAndBombs(name: String) async throws {
    #expect(try await Workbench.sample(name, longestSide: 64) == .undecodable)
  }
}
