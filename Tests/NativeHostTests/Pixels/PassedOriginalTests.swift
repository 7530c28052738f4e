import EdgeHandler
import Foundation
import NIOCore
import Pixels
import TestSupport
import Testing

/// Originals that are their own outputs.
@Suite struct PassedOriginalTests {
  private func rendering(
    _ bytes: ByteBuffer, _ use: RenderPlan.OriginalUse, as encoding: Encoding, frames: Picture.Frames = .all
  ) async -> Rendering {
    let plan = RenderPlan(
      picture: .decoded(Workbench.original, frames: frames, []), encoding: encoding, original: use,
      timeoutMilliseconds: 900_000)
    return await Workbench.rendering(plan, [Workbench.original: bytes])
  }

  private func format(_ name: String) throws -> OutputFormat {
    let ending = name.split(separator: ".").last.map(String.init) ?? ""
    return try #require(OutputFormat.allCases.first { $0.mediaType == "image/" + (ending == "jpg" ? "jpeg" : ending) })
  }

  static let frugal = [
    "frugal.jpg", "frugal-progressive.jpg", "frugal-grey.jpg", "frugal.webp", "frugal.avif", "frugal.gif", "scan.png",
    "indexed.png", "indexed-alpha.png", "anim.gif", "anim.webp",
  ]

  @Test("an original without metadata passes byte for byte", arguments: frugal)
  func passes(name: String) async throws {
    let original = try TestPictures.bytes(name)
    for metadata in [Encoding.Metadata.none, .copyright, .keep] {
      let encoding = Encoding(format: try format(name), metadata: metadata)
      for use in [RenderPlan.OriginalUse.ifPossible, .ifNotLarger] {
        let rendering = await rendering(original, use, as: encoding)
        guard case .original(let bytes, _) = rendering else {
          // Drawings of few colours are written in fewer bytes than Pillow takes.
          guard use == .ifNotLarger, case .output(let bytes, _, _) = rendering,
            bytes.readableBytes < original.readableBytes
          else {
            Issue.record("\(use): \(rendering)")
            continue
          }
          continue
        }
        #expect(bytes == original, "\(use)")
      }
      guard case .output = await rendering(original, .never, as: encoding) else {
        Issue.record("it passes without leave")
        continue
      }
    }
  }

  @Test(
    "metadata and profile are removed without encoding",
    arguments: ["told.jpg", "told.png", "told.webp", "told.gif", "told.avif"])
  func strips(name: String) async throws {
    let original = try TestPictures.bytes(name)
    let encoding = Encoding(format: try format(name))
    guard case .original(let bytes, _) = await rendering(original, .ifPossible, as: encoding) else {
      Issue.record("it does not pass")
      return
    }
    // An AVIF's stay as long as they were, and its profile is of sRGB.
    let isAVIF = name == "told.avif"
    #expect(isAVIF ? bytes.readableBytes == original.readableBytes : bytes.readableBytes < original.readableBytes)
    let text = String(decoding: bytes.readableBytesView, as: UTF8.self)
    for secret in ["secret"] + (isAVIF ? [] : ["Exif", "xmp", "ICC_PROFILE", "iCCP", "ICCP"]) {
      #expect(!text.contains(secret))
    }
    let look = try Workbench.look(bytes, reference: name)
    #expect(look.metadata.exif.isEmpty && (isAVIF || look.metadata.xmp.isEmpty && !look.metadata.icc))
    #expect((look.decibels ?? 0) > 60)
    // What is to be kept cannot be told apart from what is not.
    for metadata in [Encoding.Metadata.copyright, .keep] {
      guard
        case .output = await rendering(original, .ifPossible, as: Encoding(format: encoding.format, metadata: metadata))
      else {
        Issue.record("\(metadata): it passes")
        continue
      }
    }
  }

  @Test(
    "what would show otherwise, or is not whole, never passes",
    arguments: [
      "p3.jpg", "p3.png", "cmyk.jpg", "cmyk-icc.jpg", "f-6.jpg", "f-3.jpg", "f-6.png", "f-6.webp",
      "thumbnail.avif", "photo.tif", "swatches.heic", "logo.svg",
    ])
  func doesNotPass(name: String) async throws {
    for use in [RenderPlan.OriginalUse.ifPossible, .ifNotLarger] {
      let rendering = await rendering(try TestPictures.bytes(name), use, as: Encoding(format: .png), frames: .first)
      guard case .output = rendering else {
        Issue.record("\(use): \(rendering)")
        continue
      }
    }
  }

  @Test("a cut original never passes as it is", arguments: frugal)
  func cut(name: String) async throws {
    let whole = try TestPictures.bytes(name)
    for share in [0.2, 0.5, 0.9, 0.99] {
      let count = Int(Double(whole.readableBytes) * share)
      let bytes = try #require(whole.getSlice(at: 0, length: count))
      if case .original(let passed, _) = await rendering(bytes, .ifPossible, as: Encoding(format: try format(name))) {
        Issue.record("\(share): \(passed.readableBytes) of \(count) bytes pass")
      }
    }
  }

  @Test("a PNG passes only in the colours of sRGB")
  func signalledColors() async throws {
    let plain = try TestPictures.bytes("indexed.png")
    func with(_ name: String, _ data: [UInt8]) throws -> ByteBuffer {
      var file = ByteBuffer()
      // Behind the header.
      file.writeImmutableBuffer(try #require(plain.getSlice(at: 0, length: 33)))
      file.writeImmutableBuffer(Self.chunk(name, data))
      file.writeImmutableBuffer(try #require(plain.getSlice(at: 33, length: plain.readableBytes - 33)))
      return file
    }
    func numbers(_ values: UInt32...) -> [UInt8] {
      values.flatMap { value in [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: value >> $0) } }
    }
    let passing: [(String, [UInt8])] = [
      ("gAMA", numbers(45_455)), ("sRGB", [0]), ("cICP", [1, 13, 0, 1]), ("pHYs", numbers(2835, 2835) + [1]),
      ("cHRM", numbers(31_270, 32_900, 64_000, 33_000, 30_000, 60_000, 15_000, 6_000)),
    ]
    for (name, data) in passing {
      guard
        case .original(let bytes, _) = await rendering(try with(name, data), .ifPossible, as: Encoding(format: .png))
      else {
        Issue.record("\(name) \(data) does not pass")
        continue
      }
      #expect(bytes == plain, "\(name)")
    }
    let refused: [(String, [UInt8])] = [
      ("gAMA", numbers(100_000)), ("cICP", [12, 13, 0, 1]), ("cICP", [9, 16, 0, 1]), ("acTL", numbers(1, 0)),
      ("cHRM", numbers(31_270, 32_900, 68_000, 32_000, 26_500, 69_000, 15_000, 6_000)),
    ]
    for (name, data) in refused {
      if case .original = await rendering(try with(name, data), .ifPossible, as: Encoding(format: .png)) {
        Issue.record("\(name) \(data) passes")
      }
    }
  }

  private static func chunk(_ name: String, _ data: [UInt8]) -> ByteBuffer {
    var chunk = ByteBuffer()
    chunk.writeInteger(UInt32(data.count))
    chunk.writeString(name)
    chunk.writeBytes(data)
    // CRC-32 (PNG 3, section 5.5).
    var crc: UInt32 = .max
    for byte in Array(name.utf8) + data {
      crc ^= UInt32(byte)
      for _ in 0..<8 { crc = crc & 1 == 1 ? 0xEDB8_8320 ^ crc >> 1 : crc >> 1 }
    }
    chunk.writeInteger(~crc)
    return chunk
  }
}
