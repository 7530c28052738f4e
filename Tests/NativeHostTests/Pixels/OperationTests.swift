import EdgeHandler
import Foundation
import TestSupport
import Testing

/// Each operation against its definition, computed here.
@Suite struct OperationTests {
  private static let places = ColorTests.places(scale: 1)

  private func colors(after operation: PixelOperation) async throws -> [[Int]] {
    try Workbench.look(try await Workbench.output("swatches.png", [operation]), pixels: Self.places).pixels[0]
  }

  private func expect(_ operation: PixelOperation, _ channel: (Double) -> Double) async throws {
    for (color, old) in zip(try await colors(after: operation), ColorTests.colors) {
      let new = old.map { Int(min(max(channel(Double($0)).rounded(), 0), 255)) }
      #expect(color == new + [255], "\(operation) of \(old)")
    }
  }

  @Test(arguments: [0, 0.5, 1.3, 10])
  func multipliesBrightness(factor: Double) async throws {
    try await expect(.brightness(FixedPoint(millionths: Int64(factor * 1e6)))) { $0 * factor }
  }

  @Test(arguments: [0, 0.5, 1.3, 10])
  func multipliesContrast(factor: Double) async throws {
    try await expect(.contrast(FixedPoint(millionths: Int64(factor * 1e6)))) { ($0 - 128) * factor + 128 }
  }

  @Test(arguments: [0.45, 1, 2.2, 10])
  func appliesGamma(exponent: Double) async throws {
    try await expect(.gamma(exponent: FixedPoint(millionths: Int64(exponent * 1e6)))) { pow($0 / 255, exponent) * 255 }
  }

  @Test(arguments: [0, 0.5, 1.5, 10])
  func movesSaturation(factor: Double) async throws {
    let operation = PixelOperation.saturation(FixedPoint(millionths: Int64(factor * 1e6)))
    for (color, old) in zip(try await colors(after: operation), ColorTests.colors) {
      let luma = 0.2126 * Double(old[0]) + 0.7152 * Double(old[1]) + 0.0722 * Double(old[2])
      let new = old.map { Int(min(max((luma + (Double($0) - luma) * factor).rounded(), 0), 255)) }
      #expect(isClose(color, new, within: 1), "\(color) for \(new)")
    }
  }

  @Test func keepsAlphaInColourWork() async throws {
    let operations: [PixelOperation] = [
      .brightness(FixedPoint(millionths: 500_000)), .contrast(FixedPoint(millionths: 900_000)),
      .saturation(FixedPoint(millionths: 500_000)), .gamma(exponent: FixedPoint(millionths: 1_500_000)),
      .sharpen(sigma: .one),
    ]
    let places = [[40, 10], [40, 60], [40, 110]]
    let plain = try Workbench.look(try await Workbench.output("alpha.png"), pixels: places)
    for operation in operations {
      let look = try Workbench.look(try await Workbench.output("alpha.png", [operation]), pixels: places)
      #expect(look.pixels[0].map { $0[3] } == plain.pixels[0].map { $0[3] }, "\(operation)")
    }
  }

  @Test func blursEdgesAlone() async throws {
    let output = try await Workbench.output("swatches.png", [.blur(radius: FixedPoint(millionths: 10_000_000))])
    let look = try Workbench.look(output, pixels: [[40, 20], [39, 20], [20, 20], [0, 0]])
    // On the edge between red and green about half of each; away from it nothing changes.
    #expect(isClose(look.pixels[0][0], [120, 135, 0], within: 15))
    #expect(isClose(look.pixels[0][2], [255, 0, 0], within: 1))
    #expect(isClose(look.pixels[0][3], [255, 0, 0], within: 1))
  }

  /// Narrow and wide ones are made in different ways.
  @Test(
    arguments: ["f.png", "halo.png", "map-60x300.png", "map-300x40-alpha.png", "one.png", "swatches.png"],
    [1, 7, 15.9, 16, 23, 24, 40, 110, 250])
  func blursAsAGaussianDoes(name: String, radius: Double) async throws {
    let output = try await Workbench.output(name, [.blur(radius: FixedPoint(millionths: Int64(radius * 1_000_000)))])
    let look = try Workbench.look(output, reference: name, sigma: radius / 2)
    #expect(try #require(look.decibels) > 48)
  }

