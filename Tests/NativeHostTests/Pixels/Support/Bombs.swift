import EdgeHandler
import Foundation
import NIOCore

@testable import Pixels

/// Files of a few megabytes at most that readers of their format spend their time on, made by hand.
enum Bomb: String, CaseIterable, Sendable {
  case compressedTexts, internationalTexts, texts, profile, xmp, palettes, unknownChunks, emptyData, exifOfPNG
  case applicationSegments, comments, scans, exifOfJPEG
  case commentsOfGIF, framesOfGIF
  case framesOfWebP, chunksOfWebP
  case tags, sharedValues, pages
  case itemsOfAVIF, propertiesOfAVIF, associationsOfAVIF, extentsOfAVIF, boxesOfAVIF, unitsOfAVIF, referencesOfAVIF

  var format: ImageHeader.Format {
    switch self {
    case .compressedTexts, .internationalTexts, .texts, .profile, .xmp, .palettes, .unknownChunks, .emptyData,
      .exifOfPNG:
      .png
    case .applicationSegments, .comments, .scans, .exifOfJPEG: .jpeg
    case .commentsOfGIF, .framesOfGIF: .gif
    case .framesOfWebP, .chunksOfWebP: .webp
    case .tags, .sharedValues, .pages: .tiff
    case .itemsOfAVIF, .propertiesOfAVIF, .associationsOfAVIF, .extentsOfAVIF, .boxesOfAVIF, .unitsOfAVIF,
      .referencesOfAVIF:
      .avif
    }
  }

  func bytes() throws -> [UInt8] {
    switch self {
    case .compressedTexts:
      let stream = try Self.stream()
      return try Self.png((0..<8).flatMap { Self.chunk("zTXt", "k\($0)\0\0".utf8 + stream) })
    case .internationalTexts:
      let stream = try Self.stream()
      return try Self.png((0..<8).flatMap { Self.chunk("iTXt", "k\($0)\0\u{1}\0\0\0".utf8 + stream) })
    case .texts: return try Self.png(Self.repeated(Self.chunk("tEXt", "k\0v".utf8), 60_000))
    case .profile: return try Self.png(Self.chunk("iCCP", "p\0\0".utf8 + Self.stream()))
    case .xmp: return try Self.png(Self.chunk("iTXt", "XML:com.adobe.xmp\0\u{1}\0\0\0".utf8 + Self.stream()))
    case .palettes: return try Self.png(Self.repeated(Self.chunk("sPLT", "n\0\u{8}".utf8 + Self.zeroes(600)), 3000))
    case .unknownChunks: return try Self.png(Self.repeated(Self.chunk("abCd", []), 100_000))
    case .emptyData: return try Self.png(Self.repeated(Self.chunk("IDAT", []), 100_000))
    case .exifOfPNG: return try Self.png(Self.chunk("eXIf", Self.exif(entries: 30_000, sharing: 1 << 20)))
    case .applicationSegments: return try Self.jpeg([UInt8]([0xFF, 0xE1, 0, 2]), 100_000)
    case .comments: return try Self.jpeg([UInt8]([0xFF, 0xFE, 0, 2]), 100_000)
    case .exifOfJPEG:
      let block = "Exif\0\0".utf8 + Self.exif(entries: 2700, sharing: 32_000)
      return try Self.jpeg([0xFF, 0xE1] + Self.big(block.count + 2, 2) + block, 1)
    case .scans:
      // The last scan of a progressive picture, again and again.
      let bytes = try Array(TestPictures.bytes("photo-progressive.jpg").readableBytesView)
      let start = bytes.indices.last { bytes[$0...].starts(with: [0xFF, 0xDA]) } ?? 0
      let scan = bytes[start..<bytes.count - 2]
      return bytes[..<start] + Self.repeated(Array(scan), max(1, 3_000_000 / scan.count)) + [0xFF, 0xD9]
    case .commentsOfGIF:
      let bytes = try Array(TestPictures.bytes("anim.gif").readableBytesView)
      let head = 13 + (bytes[10] & 0x80 == 0 ? 0 : 3 << (Int(bytes[10] & 7) + 1))
      return bytes[..<head] + Self.repeated([0x21, 0xFE, 1, 0x61, 0], 200_000) + bytes[head...]
    case .framesOfGIF:
      let frame: [UInt8] = [0x2C, 0, 0, 0, 0, 2, 0, 2, 0, 0, 2, 2, 0x84, 0x51, 0]
      return try Array(TestPictures.bytes("many-frames.gif").readableBytesView.dropLast())
        + Self.repeated(frame, 60_000)
        + [0x3B]
    case .framesOfWebP:
      let bytes = try Array(TestPictures.bytes("anim.webp").readableBytesView)
      let start = bytes.indices.last { bytes[$0...].starts(with: "ANMF".utf8) } ?? 0
      return Self.riff(bytes + Self.repeated(Array(bytes[start...]), max(1, 3_000_000 / (bytes.count - start))))
    case .chunksOfWebP:
      let bytes = try Array(TestPictures.bytes("anim.webp").readableBytesView)
      return Self.riff(bytes + Self.repeated("abcd\0\0\0\0".utf8, 100_000))
    case .tags: return Self.tiff(tags: 4000, valueBytes: 4, pages: 0)
    case .sharedValues: return Self.tiff(tags: 400, valueBytes: 1 << 20, pages: 0)
    case .pages: return Self.tiff(tags: 0, valueBytes: 4, pages: 20_000)
    case .itemsOfAVIF: return try Self.avif(items: 60_000)
    case .propertiesOfAVIF: return try Self.avif(properties: 200_000)
    case .associationsOfAVIF: return try Self.avif(associations: 10_000)
    case .extentsOfAVIF: return try Self.avif(extents: 60_000)
    case .boxesOfAVIF: return try Self.avif(boxes: 200_000)
    case .unitsOfAVIF: return try Self.avif(units: 400_000)
    case .referencesOfAVIF: return try Self.avif(references: 60_000)
    }
  }

