/// An IPv6 address without a zone.
public struct IPv6Address: Hashable, Sendable {
  /// The first and the last 64 bits.
  public let high: UInt64
  public let low: UInt64

  public init(high: UInt64, low: UInt64) {
    self.high = high
    self.low = low
  }

  /// The text between the brackets of a URL's host: the IPv6 parser of the WHATWG URL Standard, which reads every form of
  /// RFC 4291, section 2.2.
  public init?(parsing text: some Collection<UInt8>) {
    guard let pieces = Self.pieces(Array(text)) else { return nil }
    var high: UInt64 = 0
    var low: UInt64 = 0
    for (index, piece) in pieces.enumerated() {
      if index < 4 { high = high << 16 | UInt64(piece) } else { low = low << 16 | UInt64(piece) }
    }
    self.init(high: high, low: low)
  }

  /// The IPv4 address of an IPv4-mapped one, `::ffff:0:0/96` (RFC 4291, section 2.5.5.2).
  public var mappedIPv4: UInt32? {
    high == 0 && low >> 32 == 0xFFFF ? UInt32(truncatingIfNeeded: low) : nil
  }

  private static func pieces(_ text: [UInt8]) -> [UInt16]? {
    func byte(_ position: Int) -> UInt8? { position < text.count ? text[position] : nil }
    let colon = UInt8(ascii: ":")
    // Pieces before and after the `::`, which stands for as many zeros as are missing.
    var front: [UInt16] = []
    var back: [UInt16] = []
    var isCompressed = false
    var position = 0
    if byte(0) == colon {
      guard byte(1) == colon else { return nil }
      isCompressed = true
      position = 2
    }
    while position < text.count {
      guard front.count + back.count + (isCompressed ? 1 : 0) < 8 else { return nil }
      if byte(position) == colon {
        guard !isCompressed else { return nil }
        isCompressed = true
        position += 1
        continue
      }
      let start = position
      var value: UInt16 = 0
      while position - start < 4, let digit = byte(position).flatMap(Hexadecimal.value) {
        value = value << 4 | UInt16(digit)
        position += 1
      }
      guard position > start else { return nil }
      var read = [value]
      switch byte(position) {
      case UInt8(ascii: "."):
        guard let address = IPv4Text.dottedDecimal(text[start...]) else { return nil }
        read = [UInt16(address >> 16), UInt16(address & 0xFFFF)]
        position = text.count
      case colon:
        position += 1
        guard position < text.count else { return nil }
      case nil: break
      default: return nil
      }
      if isCompressed { back += read } else { front += read }
    }
    let missing = 8 - front.count - back.count
    guard isCompressed ? missing >= 1 : missing == 0 else { return nil }
    return front + [UInt16](repeating: 0, count: missing) + back
  }
}

extension IPv6Address: CustomStringConvertible {
  /// The IPv6 serializer of the WHATWG URL Standard: RFC 5952, except that an embedded IPv4 address is written in hexadecimal.
  public var description: String {
    var pieces: [UInt16] = []
    for half in [high, low] {
      for shift in [48, 32, 16, 0] { pieces.append(UInt16(truncatingIfNeeded: half >> UInt64(shift))) }
    }
    let zeros = Self.longestZeros(pieces)
    var output: [UInt8] = []
    for (index, piece) in pieces.enumerated() {
      if zeros.contains(index) {
        if index == zeros.lowerBound { output.append(contentsOf: (index == 0 ? "::" as String : ":").utf8) }
        continue
      }
      var isLeading = true
      for shift: UInt16 in [12, 8, 4, 0] {
        let digit = UInt8(piece >> shift & 15)
        if digit != 0 || shift == 0 { isLeading = false }
        if !isLeading { output.append(Hexadecimal.digit(digit)) }
      }
      if index < 7 { output.append(UInt8(ascii: ":")) }
    }
    return String(decoding: output, as: UTF8.self)
  }

  /// The first of the longest runs of at least two zeros.
  private static func longestZeros(_ pieces: [UInt16]) -> Range<Int> {
    var best = 0..<0
    var start = 0
    for (index, piece) in pieces.enumerated() {
      if piece != 0 {
        start = index + 1
      } else if index + 1 - start > max(1, best.count) {
        best = start..<index + 1
      }
    }
    return best
  }
}
