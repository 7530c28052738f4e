import EdgeHandler
import NIOCore
import TestSupport
import Testing

/// Headers that say sides of up to 32 bits, whose product with the frames no integer holds: nothing of it may end the process.
@Suite struct HugeHeaderTests {
  /// The file with other sides wherever two words of 32 bits may be its sides: one after the other, or twelve bytes apart as in a TIFF.
  private static func variants(of name: String) throws -> [ByteBuffer] {
    let bytes = Array(try TestPictures.bytes(name).readableBytesView)
    var variants: [ByteBuffer] = []
    for place in 0..<min(bytes.count - 16, 1024) {
      for (distance, isBigEndian) in [(4, true), (4, false), (12, true), (12, false)]
      where isSide(bytes, place, isBigEndian) && isSide(bytes, place + distance, isBigEndian) {
        for side: UInt32 in [0x7FFF_FFFF, 0xFFFF_FFFF] {
          var changed = bytes
          for start in [place, place + distance] {
            let word = isBigEndian ? side.bigEndian : side.littleEndian
            withUnsafeBytes(of: word) { changed.replaceSubrange(start..<start + 4, with: $0) }
          }
          if name.hasSuffix(".png"), place + 8 <= 33 { fixIHDR(&changed) }
          variants.append(ByteBuffer(bytes: changed))
        }
      }
    }
    return variants
  }

  private static func isSide(_ bytes: [UInt8], _ place: Int, _ isBigEndian: Bool) -> Bool {
    let word = bytes[place..<place + 4].reduce(UInt32(0)) { $0 << 8 | UInt32($1) }
    return (1...4096).contains(isBigEndian ? word : word.byteSwapped)
  }

  /// Writes the checksum of the first chunk of a PNG (CRC-32, ISO 3309).
  private static func fixIHDR(_ bytes: inout [UInt8]) {
    var crc = UInt32.max
    for byte in bytes[12..<29] {
      crc ^= UInt32(byte)
      for _ in 0..<8 { crc = crc & 1 == 1 ? 0xEDB8_8320 ^ crc >> 1 : crc >> 1 }
    }
    withUnsafeBytes(of: (~crc).bigEndian) { bytes.replaceSubrange(29..<33, with: $0) }
  }

  @Test(
    "sides of 32 bits in any header end as a picture, as too many pixels or as damaged",
    arguments: [
      "anim.png", "q-4.bmp", "favicon.ico", "f-6.tif", "pages.tif", "photo.avif", "anim.avif", "swatches.heic",
    ])
  func sides(name: String) async throws {
    let variants = try Self.variants(of: name)
    #expect(!variants.isEmpty)
    for bytes in variants {
      for content in [Picture.Frames.first, .all] {
        guard case .image(let header) = await Workbench.inspect(bytes, content: content) else { continue }
        #expect(header.width >= 0 && header.height >= 0)
      }
    }
  }

  @Test(
    "the size of an SVG may be any number", arguments: ["4294967295", "1e9", "1e18", "1e300", "9223372036854775807"])
  func drawing(side: String) async {
    let text =
      "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"\(side)\" height=\"\(side)\"><rect width=\"1\" height=\"1\"/></svg>"
    for content in [nil, Picture.Frames.first, .all] {
      _ = await Workbench.inspect(ByteBuffer(string: text), content: content)
    }
    let plan = RenderPlan(
      picture: .decoded(Workbench.original, frames: .first, [.resize(width: 10, height: 10)]),
      encoding: Encoding(format: .png), timeoutMilliseconds: 60_000)
    _ = await Workbench.rendering(plan, [Workbench.original: ByteBuffer(string: text)])
  }
}
