/// What protocols call blank and case: ASCII only, the same in every build.
enum ASCII {
  static func lowercase(_ byte: UInt8) -> UInt8 {
    (0x41...0x5A).contains(byte) ? byte | 0x20 : byte
  }

  static func lowercase(_ text: String) -> String {
    guard text.utf8.contains(where: { (0x41...0x5A).contains($0) }) else { return text }
    var bytes = Array(text.utf8)
    for index in bytes.indices { bytes[index] = lowercase(bytes[index]) }
    return String(decoding: bytes, as: UTF8.self)
  }

  /// The value of a decimal number that is written with a count of digits in a range, and nothing else.
  @inline(never)
  static func decimal(_ text: ArraySlice<UInt8>, digits: ClosedRange<Int>) -> Int? {
    var value = 0
    var count = 0
    for byte in text {
      // Nine digits are what an Int of 32 bits has room for.
      guard isDigit(byte), count < 9 else { return nil }
      value = value * 10 + Int(byte - 0x30)
      count += 1
    }
    return digits.contains(count) ? value : nil
  }

  @inline(never)
  static func equalsIgnoringCase(_ text: ArraySlice<UInt8>, _ other: String) -> Bool {
    text.withUnsafeBufferPointer { left in other.utf8.satisfies { ByteComparison.equalIgnoringCase(left, $0) } }
  }

  static func trimmingBlanks(_ text: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
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
