import EdgeHandler

/// Tells a format from the first bytes, the only witness there is: names and media types are the origin's word.
enum Sniffing {
  static func format(of bytes: UnsafeRawBufferPointer) -> ImageHeader.Format? {
    if bytes.starts(with: [0xFF, 0xD8]) { return .jpeg }
    if bytes.starts(with: [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]) { return .png }
    if bytes.starts(with: "GIF87a".utf8) || bytes.starts(with: "GIF89a".utf8) { return .gif }
    if bytes.starts(with: "RIFF".utf8), bytes.dropFirst(8).starts(with: "WEBP".utf8) { return .webp }
    // Classic and BigTIFF, in both byte orders.
    for magic in [[0x49, 0x49, 42, 0], [0x4D, 0x4D, 0, 42], [0x49, 0x49, 43, 0], [0x4D, 0x4D, 0, 43]] as [[UInt8]]
    where bytes.starts(with: magic) {
      return .tiff
    }
    if bytes.dropFirst(4).starts(with: "ftyp".utf8) { return formatByBrands(bytes) }
    if isBMP(bytes) { return .bmp }
    // Reserved, type, and at least one picture.
    if bytes.starts(with: [0, 0, 1, 0]), let count = bytes.littleEndian(2, at: 4), count > 0 { return .ico }
    return isSVG(SVGEncoding.beginning(of: bytes, atMost: longestProlog)[...]) ? .svg : nil
  }

  /// ISO/IEC 14496-12, 4.3: size, `ftyp`, major brand, its version, compatible brands.
  private static func formatByBrands(_ bytes: UnsafeRawBufferPointer) -> ImageHeader.Format? {
    guard bytes.count >= 16 else { return nil }
    let size = bytes[..<4].reduce(0) { $0 << 8 | Int($1) }
    let end = min(max(size, 16), bytes.count, 256)
    var format: ImageHeader.Format?
    for start in [8] + stride(from: 16, through: end - 4, by: 4) {
      switch String(decoding: bytes[start..<start + 4], as: UTF8.self) {
      case "avif", "avis": return .avif
      case "heic", "heix", "heim", "heis", "hevc", "hevx", "hevm", "hevs", "mif1", "msf1": format = .heic
      default: break
      }
    }
    return format
  }

  /// Two letters are no proof: the length of the second header is one of a few.
  private static func isBMP(_ bytes: UnsafeRawBufferPointer) -> Bool {
    guard bytes.starts(with: "BM".utf8), let length = bytes.littleEndian(4, at: 14) else { return false }
    return (12...124).contains(length)
  }

  /// What may stand before the root of an SVG: longer, it is not one.
  private static let longestProlog = 65_536

  /// Whether the root element is `svg`. An HTML page that has one inside is not an SVG.
  private static func isSVG(_ bytes: ArraySlice<UInt8>) -> Bool {
    var rest = bytes
    if rest.starts(with: [0xEF, 0xBB, 0xBF]) { rest = rest.dropFirst(3) }
    var isDeclared = false
    while true {
      rest = rest.drop { $0 == 0x20 || (0x09...0x0D).contains($0) }
      if rest.starts(with: "<?".utf8) {
        guard let after = skip(rest, past: "?>") else { return false }
        rest = after
      } else if rest.starts(with: "<!--".utf8) {
        guard let after = skip(rest, past: "-->") else { return false }
        rest = after
      } else if rest.starts(with: "<!DOCTYPE".utf8) {
        // Once at most (XML 1.0, section 2.8). Thousands would each be looked through to the end.
        guard !isDeclared else { return false }
        isDeclared = true
        // An internal subset holds declarations, which hold `>`.
        let bracket = rest.firstIndex(of: UInt8(ascii: "["))
        let close = rest.firstIndex(of: UInt8(ascii: ">"))
        let hasSubset = bracket.map { bracket in close.map { bracket < $0 } ?? true } ?? false
        guard let after = skip(hasSubset ? skip(rest, past: "]") ?? rest : rest, past: ">") else { return false }
        rest = after
      } else {
        break
      }
    }
    guard rest.first == UInt8(ascii: "<") else { return false }
    let name = rest.dropFirst().prefix { byte in
      !(byte == 0x20 || (0x09...0x0D).contains(byte) || byte == UInt8(ascii: ">") || byte == UInt8(ascii: "/"))
    }
    return name.elementsEqual("svg".utf8) || name.reversed().starts(with: "gvs:".utf8)
  }

  private static func skip(
    _ bytes: ArraySlice<UInt8>, past end: StaticString
  ) -> ArraySlice<UInt8>? {
    let end = Array("\(end)".utf8)
    var rest = bytes
    while let first = end.first, let start = rest.firstIndex(of: first) {
      rest = rest[start...]
      if rest.starts(with: end) { return rest.dropFirst(end.count) }
      rest = rest.dropFirst()
    }
    return nil
  }
}
