extension Color {
  static let grammar =
    "a colour as rgb, rgba, rrggbb or rrggbbaa in hexadecimal with or without #, a CSS colour name, or CSS's rgb()"

  /// A regular expression that matches everything ``init(function:)`` accepts, and some texts that it refuses.
  static let functionPattern = #"^rgba?\([-0-9.,%/ ]+\)$"#

  static let hexadecimalGrammar = "a colour as rgb, rgba, rrggbb or rrggbbaa in hexadecimal with or without #"

  static let hexadecimalPattern = "^#?([0-9a-fA-F]{3,4}|[0-9a-fA-F]{6}|[0-9a-fA-F]{8})$"

  /// Hexadecimal with 3, 4, 6 or 8 digits, `#` optional, or a CSS colour name or `rgb()` function in any case.
  init?(parsing text: String) {
    if let color = Color(hexadecimal: text) ?? Color(function: ASCII.lowercase(text)) {
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

  /// `rgb()` or `rgba()` in lower case, in the legacy form with commas or the modern one (CSS Color 4, section 4.1): channels from 0 to
  /// 255 or in %, and an alpha from 0 to 1 or in %. Values beyond their range are clamped, as there.
  private init?(function text: String) {
    let bytes = text.bytes
    let name = bytes.starts(with: "rgba(".utf8) ? 5 : bytes.starts(with: "rgb(".utf8) ? 4 : 0
    guard name > 0, bytes.last == UInt8(ascii: ")") else { return nil }
    let inner = ASCII.trimmingBlanks(bytes.dropFirst(name).dropLast())
    let hasCommas = inner.contains(UInt8(ascii: ","))
    var parts: [ArraySlice<UInt8>]
    if hasCommas {
      parts = inner.split(separator: UInt8(ascii: ","), omittingEmptySubsequences: false).map(ASCII.trimmingBlanks)
    } else {
      let halves = inner.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false)
      guard halves.count <= 2, let channels = halves.first else { return nil }
      parts = channels.split(separator: UInt8(ascii: " "))
      guard parts.count == 3 else { return nil }
      parts += halves.dropFirst().map(ASCII.trimmingBlanks)
    }
    guard parts.count == 3 || parts.count == 4 else { return nil }
    var channels: [UInt8] = []
    for (index, part) in parts.enumerated() {
      guard let channel = Self.channel(part, whole: index < 3 ? 255 : 1) else { return nil }
      channels.append(channel)
    }
    self.init(
      red: channels[0], green: channels[1], blue: channels[2], alpha: channels.count == 4 ? channels[3] : 255)
  }

  /// - Parameter whole: the number that stands for 100 %.
  private static func channel(_ text: ArraySlice<UInt8>, whole: Int64) -> UInt8? {
    let isPercentage = text.last == UInt8(ascii: "%")
    guard let number = FixedPoint(parsing: isPercentage ? text.dropLast() : text) else { return nil }
    let scale = FixedPoint.scale * (isPercentage ? 100 : whole)
    let clamped = min(max(number.millionths, 0), scale)
    return UInt8(truncatingIfNeeded: (clamped * 255 * 2 + scale) / (scale * 2))
  }

  /// Eight hexadecimal digits.
  var canonical: String {
    Hexadecimal.encode([red, green, blue, alpha])
  }

  var isOpaque: Bool {
    alpha == 255
  }
}
