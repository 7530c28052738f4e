/// An EXIF block of copyright and artist alone, made anew so that no other tag, place or maker's note can come along.
///
/// By hand, because libvips writes text through libexif in a form of its own, and takes along tags it has no name for.
enum CopyrightEXIF {
  private static let prefix = Array("Exif\0\0".utf8)
  /// TIFF 6.0, section 8; in the order in which a directory must hold them.
  private static let tags: [UInt16] = [0x013B, 0x8298]
  private static let ascii: UInt16 = 2
  private static let longestText = 4096

  /// `nil` where there is neither.
  static func reduce(_ block: [UInt8]) -> [UInt8]? {
    let tiff = block.starts(with: prefix) ? Array(block.dropFirst(prefix.count)) : block
    let texts = tags.compactMap { tag in text(of: tag, in: tiff).map { (tag, $0) } }
    return texts.isEmpty ? nil : prefix + directory(of: texts)
  }

  /// The value of a text tag in the first directory (IFD 0), with its final NUL.
  private static func text(of tag: UInt16, in tiff: [UInt8]) -> [UInt8]? {
    let isLittle = tiff.starts(with: [0x49, 0x49])
    func number(at place: Int, bytes: Int) -> Int? {
      guard place >= 0, place <= tiff.count - bytes else { return nil }
      let digits = tiff[place..<place + bytes]
      return (isLittle ? Array(digits.reversed()) : Array(digits)).reduce(0) { $0 << 8 | Int($1) }
    }
    guard let start = number(at: 4, bytes: 4), let count = number(at: start, bytes: 2) else { return nil }
    for index in 0..<count {
      let entry = start + 2 + index * 12
      guard let found = number(at: entry, bytes: 2) else { return nil }
      guard found == Int(tag), number(at: entry + 2, bytes: 2) == Int(ascii) else { continue }
      guard let length = number(at: entry + 4, bytes: 4), (1...longestText).contains(length) else { return nil }
      guard let place = length <= 4 ? entry + 8 : number(at: entry + 8, bytes: 4) else { return nil }
      guard place >= 0, place <= tiff.count - length else { return nil }
      return Array(tiff[place..<place + length])
    }
    return nil
  }

  private static func directory(of texts: [(tag: UInt16, text: [UInt8])]) -> [UInt8] {
    func little(_ value: Int, bytes: Int) -> [UInt8] {
      (0..<bytes).map { UInt8(truncatingIfNeeded: value >> ($0 * 8)) }
    }
    let header: [UInt8] = [0x49, 0x49, 42, 0] + little(8, bytes: 4)
    var entries = little(texts.count, bytes: 2)
    var values: [UInt8] = []
    let valuesStart = 8 + 2 + texts.count * 12 + 4
    for (tag, text) in texts {
      entries += little(Int(tag), bytes: 2) + little(Int(ascii), bytes: 2) + little(text.count, bytes: 4)
      if text.count <= 4 {
        entries += text + [UInt8](repeating: 0, count: 4 - text.count)
      } else {
        entries += little(valuesStart + values.count, bytes: 4)
        values += text + (text.count % 2 == 1 ? [0] : [])
      }
    }
    return header + entries + little(0, bytes: 4) + values
  }
}
