import CDeflateLibrary

/// The parts of a PNG file (PNG 3, section 5).
enum PNGChunk {
  /// Section 5.3: length, name, data, and a checksum of the latter two.
  static func append(_ name: StaticString, _ data: [UnsafeRawBufferPointer], to file: inout [UInt8]) {
    func append(_ number: UInt32) {
      for shift in [24, 16, 8, 0] { file.append(UInt8(truncatingIfNeeded: number >> shift)) }
    }
    append(UInt32(truncatingIfNeeded: data.reduce(0) { $0 + $1.count }))
    let name = UnsafeRawBufferPointer(start: name.utf8Start, count: name.utf8CodeUnitCount)
    file += name
    var checksum = libdeflate_crc32(0, name.baseAddress, name.count)
    for part in data {
      file += part
      checksum = libdeflate_crc32(checksum, part.baseAddress, part.count)
    }
    append(checksum)
  }
}
