extension Color {
  static let grammar =
    "a colour as rgb, rgba, rrggbb or rrggbbaa in hexadecimal with or without #, or a CSS colour name"

  static let hexadecimalGrammar = "a colour as rgb, rgba, rrggbb or rrggbbaa in hexadecimal with or without #"

  static let hexadecimalPattern = "^#?([0-9a-fA-F]{3,4}|[0-9a-fA-F]{6}|[0-9a-fA-F]{8})$"

  /// Hexadecimal with 3, 4, 6 or 8 digits, `#` optional, or a CSS colour name in any case.
  init?(parsing text: String) {
    if let color = Color(hexadecimal: text) {
      self = color
    } else {
      guard let value = ColorNames.value(ASCII.lowercase(text)) else { return nil }
      self.init(
        red: UInt8(truncatingIfNeeded: value >> 24), green: UInt8(truncatingIfNeeded: value >> 16),
        blue: UInt8(truncatingIfNeeded: value >> 8), alpha: UInt8(truncatingIfNeeded: value))
    }
  }

  init?(hexadecimal text: String) {
    var bytes = text.bytes
    if bytes.first == 0x23 { bytes = bytes.dropFirst() }
    var digits: [UInt8] = []
    guard bytes.count <= 8 else { return nil }
    for byte in bytes {
      guard let digit = Hexadecimal.value(byte) else { return nil }
      digits.append(digit)
    }
    if digits.count == 3 || digits.count == 4 { digits = digits.flatMap { [$0, $0] } }
    if digits.count == 6 { digits += [15, 15] }
    guard digits.count == 8 else { return nil }
    self.init(
      red: digits[0] << 4 | digits[1], green: digits[2] << 4 | digits[3], blue: digits[4] << 4 | digits[5],
      alpha: digits[6] << 4 | digits[7])
  }

  /// Eight hexadecimal digits.
  var canonical: String {
    Hexadecimal.encode([red, green, blue, alpha])
  }

  var isOpaque: Bool {
    alpha == 255
  }
}
