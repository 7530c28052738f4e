import CZlibLibrary

/// An SVG as files have it: compressed (SVGZ) or not, in UTF-8 or, with a byte order mark, in UTF-16.
enum SVGEncoding {
  /// The maximum size of an inflated document, in bytes.
  static let maximumBytes = 64 << 20

  static func isCompressed(_ bytes: some Collection<UInt8>) -> Bool {
    bytes.starts(with: [0x1F, 0x8B])
  }

  /// What an XML parser takes; `nil` for a stream that is damaged or too long.
  static func plain(_ bytes: [UInt8]) -> [UInt8]? {
    isCompressed(bytes) ? bytes.withUnsafeBytes { inflated($0, atMost: maximumBytes) } : bytes
  }

  /// The beginning as UTF-8, to look for a root element in.
  static func beginning(of bytes: UnsafeRawBufferPointer, atMost count: Int) -> [UInt8] {
    var start = Array(bytes.prefix(count))
    if isCompressed(start) { start = inflated(bytes, atMost: count, isPrefix: true) ?? [] }
    let isBig = start.starts(with: [0xFE, 0xFF])
    guard isBig || start.starts(with: [0xFF, 0xFE]) else { return start }
    let units = stride(from: 2, to: start.count - 1, by: 2).map { place in
      UInt16(start[place + (isBig ? 0 : 1)]) << 8 | UInt16(start[place + (isBig ? 1 : 0)])
    }
    return Array(String(decoding: units, as: UTF16.self).utf8)
  }

  /// RFC 1952.
  /// - Parameter isPrefix: gives as much as there is up to the limit, which otherwise ends it.
  private static func inflated(
    _ bytes: UnsafeRawBufferPointer, atMost maximum: Int, isPrefix: Bool = false
  ) -> [UInt8]? {
    var stream = z_stream()
    // 16: gzip and nothing else.
    guard inflateInit2_(&stream, MAX_WBITS + 16, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size)) == Z_OK else {
      return nil
    }
    defer { inflateEnd(&stream) }
    stream.next_in = UnsafeMutablePointer(mutating: bytes.bindMemory(to: UInt8.self).baseAddress)
    stream.avail_in = UInt32(clamping: bytes.count)
    var output: [UInt8] = []
    var part = [UInt8](repeating: 0, count: min(maximum, 1 << 18))
    while true {
      let result = part.withUnsafeMutableBufferPointer { part in
        stream.next_out = part.baseAddress
        stream.avail_out = UInt32(part.count)
        return inflate(&stream, Z_NO_FLUSH)
      }
      output += part[..<(part.count - Int(stream.avail_out))]
      if result == Z_STREAM_END || (isPrefix && (result != Z_OK || output.count >= maximum)) { return output }
      guard result == Z_OK, output.count <= maximum else { return nil }
    }
  }
}
