/// The ways in which an IPv4 address is written.
enum IPv4Text {
  /// Four decimal numbers of 0–255 without leading zeros, as `inet_pton` and RFC 6943, section 3.1.1, have it.
  static func dottedDecimal(_ text: some Collection<UInt8>) -> UInt32? {
    var address: UInt32 = 0
    var part: UInt32?
    var parts = 1
    for byte in text {
      switch byte {
      case UInt8(ascii: "."):
        guard let value = part, parts < 4 else { return nil }
        address = address << 8 | value
        part = nil
        parts += 1
      case 0x30...0x39:
        guard part != 0 else { return nil }
        let value = (part ?? 0) * 10 + UInt32(byte - 0x30)
        guard value <= 255 else { return nil }
        part = value
      default: return nil
      }
    }
    guard let value = part, parts == 4 else { return nil }
    return address << 8 | value
  }

  static func description(_ address: UInt32) -> String {
    "\(address >> 24).\(address >> 16 & 255).\(address >> 8 & 255).\(address & 255)"
  }

  // MARK: In the host of a URL

  /// The "ends in a number checker" of the WHATWG URL Standard, for a host without a trailing dot: such a host is an IPv4
  /// address or nothing.
  static func endsInNumber(_ host: [UInt8]) -> Bool {
    let last = host.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false).last ?? []
    guard !last.isEmpty else { return false }
    return last.allSatisfy { (0x30...0x39).contains($0) } || number(last) != nil
  }

  /// The IPv4 parser of the WHATWG URL Standard, for a host without a trailing dot: one to four numbers, each decimal, octal
  /// (`0…`) or hexadecimal (`0x…`), of which the last fills all remaining bytes.
  static func anySpelling(_ host: [UInt8]) -> UInt32? {
    let parts = host.split(separator: UInt8(ascii: "."), maxSplits: 4, omittingEmptySubsequences: false)
    guard parts.count <= 4, let last = parts.last, let rest = number(last) else { return nil }
    guard rest < 1 << UInt64(8 * (5 - parts.count)) else { return nil }
    var address: UInt64 = 0
    for part in parts.dropLast() {
      guard let value = number(part), value <= 255 else { return nil }
      address = address << 8 | value
    }
    return UInt32(truncatingIfNeeded: address << UInt64(8 * (5 - parts.count)) | rest)
  }

  /// At most 2³²: what is larger is an overflow in every place.
  private static func number(_ text: ArraySlice<UInt8>) -> UInt64? {
    guard !text.isEmpty else { return nil }
    var digits = text
    var radix: UInt64 = 10
    if text.count >= 2, text.first == UInt8(ascii: "0") {
      digits = digits.dropFirst()
      radix = 8
      if digits.first == UInt8(ascii: "x") || digits.first == UInt8(ascii: "X") {
        digits = digits.dropFirst()
        radix = 16
      }
    }
    var value: UInt64 = 0
    for byte in digits {
      guard let digit = Hexadecimal.value(byte), digit < radix else { return nil }
      value = min(value * radix + UInt64(digit), 1 << 32)
    }
    return value
  }
}
