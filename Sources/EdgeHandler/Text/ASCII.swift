/// What protocols call blank and case: ASCII only, the same in every build.
enum ASCII {
  static func lowercase(_ byte: UInt8) -> UInt8 {
    (0x41...0x5A).contains(byte) ? byte | 0x20 : byte
  }

  static func lowercase(_ text: String) -> String {
    guard text.utf8.contains(where: { (0x41...0x5A).contains($0) }) else { return text }
    return String(decoding: text.utf8.map { lowercase($0) }, as: UTF8.self)
  }

  static func equalsIgnoringCase(_ text: some Sequence<UInt8>, _ other: String) -> Bool {
    text.elementsEqual(other.utf8, by: { lowercase($0) == lowercase($1) })
  }

  static func trimmingBlanks(_ text: Substring.UTF8View) -> Substring.UTF8View {
    var text = text
    while let first = text.first, first == 0x20 || first == 0x09 { text = text.dropFirst() }
    while let last = text.last, last == 0x20 || last == 0x09 { text = text.dropLast() }
    return text
  }

  static func isDigit(_ byte: UInt8) -> Bool {
    (0x30...0x39).contains(byte)
  }

  static func isLowercaseLetter(_ byte: UInt8) -> Bool {
    (0x61...0x7A).contains(byte)
  }

  /// Whether `text` holds nothing but visible ASCII.
  static func isVisible(_ text: String) -> Bool {
    text.utf8.allSatisfy { (0x21...0x7E).contains($0) }
  }
}