  @Test func blursWithoutADarkRim() async throws {
    let output = try await Workbench.output("halo.png", [.blur(radius: FixedPoint(millionths: 8_000_000))])
    let look = try Workbench.look(output, pixels: (0..<100).map { [$0, 50] })
    for pixel in look.pixels[0] where pixel[3] > 16 { #expect(isClose(pixel, [255, 255, 255], within: 4)) }
  }

  @Test(
    arguments: ["alpha.png", "f.png", "halo.png", "map-60x300.png", "one.png", "photo.png"], [0.3, 1, 2.5, 10])
  func sharpensAsAnUnsharpMaskDoes(name: String, sigma: Double) async throws {
    let operation = PixelOperation.sharpen(sigma: FixedPoint(millionths: Int64(sigma * 1_000_000)))
    let look = try Workbench.look(try await Workbench.output(name, [operation]), reference: name, sharpen: sigma)
    #expect(try #require(look.decibels) > 48)
  }

  @Test func sharpensEdges() async throws {
    let plain = try Workbench.look(
      try await Workbench.output("swatches.png"), pixels: [[20, 20], [140, 20], [158, 20]])
    let output = try await Workbench.output("swatches.png", [.sharpen(sigma: FixedPoint(millionths: 2_000_000))])
    let look = try Workbench.look(output, pixels: [[20, 20], [140, 20], [158, 20]])
    #expect(isClose(look.pixels[0][0], plain.pixels[0][0], within: 2))
    #expect(isClose(look.pixels[0][1], plain.pixels[0][1], within: 2))
    // Grey beside a lighter skin tone becomes darker.
    #expect(look.pixels[0][2][0] < plain.pixels[0][2][0] - 3)
  }

  @Test func flattensOnAColour() async throws {
    let color = Color(red: 0, green: 200, blue: 0)
    let look = try Workbench.look(
      try await Workbench.output("alpha.png", [.flatten(color)]),
      pixels: [[40, 0], [40, 60], [40, 119], [120, 119]])
    #expect(!look.hasAlpha)
    #expect(isClose(look.pixels[0][0], [0, 200, 0, 255], within: 2))
    #expect(isClose(look.pixels[0][1], [129, 99, 0, 255], within: 3))
    #expect(isClose(look.pixels[0][2], [255, 0, 0, 255], within: 2))
    #expect(isClose(look.pixels[0][3], [0, 0, 255, 255], within: 2))
  }

  @Test func flattensOnAThinColour() async throws {
    let color = Color(red: 0, green: 200, blue: 0, alpha: 128)
    let look = try Workbench.look(
      try await Workbench.output("alpha.png", [.flatten(color)]), pixels: [[40, 0], [40, 119]])
    #expect(isClose(look.pixels[0][0], [0, 200, 0, 128], within: 2))
    #expect(isClose(look.pixels[0][1], [255, 0, 0, 255], within: 2))
  }

  @Test func extendsWithTransparencyAndColour() async throws {
    let thin = PixelOperation.extend(width: 140, height: 100, x: 10, y: 15, .transparent)
    var look = try Workbench.look(
      try await Workbench.output("f.png", [thin]), pixels: [[5, 5], [10, 15], [129, 15], [135, 50]])
    #expect(look.width == 140 && look.height == 100)
    #expect(look.pixels[0] == [[0, 0, 0, 0], [255, 0, 0, 255], [0, 255, 0, 255], [0, 0, 0, 0]])
    let colored = PixelOperation.extend(width: 140, height: 100, x: 10, y: 15, Color(red: 1, green: 2, blue: 3))
    look = try Workbench.look(try await Workbench.output("f.png", [colored]), pixels: [[5, 5], [10, 15]])
    #expect(look.pixels[0] == [[1, 2, 3, 255], [255, 0, 0, 255]] && !look.hasAlpha)
    look = try Workbench.look(try await Workbench.output("alpha.png", [colored]), pixels: [[5, 5], [50, 15]])
    #expect(look.pixels[0][0] == [1, 2, 3, 255] && look.pixels[0][1][3] == 0)
  }

  @Test(arguments: [PixelOperation.Interest.attention, .entropy])
  func findsWhatIsOfInterest(interest: PixelOperation.Interest) async throws {
    // A dark patterned box in a uniform frame, at x 30–139, y 20–109.
    let output = try await Workbench.output("framed.png", [.smartCrop(width: 60, height: 60, interest)])
    let look = try Workbench.look(output, pixels: [[30, 30]])
    #expect(look.width == 60 && look.height == 60)
    #expect(look.pixels[0][0][0] < 0xE0)
  }

  @Test func appliesGeometryInAnyOrder() async throws {
    // Red, green, blue, yellow at the corners, from the top left by rows.
    let operations: [PixelOperation] = [
      .crop(PixelRect(x: 0, y: 0, width: 120, height: 40)), .rotate(quarterTurns: 1), .resize(width: 20, height: 60),
      .flip(horizontal: false, vertical: true), .crop(PixelRect(x: 0, y: 0, width: 20, height: 30)),
      .resize(width: 40, height: 30),
    ]
    let look = try Workbench.look(
      try await Workbench.output("f-6.jpg", operations), pixels: [[36, 4], [4, 4]])
    #expect(look.width == 40 && look.height == 30)
    // Turned clockwise the upper half has red at the top right and green at the bottom right; flipped, green is above.
    #expect(isClose(look.pixels[0][0], [0, 255, 0], within: 12))
    #expect(isClose(look.pixels[0][1], [255, 255, 255], within: 12))
  }
}
