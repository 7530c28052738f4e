import EdgeHandler

/// The directory of an ICO: 6 bytes, then 16 for each picture, which is a BMP without its file header, or a PNG. The directory says how large
/// they are, in one byte a side, and need not be right: what counts is what the pictures say themselves.
enum ICOStructure {
  private static let maximumPictures = 1000
  private static let pngSignature: [UInt8] = [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]

  /// What is read in place of the file is its largest picture that is all there: the PNG, or an ICO that has no other.
  static func read(_ bytes: UnsafeRawBufferPointer) throws(PixelFailure) -> Structure {
    guard let count = bytes.littleEndian(2, at: 4), count <= maximumPictures else { throw .undecodable }
    let pictures = (0..<count).compactMap { Picture(bytes, entry: 6 + 16 * $0) }
    // Where sizes are equal, the picture with more colours wins.
    let largest = pictures.max {
      ($0.size.area, $0.bitsPerPixel) < ($1.size.area, $1.bitsPerPixel)
    }
    guard let largest else { throw .undecodable }
    guard largest.isPNG else {
      var structure = Structure(decoded: largest.size)
      structure.hasAlpha = true
      structure.replacement = largest.file
      return structure
    }
    var structure = try PNGStructure.read(largest.bytes)
    if structure.replacement == nil { structure.replacement = Array(largest.bytes) }
    return structure
  }

  static func isPNG(_ bytes: UnsafeRawBufferPointer) -> Bool {
    bytes.starts(with: pngSignature)
  }

  private struct Picture {
    let bytes: UnsafeRawBufferPointer
    let size: PixelSize
    let bitsPerPixel: Int
    let isPNG: Bool

    init?(_ file: UnsafeRawBufferPointer, entry: Int) {
      guard let count = file.littleEndian(4, at: entry + 8), let start = file.littleEndian(4, at: entry + 12),
        let bytes = file.part(start, min(count, max(file.count - start, 0)))
      else { return nil }
      let isCut = bytes.count < count
      self.bytes = bytes
      isPNG = ICOStructure.isPNG(bytes)
      if isPNG {
        guard !isCut, let width = bytes.bigEndian(4, at: 16), let height = bytes.bigEndian(4, at: 20), width > 0,
          height > 0
        else { return nil }
        size = PixelSize(width: width, height: height)
        bitsPerPixel = 32
      } else {
        guard let header = BMPStructure.PictureHeader(bytes), header.height >= 2 else { return nil }
        size = PixelSize(width: header.width, height: header.height / 2)
        // The length in the directory may be wrong, and the mask may be missing.
        guard bytes.count - header.byteCount >= header.leastBytes / 2 else { return nil }
        bitsPerPixel = header.bitsPerPixel
      }
    }

    /// An ICO of this picture alone, whose directory says what the picture says.
    var file: [UInt8] {
      func number(_ value: Int, _ count: Int) -> [UInt8] {
        (0..<count).map { UInt8(truncatingIfNeeded: value >> ($0 * 8)) }
      }
      // 0 is 256.
      let sides = [size.width, size.height].map { UInt8($0 < 256 ? $0 : 0) }
      let picture = withFourBits ?? Array(bytes)
      let bits = bitsPerPixel == 1 ? 4 : bitsPerPixel
      let entry = sides + [0, 0] + number(1, 2) + number(bits, 2) + number(picture.count, 4) + number(22, 4)
      return [0, 0, 1, 0, 1, 0] + entry + picture
    }

    /// One of one bit, whose palette gdk-pixbuf takes for black and white, with four bits; `nil` for others, and for what is cut off.
    private var withFourBits: [UInt8]? {
      guard bitsPerPixel == 1, max(size.width, size.height) <= 256, let header = BMPStructure.PictureHeader(bytes),
        header.byteCount >= 40
      else { return nil }
      let stride = (size.width + 31) / 32 * 4
      let colors = header.byteCount + 8
      guard var picture = bytes.part(0, colors).map(Array.init), let pixels = bytes.part(colors, stride * size.height),
        let mask = bytes.part(from: colors + stride * size.height)
      else { return nil }
      picture[14] = 4
      // All sixteen colours, however many were counted, and no size.
      for place in Array(20..<24) + Array(32..<40) { picture[place] = 0 }
      picture += [UInt8](repeating: 0, count: 14 * 4)
      for row in 0..<size.height {
        var line = [UInt8](repeating: 0, count: (size.width * 4 + 31) / 32 * 4)
        for x in 0..<size.width where pixels[row * stride + x / 8] >> UInt8(7 - x % 8) & 1 == 1 {
          line[x / 2] |= x % 2 == 0 ? 0x10 : 1
        }
        picture += line
      }
      return picture + mask
    }
  }
}
