import EdgeHandler
import NIOCore
import Testing

@testable import Pixels

@Suite struct BitmapTests {
  private static let names = [
    "q-1.bmp", "q-4.bmp", "q-rle8.bmp", "q-565.bmp", "q-alpha.bmp", "q-os2.bmp", "favicon.ico", "png.ico", "huge.ico",
    "png-bomb.ico",
  ]

  @Test("a BMP or ICO that is cut anywhere ends as a picture or as what is damaged", arguments: names)
  func truncations(name: String) async throws {
    let whole = Array(try TestPictures.bytes(name).readableBytesView)
    let step = max(1, whole.count / 40)
    for count in Array(0..<min(80, whole.count)) + Array(stride(from: 80, to: whole.count, by: step)) {
      await check(Array(whole[..<count]), "\(name), the first \(count)")
    }
  }

  @Test("a byte that is changed in a header of a BMP or ICO makes nothing fail", arguments: names)
  func changes(name: String) async throws {
    let whole = Array(try TestPictures.bytes(name).readableBytesView)
    for place in 0..<min(90, whole.count) {
      for value in [0, 0xFF] as [UInt8] where whole[place] != value {
        var changed = whole
        changed[place] = value
        await check(changed, "\(name), byte \(place) as \(value)")
      }
    }
  }

  /// Draws only what a handler would have drawn.
  private func check(_ bytes: [UInt8], _ what: String) async {
    let buffer = ByteBuffer(bytes: bytes)
    guard case .image(let header) = await Workbench.inspect(buffer), header.width * header.height <= 1_000_000 else {
      return
    }
    let plan = RenderPlan(
      picture: .decoded(Workbench.original, frames: .first, [.resize(width: 8, height: 8)]),
      encoding: Encoding(format: .png), timeoutMilliseconds: 900_000)
    let rendering = await Workbench.rendering(plan, [Workbench.original: buffer])
    #expect(rendering.name == "output" || rendering.name == "undecodable", "\(what): \(rendering.name)")
  }
}
