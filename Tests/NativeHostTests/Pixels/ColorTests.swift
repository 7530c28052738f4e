import EdgeHandler
import TestSupport
import Testing

@Suite struct ColorTests {
  /// The colours of the swatches from left to right; in the lower half each is blended half way to white.
  static let columns = [[255, 0, 0], [0, 255, 0], [0, 0, 255], [128, 128, 128], [224, 172, 138], [32, 144, 128]]

  static func places(scale: Double) -> [[Int]] {
    [40.0, 120].flatMap { y in (0..<6).map { [Int((Double($0) * 40 + 20) * scale), Int(y * scale)] } }
  }

  static let colors = columns + columns.map { $0.map { ($0 + 255) / 2 } }

  /// `darkness` multiplies what is expected.
  @Test(arguments: [
    ("swatches.png", 1.0, 0), ("swatches.jpg", 1.0, 4), ("swatches.webp", 1.0, 8), ("swatches.avif", 1.0, 6),
    ("swatches.heic", 1.0, 4),
    ("swatches.gif", 1.0, 2), ("swatches.tif", 1.0, 0), ("deep.png", 1.0, 1), ("deep.tif", 1.0, 1),
    ("cmyk.jpg", 1.0, 5), ("deep-ink.tif", 1.0, 1),
    ("cmyk-icc.jpg", 0.8, 8), ("p3.jpg", 1.0, 6), ("p3.png", 1.0, 3), ("srgb.jpg", 1.0, 4),
  ])
  func comesOutAsSRGB(name: String, darkness: Double, tolerance: Int) async throws {
    for (operations, scale) in [([], 1), ([.resize(width: 120, height: 80)], 0.5)] as [([PixelOperation], Double)] {
      let look = try Workbench.look(try await Workbench.output(name, operations), pixels: Self.places(scale: scale))
      for (pixel, color) in zip(look.pixels[0], Self.colors) {
        let expected = color.map { Int((Double($0) * darkness).rounded()) }
        #expect(isClose(pixel, expected, within: tolerance), "\(name): \(pixel) for \(expected)")
      }
      #expect(!look.metadata.icc && !look.hasAlpha)
    }
  }

  @Test(arguments: ["grey.jpg", "grey.png", "deep-grey.png", "grey-spots.tif"])
  func keepsAGreyRamp(name: String) async throws {
    let places = [0, 30, 60, 90, 119].map { [$0, 40] }
    let look = try Workbench.look(try await Workbench.output(name), pixels: places)
    for (place, pixel) in zip(places, look.pixels[0]) {
      let value = Int((Double(place[0]) / 119 * 255).rounded())
      #expect(isClose(pixel, [value, value, value, 255], within: 2), "\(name): \(pixel) for \(value)")
    }
  }

  @Test func keepsAlphaOfGrey() async throws {
    let look = try Workbench.look(try await Workbench.output("grey-alpha.png"), pixels: [[60, 40], [119, 40]])
    #expect(isClose(look.pixels[0][0], [128, 128, 128, 129], within: 1))
    #expect(isClose(look.pixels[0][1], [128, 128, 128, 255], within: 1))
  }

  @Test func keepsTransparencyOfAPalette() async throws {
    let look = try Workbench.look(
      try await Workbench.output("palette.png"), pixels: [[20, 40], [60, 40], [100, 40]])
    #expect(look.pixels[0][0] == [255, 0, 0, 255])
    #expect(look.pixels[0][1] == [0, 255, 0, 255])
    #expect(look.pixels[0][2][3] == 0)
  }

  @Test(arguments: [OutputFormat.png, .webp, .avif])
  func leavesNoDarkRim(format: OutputFormat) async throws {
    let small = try await Workbench.output(
      "halo.png", [.resize(width: 50, height: 50)], as: Encoding(format: format, quality: 90, lossless: format != .png))
    let places = (0..<50).flatMap { x in (0..<50).map { [x, $0] } }
    let look = try Workbench.look(small, pixels: places)
    let rim = look.pixels[0].filter { $0[3] > 16 && $0[3] < 240 }
    #expect(rim.count > 20)
    for pixel in rim { #expect(isClose(pixel, [255, 255, 255], within: 3), "\(pixel)") }
  }

  /// The same kernel. Pillow rounds twice on its way, and keeps colours times alpha in 8 bits.
  @Test(arguments: [
    ("photo.png", 55.0), ("photo.jpg", 53), ("photo.webp", 51), ("photo.tif", 55), ("photo.avif", 46),
    ("photo-alpha.png", 34), ("photo-progressive.jpg", 53), ("grey.png", 58), ("grey-alpha.png", 52), ("deep.png", 50),
    ("map-300x200-alpha.png", 58),
  ])
  func scalesAsPillowDoes(name: String, decibels: Double) async throws {
    for (width, height) in [(311, 207), (97, 65), (150, 150), (1499, 7), (3, 999)] {
      let output = try await Workbench.output(name, [.resize(width: width, height: height)])
      let look = try Workbench.look(output, reference: name)
      #expect(look.width == width && look.height == height)
      #expect(try #require(look.decibels) > decibels, "\(name) \(width)×\(height)")
    }
  }

  /// libvips takes a bicubic kernel here and Pillow a Lanczos one.
  @Test(arguments: ["photo.png", "photo-alpha.png"], [(1500, 1000), (1201, 803), (1203, 200), (400, 900)])
  func enlargesMuchAsPillowDoes(name: String, size: (width: Int, height: Int)) async throws {
    let output = try await Workbench.output(name, [.resize(width: size.width, height: size.height)])
    let look = try Workbench.look(output, reference: name)
    #expect(look.width == size.width && look.height == size.height)
    let decibels = try #require(look.decibels)
    #expect(decibels > 44)
  }

  @Test func scalesAPartAsPillowDoes() async throws {
    let part = PixelRect(x: 201, y: 99, width: 900, height: 600)
    let output = try await Workbench.output(
      "photo.jpg", [.crop(part), .resize(width: 300, height: 200)])
    let look = try Workbench.look(output, reference: "photo.jpg", box: [201, 99, 1101, 699])
    #expect(try #require(look.decibels) > 33)
  }
}