  private static func zeroes(_ count: Int) -> [UInt8] { [UInt8](repeating: 0, count: count) }

  private static func repeated(_ bytes: some Collection<UInt8>, _ count: Int) -> [UInt8] {
    var all: [UInt8] = []
    all.reserveCapacity(bytes.count * count)
    for _ in 0..<count { all += bytes }
    return all
  }

  private static func big(_ value: Int, _ count: Int) -> [UInt8] {
    (0..<count).reversed().map { UInt8(truncatingIfNeeded: value >> (8 * $0)) }
  }

  private static func little(_ value: Int, _ count: Int) -> [UInt8] {
    big(value, count).reversed()
  }

  /// A zlib stream of 256 MB, out of a picture that has it.
  private static func stream() throws -> [UInt8] {
    let bytes = try Array(TestPictures.bytes("profile-bomb.png").readableBytesView)
    let length = bytes[33..<37].reduce(0) { $0 << 8 | Int($1) }
    return Array(bytes[41..<41 + length].dropFirst("profile\0\0".utf8.count))
  }

  private static func chunk(_ name: String, _ data: some Collection<UInt8>) -> [UInt8] {
    let body = name.utf8 + Array(data)
    var remainder: UInt32 = 0xFFFF_FFFF
    for byte in body { remainder = crc[Int(UInt8(truncatingIfNeeded: remainder) ^ byte)] ^ remainder >> 8 }
    return big(data.count, 4) + body + big(Int(~remainder), 4)
  }

  private static let crc: [UInt32] = (0..<256).map { number in
    (0..<8).reduce(UInt32(number)) { value, _ in value & 1 == 1 ? 0xEDB8_8320 ^ value >> 1 : value >> 1 }
  }

  private static func png(_ chunks: [UInt8]) throws -> [UInt8] {
    let bytes = try Array(TestPictures.bytes("f.png").readableBytesView)
    return bytes[..<33] + chunks + bytes[33...]
  }

  private static func jpeg(_ segment: [UInt8], _ count: Int) throws -> [UInt8] {
    let bytes = try Array(TestPictures.bytes("f-1.jpg").readableBytesView)
    return bytes[..<2] + repeated(segment, count) + bytes[2...]
  }

  private static func riff(_ file: [UInt8]) -> [UInt8] {
    file[..<4] + little(file.count - 8, 4) + file[8...]
  }

  private static func exif(entries: Int, sharing count: Int) -> [UInt8] {
    let data = 8 + 2 + 12 * entries + 4
    let all = (0..<entries).flatMap { little(0x1000 + $0, 2) + little(7, 2) + little(count, 4) + little(data, 4) }
    return "II*\0".utf8 + little(8, 4) + little(entries, 2) + all + zeroes(4) + zeroes(count)
  }

  /// 64×64, grey, with further tags that share their value, and further pages.
  private static func tiff(tags: Int, valueBytes: Int, pages: Int) -> [UInt8] {
    let data = 8 + 2 + 12 * (9 + tags) + 4
    let first = [(256, 64), (257, 64), (258, 8), (259, 1), (262, 1), (273, data), (277, 1), (278, 64), (279, 4096)]
    let entries = first.flatMap { little($0.0, 2) + little(4, 2) + little(1, 4) + little($0.1, 4) }
    let more = (0..<tags).flatMap { little(40_000 + $0, 2) + little(7, 2) + little(valueBytes, 4) + little(data, 4) }
    let body = zeroes(max(4096, valueBytes))
    var next = data + body.count
    var file =
      "II*\0".utf8 + little(8, 4) + little(9 + tags, 2) + entries + more + little(pages > 0 ? next : 0, 4) + body
    for page in 0..<pages {
      next += 2 + 12 * 9 + 4
      file += little(9, 2) + entries + little(page == pages - 1 ? 0 : next, 4)
    }
    return file
  }
}
