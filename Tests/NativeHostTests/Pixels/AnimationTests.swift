import EdgeHandler
import TestSupport
import Testing

@Suite struct AnimationTests {
  static let colors = [[255, 0, 0], [0, 255, 0], [0, 0, 255], [255, 255, 0]]

  @Test(arguments: ["anim.gif", "anim.webp"], [OutputFormat.gif, .webp])
  func keepsFramesDelaysAndLoops(name: String, format: OutputFormat) async throws {
    let output = try await Workbench.output(
      name, [.resize(width: 32, height: 24)], frames: .all, as: Encoding(format: format, quality: 95))
    let look = try Workbench.look(output, pixels: [[16, 12], [3, 3]])
    #expect(look.width == 32 && look.height == 24 && look.frames == 4)
    #expect(look.durations == [100, 200, 300, 400])
    // A GIF counts the repetitions after the first time, a WebP all times.
    let plays = name == "anim.gif" ? 4 : 3
    #expect(look.loop == (format == .gif ? plays - 1 : plays))
    for (frame, color) in zip(look.pixels, Self.colors) {
      #expect(isClose(frame[0], color, within: 30), "\(frame[0]) for \(color)")
    }
    #expect(isClose(look.pixels[0][1], [0, 0, 0], within: 30))
    #expect(isClose(look.pixels[1][1], Self.colors[1], within: 30))
  }

  @Test func turnsAndCutsEachFrame() async throws {
    let output = try await Workbench.output(
      "anim.gif", [.rotate(quarterTurns: 1), .crop(PixelRect(x: 8, y: 0, width: 40, height: 40))], frames: .all,
      as: Encoding(format: .gif))
    // Clockwise, the square at the top left goes to the top right.
    let look = try Workbench.look(output, pixels: [[36, 4], [4, 4]])
    #expect(look.width == 40 && look.height == 40 && look.frames == 4)
    #expect(isClose(look.pixels[0][0], [0, 0, 0], within: 8))
    #expect(isClose(look.pixels[0][1], Self.colors[0], within: 8))
    #expect(isClose(look.pixels[1][0], Self.colors[1], within: 8))
  }

  @Test(arguments: [OutputFormat.gif, .webp])
  func keepsTransparency(format: OutputFormat) async throws {
    let output = try await Workbench.output(
      "anim-alpha.gif", [.flip(horizontal: true, vertical: false)], frames: .all,
      as: Encoding(format: format, lossless: true))
    let look = try Workbench.look(output, pixels: [[10, 20], [30, 20], [50, 20]])
    #expect(look.frames == 3 && look.durations == [70, 70, 70] && look.loop == 0)
    for index in 0..<3 {
      for place in 0..<3 {
        let pixel = look.pixels[index][place]
        if place == 2 - index { #expect(pixel == [255, 0, 0, 255]) } else { #expect(pixel[3] == 0) }
      }
    }
  }

  @Test(arguments: ["anim.gif", "anim.webp"])
  func takesTheFirstFrameAlone(name: String) async throws {
    let look = try Workbench.look(
      try await Workbench.output(name, as: Encoding(format: .webp, lossless: true)), pixels: [[32, 24]])
    #expect(look.frames == 1)
    #expect(isClose(look.pixels[0][0], Self.colors[0], within: 8))
  }

  @Test func marksEachFrame() async throws {
    let mark = Picture.decoded(Workbench.mark, frames: .all, [.resize(width: 8, height: 8)])
    let picture = Picture.decoded(
      Workbench.original, frames: .all,
      [.overlay(mark, at: PixelPoint(x: 28, y: 20), opacity: .one), .blur(radius: FixedPoint(millionths: 500_000))])
    let plan = RenderPlan(picture: picture, encoding: Encoding(format: .gif), timeoutMilliseconds: 900_000)
    let blobs = [
      Workbench.original: try TestPictures.bytes("anim.gif"), Workbench.mark: try TestPictures.bytes("anim-alpha.gif"),
    ]
    let look = try Workbench.look(
      try await Workbench.output(plan, blobs), pixels: [[29, 24], [32, 24], [34, 24], [50, 24]])
    #expect(look.frames == 4 && look.durations == [100, 200, 300, 400])
    // The bar of the mark is left, in the middle, right, and left again; each third of 8 px.
    #expect(isClose(look.pixels[1][1], [255, 0, 0], within: 30))
    #expect(isClose(look.pixels[3][0], [255, 0, 0], within: 30))
    #expect(isClose(look.pixels[1][3], Self.colors[1], within: 8))
  }

  @Test func refusesMoreFramesThanAllowed() async throws {
    let rendering = try await Workbench.rendering("many-frames.gif", frames: .all, as: Encoding(format: .gif))
    guard case .failed = rendering else { throw Unexpected(what: "\(rendering)") }
  }
}
