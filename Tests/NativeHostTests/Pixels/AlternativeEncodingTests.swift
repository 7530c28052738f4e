import EdgeHandler
import NIOCore
import Pixels
import TestSupport
import Testing

@Suite struct AlternativeEncodingTests {
  private func rendering(_ name: String, width: Int, height: Int, alternative: Encoding?) async throws -> Rendering {
    let plan = RenderPlan(
      picture: .decoded(Workbench.original, frames: .first, [.resize(width: width, height: height)]),
      encoding: Encoding(format: .avif, quality: 51), alternative: alternative, timeoutMilliseconds: 900_000)
    return await Workbench.rendering(plan, [Workbench.original: try TestPictures.bytes(name)])
  }

  private static let webP = Encoding(format: .webp, quality: 76)

  @Test(
    "a drawing and a small picture are in the encoding that takes fewer bytes",
    arguments: [("swatches.png", 400, 300), ("logo.svg", 400, 200), ("photo.png", 60, 40)])
  func fewerBytes(name: String, width: Int, height: Int) async throws {
    guard case .output(let avif, _, _) = try await rendering(name, width: width, height: height, alternative: nil),
      case .alternative(let webP, _, let damaged) = try await rendering(
        name, width: width, height: height, alternative: Self.webP)
    else {
      Issue.record("\(name) is in AVIF")
      return
    }
    #expect(webP.readableBytes < avif.readableBytes)
    #expect(damaged.isEmpty)
    let look = try Workbench.look(webP)
    #expect(look.format == "webp" && look.width == width && look.height == height)
  }

  @Test("a photograph is in the first encoding, as if there were no other")
  func photograph() async throws {
    guard case .output(let alone, _, _) = try await rendering("photo.png", width: 400, height: 267, alternative: nil),
      case .output(let output, _, _) = try await rendering("photo.png", width: 400, height: 267, alternative: Self.webP)
    else {
      Issue.record("it is not in AVIF")
      return
    }
    #expect(alone == output)
  }

  @Test("what is not smaller in the other encoding is in the first")
  func tie() async throws {
    let same = Encoding(format: .avif, quality: 51)
    guard case .output = try await rendering("swatches.png", width: 400, height: 300, alternative: same) else {
      Issue.record("it is in the other")
      return
    }
  }

  @Test("an original that ends early is told of in either encoding")
  func damaged() async throws {
    guard
      case .alternative(_, _, let damaged) = try await rendering(
        "early.png", width: 60, height: 40, alternative: Self.webP)
    else {
      Issue.record("it is in AVIF")
      return
    }
    #expect(damaged == [Workbench.original])
  }
}
