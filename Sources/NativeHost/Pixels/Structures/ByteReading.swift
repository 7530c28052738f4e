/// Numbers and parts of bytes of strangers: what lies outside of them, or is too large for an `Int`, is `nil`.
extension UnsafeRawBufferPointer {
  func bigEndian(_ count: Int, at place: Int) -> Int? {
    guard let part = part(place, count) else { return nil }
    return Int(exactly: part.reduce(0 as UInt64) { $0 << 8 | UInt64($1) })
  }

  func littleEndian(_ count: Int, at place: Int) -> Int? {
    guard let part = part(place, count) else { return nil }
    return Int(exactly: part.reversed().reduce(0 as UInt64) { $0 << 8 | UInt64($1) })
  }

  func part(_ start: Int, _ length: Int) -> UnsafeRawBufferPointer? {
    guard start >= 0, length >= 0, start <= count, length <= count - start else { return nil }
    return UnsafeRawBufferPointer(rebasing: self[start..<start + length])
  }

  func part(from start: Int) -> UnsafeRawBufferPointer? {
    part(start, count - start)
  }

  /// Four characters, as many formats name their parts.
  func name(at place: Int) -> String? {
    part(place, 4).map { String(decoding: $0, as: UTF8.self) }
  }

  func begins(with text: StaticString) -> Bool {
    starts(with: UnsafeRawBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount))
  }
}

/// Bits from the first byte on, the highest of each byte first; `nil` where there are no more.
struct BitReader {
  private let bytes: [UInt8]
  private var place = 0

  /// Takes no more than a header needs.
  init(_ bytes: some Sequence<UInt8>) {
    self.bytes = Array(bytes.prefix(4096))
  }

  mutating func bit() -> Int? {
    guard place / 8 < bytes.count else { return nil }
    defer { place += 1 }
    return Int(bytes[place / 8] >> (7 - place % 8) & 1)
  }

  /// - Parameter count: 0–32.
  mutating func bits(_ count: Int) -> Int? {
    var value = 0
    for _ in 0..<min(max(count, 0), 32) {
      guard let bit = bit() else { return nil }
      value = value << 1 | bit
    }
    return value
  }

  mutating func skip(_ count: Int) {
    place += min(max(count, 0), 1 << 16)
  }

  /// Exponential Golomb code (ITU-T H.265, section 9.2); `uvlc()` of AV1 (section 4.10.3) is the same below 32 bits.
  mutating func golomb() -> Int? {
    var zeroes = 0
    while true {
      guard let bit = bit() else { return nil }
      if bit == 1 { break }
      zeroes += 1
      guard zeroes < 32 else { return nil }
    }
    guard let rest = bits(zeroes) else { return nil }
    return (1 << zeroes) - 1 + rest
  }
}
