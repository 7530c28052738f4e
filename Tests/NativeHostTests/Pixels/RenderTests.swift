import EdgeHandler
import TestSupport
import Testing

@Suite struct RenderTests {
  @Test(arguments: [
    "f-1.jpg", "f-2.jpg", "f-3.jpg", "f-4.jpg", "f-5.jpg", "f-6.jpg", "f-7.jpg", "f-8.jpg", "f-6.png", "f-6.webp",
    "f-6.tif",
  ])
  func bakesOrientationIn(name: String) async throws {
    let upright = try await Workbench.output(name)
    let look = try Workbench.look(
      upright, pixels: [[8, 8], [112, 8], [8, 72], [112, 72], [52, 40]], reference: "f.png")
    #expect(look.width == 120 && look.height == 80)
    let corners = [[255, 0, 0], [0, 255, 0], [0, 0, 255], [255, 255, 0], [0, 0, 0]]
    for (pixel, corner) in zip(look.pixels[0], corners) { #expect(isClose(pixel, corner, within: 6)) }
    #expect(try #require(look.decibels) > 30)
    #expect(look.metadata.exif["274"] == nil)
  }

  @Test(arguments: [OutputFormat.avif, .webp, .jpeg, .png, .gif])
  func encodes(format: OutputFormat) async throws {
    let operations: [PixelOperation] = [.resize(width: 300, height: 200)]
    let bytes = try await Workbench.output("photo.jpg", operations, as: Encoding(format: format))
    let look = try Workbench.look(bytes, reference: "photo.jpg")
    #expect(look.width == 300 && look.height == 200)
    #expect("image/\(look.format)" == format.mediaType)
    #expect(try #require(look.decibels) > 27)
    #expect(try await Workbench.output("photo.jpg", operations, as: Encoding(format: format)) == bytes)
  }

  /// Lossless outputs ask for twice as many pixels as they have.
  @Test(arguments: [(50, OutputFormat.png, true), (52, .png, false), (100, .jpeg, true), (104, .jpeg, false)])
  func takesAThumbnailThatIsLargeEnough(width: Int, format: OutputFormat, isTaken: Bool) async throws {
    func color(_ name: String) async throws -> [Int] {
      let resize = PixelOperation.resize(width: width, height: width * 3 / 4)
      let output = try await Workbench.output(name, [resize], as: Encoding(format: format))
      return try Workbench.look(output, pixels: [[9, 9]]).pixels[0][0]
    }
    let (red, blue) = ([255, 0, 0], [0, 0, 255])
    #expect(isClose(try await color("thumbnail.avif"), isTaken ? blue : red, within: 4))
    #expect(isClose(try await color("thumbnail-damaged.avif"), red, within: 4))
    #expect(isClose(try await color("thumbnail-square.avif"), red, within: 4))
  }

  @Test func encodesAPalette() async throws {
    func palette(_ quality: Int) -> Encoding { Encoding(format: .png, quality: quality, palette: true) }
    let look = try Workbench.look(
      try await Workbench.output("swatches.png", as: palette(80)), pixels: ColorTests.places(scale: 1))
    #expect(look.mode == "P")
    for (pixel, color) in zip(look.pixels[0], ColorTests.colors) { #expect(isClose(pixel, color, within: 4)) }
    let whole = try await Workbench.output("photo.png")
    let fine = try await Workbench.output("photo.png", as: palette(90))
    let coarse = try await Workbench.output("photo.png", as: palette(10))
    #expect(fine.readableBytes < whole.readableBytes && coarse.readableBytes < fine.readableBytes)
    #expect(try #require(try Workbench.look(fine, reference: "photo.png").decibels) > 27)
  }

  @Test func keepsAlphaInAPalette() async throws {
    let output = try await Workbench.output("alpha.png", as: Encoding(format: .png, quality: 100, palette: true))
    let look = try Workbench.look(output, pixels: [[40, 0], [40, 60], [40, 119], [120, 119]])
    #expect(look.mode == "P" && look.hasAlpha)
    #expect(look.pixels[0][0][3] <= 8)
    #expect(isClose(look.pixels[0][1], [255, 0, 0, 128], within: 16))
    #expect(isClose(look.pixels[0][2], [255, 0, 0, 255], within: 8))
    #expect(isClose(look.pixels[0][3], [0, 0, 255, 255], within: 8))
  }

  @Test func refusesABomb() async throws {
    for format in OutputFormat.rasters {
      let rendering = try await Workbench.rendering(
        "bomb.png", [.resize(width: 20, height: 20)], as: Encoding(format: format))
      guard case .failed = rendering else {
        Issue.record("\(format): \(rendering)")
        continue
      }
    }
  }

  @Test(arguments: ["truncated.webp", "headless.jpg", "headless.png", "noise.jpg", "text.txt"])
  func failsOnDamage(name: String) async throws {
    for format in OutputFormat.rasters {
      let rendering = try await Workbench.rendering(
        name, [.resize(width: 20, height: 20)], frames: .all, as: Encoding(format: format))
      guard case .undecodable = rendering else {
        Issue.record("\(name) as \(format): \(rendering)")
        continue
      }
    }
  }
}
