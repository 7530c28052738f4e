import CDeflateLibrary
import NIOCore

/// The chunks of a PNG (PNG 3, section 11) of at most 256 colours: grey of 1, 2 or 4 bits where that says all, else a palette.
///
/// Written here because libvips' own palettes are those of a quantiser, which changes colours even where there are few.
struct IndexedPNG {
  private let width: Int
  private let height: Int
  /// 1, 2, 4 or 8.
  private let depth: Int
  /// `nil` for grey.
  private let palette: [UInt32]?
  /// What is written for a pixel, a byte each.
  private let samples: [UInt8]
  /// The compression level, of libdeflate's twelve: there is a byte or less for each pixel, and these pictures are those that can be made small.
  private static let level: Int32 = 9

  /// `nil` where the picture has more colours, or is grey of 8 bits, which a palette makes larger.
  init?(_ picture: VipsPicture, _ census: PixelCensus) {
    guard let colors = census.colors else { return nil }
    (width, height) = (picture.width, picture.height)
    // From dark to light, so that neighbours have like numbers; those with alpha first, for the list of alphas ends with the last of them.
    let sorted = colors.sorted { one, other in
      let (oneIsOpaque, otherIsOpaque) = (one & 0xFF == 0xFF, other & 0xFF == 0xFF)
      return oneIsOpaque == otherIsOpaque ? Self.lightness(one) < Self.lightness(other) : otherIsOpaque
    }
    guard let places = PixelCensus.places(in: picture, of: sorted) else { return nil }
    let needed = sorted.count <= 2 ? 1 : sorted.count <= 4 ? 2 : sorted.count <= 16 ? 4 : 8
    let step = [1: 255, 2: 85, 4: 17][needed] ?? 1
    if census.isGrey, census.isOpaque, sorted.allSatisfy({ Int($0 >> 24) % step == 0 }) {
      guard needed < 8 else { return nil }
      palette = nil
      let levels = sorted.map { UInt8(truncatingIfNeeded: Int($0 >> 24) / step) }
      samples = places.map { levels[Int($0)] }
    } else {
      // Then it is a question of eight bits against as many and a palette.
      guard !(census.isGrey && census.isOpaque && needed == 8) else { return nil }
      palette = sorted
      samples = places
    }
    depth = needed
  }

  private static func lightness(_ color: UInt32) -> UInt32 {
    // Alpha and blue settle the order of what is alike, for the same file comes out of every run.
    (3 * (color >> 24) + 6 * (color >> 16 & 0xFF) + (color >> 8 & 0xFF)) << 16 | color & 0xFFFF
  }

  /// `nil` where there is no memory.
  var file: ByteBuffer? {
    guard let pixels = compressed else { return nil }
    var file = ByteBuffer(bytes: [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A])
    var header = ByteBuffer()
    header.writeInteger(UInt32(width))
    header.writeInteger(UInt32(height))
    header.writeBytes([UInt8(depth), palette == nil ? 0 : 3, 0, 0, 0])
    Self.write("IHDR", header, to: &file)
    if let palette {
      var colors = ByteBuffer()
      for color in palette {
        colors.writeBytes([24, 16, 8].map { UInt8(truncatingIfNeeded: color >> $0) })
      }
      Self.write("PLTE", colors, to: &file)
      let alphas = palette.prefix { $0 & 0xFF != 0xFF }.map { UInt8(truncatingIfNeeded: $0) }
      if !alphas.isEmpty { Self.write("tRNS", ByteBuffer(bytes: alphas), to: &file) }
    }
    Self.write("IDAT", pixels, to: &file)
    Self.write("IEND", ByteBuffer(), to: &file)
    return file
  }

  /// Rows without a filter, which numbers of colours gain nothing from (section 12.7).
  private var rows: ByteBuffer {
    var rows = ByteBuffer()
    rows.reserveCapacity(height * (1 + (width * depth + 7) / 8))
    let perByte = 8 / depth
    for row in 0..<height {
      rows.writeInteger(0 as UInt8)
      let line = samples[(row * width)..<((row + 1) * width)]
      guard depth < 8 else {
        rows.writeBytes(line)
        continue
      }
      for start in stride(from: line.startIndex, to: line.endIndex, by: perByte) {
        var byte: UInt8 = 0
        for offset in 0..<min(perByte, line.endIndex - start) {
          byte |= line[start + offset] << UInt8(8 - depth * (offset + 1))
        }
        rows.writeInteger(byte)
      }
    }
    return rows
  }

  private var compressed: ByteBuffer? {
    guard let compressor = libdeflate_alloc_compressor(Self.level) else { return nil }
    defer { libdeflate_free_compressor(compressor) }
    let rows = rows
    var body = ByteBuffer()
    let bound = libdeflate_zlib_compress_bound(compressor, rows.readableBytes)
    let count = body.writeWithUnsafeMutableBytes(minimumWritableBytes: bound) { target in
      rows.withUnsafeReadableBytes {
        libdeflate_zlib_compress(compressor, $0.baseAddress, $0.count, target.baseAddress, target.count)
      }
    }
    return count > 0 ? body : nil
  }

  private static func write(_ name: String, _ data: ByteBuffer, to file: inout ByteBuffer) {
    var chunk = ByteBuffer(string: name)
    chunk.writeImmutableBuffer(data)
    file.writeInteger(UInt32(data.readableBytes))
    file.writeImmutableBuffer(chunk)
    file.writeInteger(chunk.withUnsafeReadableBytes { libdeflate_crc32(0, $0.baseAddress, $0.count) })
  }
}
