import EdgeHandler

/// The headers of a BMP: a file header of 14 bytes and one of the picture, whose length tells its version
/// (https://learn.microsoft.com/windows/win32/gdi/bitmap-header-types).
enum BMPStructure {
  static let fileHeaderBytes = 14

  static func read(
    _ bytes: UnsafeRawBufferPointer, _ limits: PixelEngine.Limits
  ) throws(PixelFailure) -> Structure {
    guard bytes.begins(with: "BM"), let rest = bytes.part(from: fileHeaderBytes), let header = PictureHeader(rest)
    else {
      throw .undecodable
    }
    guard let start = bytes.littleEndian(4, at: 10), bytes.part(start, header.leastBytes) != nil else {
      // Too large is worse than damaged.
      let size = PixelSize(width: header.width, height: header.height)
      guard size.area <= limits.maximumPixels else {
        return Structure(decoded: size)
      }
      throw .undecodable
    }
    var structure = Structure(decoded: PixelSize(width: header.width, height: header.height))
    structure.hasAlpha = header.hasAlpha
    return structure
  }

  /// The header of a picture in a BMP, or in an ICO, where the height is that of the colours and the mask together.
  struct PictureHeader {
    let byteCount: Int
    let width: Int
    let height: Int
    let bitsPerPixel: Int
    private let compression: Int
    private let alphaMask: Int

    private static let lengths: Set<Int> = [12, 40, 52, 56, 64, 108, 124]

    init?(_ bytes: UnsafeRawBufferPointer) {
      guard let length = bytes.littleEndian(4, at: 0), Self.lengths.contains(length), bytes.count >= length else {
        return nil
      }
      byteCount = length
      if length == 12 {
        guard let width = bytes.littleEndian(2, at: 4), let height = bytes.littleEndian(2, at: 6),
          let bits = bytes.littleEndian(2, at: 10)
        else { return nil }
        (self.width, self.height, bitsPerPixel, compression, alphaMask) = (width, height, bits, 0, 0)
      } else {
        guard let width = bytes.littleEndian(4, at: 4), let height = bytes.littleEndian(4, at: 8),
          let bits = bytes.littleEndian(2, at: 14), let compression = bytes.littleEndian(4, at: 16)
        else { return nil }
        // A negative height is that of rows from the top.
        (self.width, self.height) = (
          Int(Int32(truncatingIfNeeded: width)), abs(Int(Int32(truncatingIfNeeded: height)))
        )
        (bitsPerPixel, self.compression) = (bits, compression)
        alphaMask = length >= 56 ? bytes.littleEndian(4, at: 52) ?? 0 : 0
      }
      // A JPEG or a PNG inside (4 and 5) is for printers.
      guard width > 0, height > 0, [1, 4, 8, 16, 24, 32].contains(bitsPerPixel), [0, 1, 2, 3, 6].contains(compression)
      else { return nil }
    }

    /// The least size of the pixels' data in bytes: a decoder leaves black what is not there. 0 for run lengths, whose size is unknown.
    var leastBytes: Int {
      guard compression != 1, compression != 2 else { return 0 }
      let (count, isTooMuch) = ((width * bitsPerPixel + 31) / 32 * 4).multipliedReportingOverflow(by: height)
      return isTooMuch ? .max : count
    }

    /// The fourth byte of a pixel means nothing where no mask says so.
    var hasAlpha: Bool { compression >= 3 && alphaMask != 0 }
  }
}
