/// Well-formed UTF-8 (Unicode 16, table 3-7): no overlong form, no surrogate, nothing past U+10FFFF.
///
/// Written by hand because the standard library either repairs without a word or does not say where the fault is.
enum UTF8Sequence {
  /// How many bytes the character that begins at `position` has, 1–4; `nil` where it is malformed or `position` is past the end.
  @inline(__always)
  static func length(in text: borrowing [UInt8], at position: Int) -> Int? {
    guard position < text.count else { return nil }
    let first = text[position]
    if first < 0x80 { return 1 }
    return multibyteLength(first, in: text, at: position)
  }

  private static func multibyteLength(_ first: UInt8, in text: borrowing [UInt8], at position: Int) -> Int? {
    let length: Int
    var second: ClosedRange<UInt8> = 0x80...0xBF
    switch first {
    case 0xC2...0xDF: length = 2
    case 0xE0:
      length = 3
      second = 0xA0...0xBF
    case 0xED:
      length = 3
      second = 0x80...0x9F
    case 0xE1...0xEF: length = 3
    case 0xF0:
      length = 4
      second = 0x90...0xBF
    case 0xF1...0xF3: length = 4
    case 0xF4:
      length = 4
      second = 0x80...0x8F
    default: return nil
    }
    guard length <= text.count - position, second.contains(text[position + 1]) else { return nil }
    for offset in 2..<4 where offset < length {
      guard text[position + offset] & 0xC0 == 0x80 else { return nil }
    }
    return length
  }

  /// `nil` unless all of `bytes` is well-formed.
  static func string(_ bytes: [UInt8]) -> String? {
    isWellFormed(bytes) ? String(decoding: bytes, as: UTF8.self) : nil
  }

  /// U+FFFD in place of every byte, and every beginning of a character, that makes no sense: the practice that Unicode 16,
  /// section 3.9, recommends, and what the library does.
  static func repaired(_ bytes: [UInt8]) -> [UInt8] {
    if isWellFormed(bytes) { return bytes }
    var output: [UInt8] = []
    var position = 0
    while position < bytes.count {
      if let length = length(in: bytes, at: position) {
        output += bytes[position..<position + length]
        position += length
      } else {
        output += [0xEF, 0xBF, 0xBD]
        position += lengthOfBeginning(in: bytes, at: position)
      }
    }
    return output
  }

  /// How many bytes at `position`, where no character is, could begin one.
  private static func lengthOfBeginning(in bytes: [UInt8], at position: Int) -> Int {
    for count in [3, 2] where count <= bytes.count - position {
      // After two good bytes any continuation will do.
      if length(in: Array(bytes[position..<position + count]) + [0x80, 0x80], at: 0) != nil { return count }
    }
    return 1
  }

  static func isWellFormed(_ bytes: [UInt8]) -> Bool {
    var position = 0
    while position < bytes.count {
      guard let length = length(in: bytes, at: position) else { return false }
      position += length
    }
    return true
  }
}
