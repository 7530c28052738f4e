/// A block of addresses in CIDR notation (RFC 4632, section 3.1; RFC 4291, section 2.3).
public struct IPNetwork: Sendable, Hashable {
  /// With all bits past ``prefixLength`` cleared.
  public let address: IPAddress
  /// 0–32 or 0–128.
  public let prefixLength: Int

  /// `10.0.0.0/8`, `fd00::/8`; an address alone is the network of that one address. Bits past the prefix may be set and mean
  /// nothing. A network within `::ffff:0:0/96` is the IPv4 network that it stands for.
  public init?(parsing text: String) {
    let bytes = Array(text.utf8)
    let parts = bytes.split(separator: UInt8(ascii: "/"), maxSplits: 2, omittingEmptySubsequences: false)
    guard let first = parts.first, parts.count <= 2, !first.contains(UInt8(ascii: "%")),
      let address = IPAddress(parsing: String(decoding: first, as: UTF8.self))
    else { return nil }
    let width = if case .v4 = address { 32 } else { 128 }
    var length = width
    if parts.count == 2 {
      guard let value = Self.length(parts[1]), value <= width else { return nil }
      length = value
    }
    if width == 128, length >= 96, case .v4(let mapped) = address.unmapped {
      self.init(masking: .v4(mapped), to: length - 96)
    } else {
      self.init(masking: address, to: length)
    }
  }

  /// An IPv4-mapped IPv6 address counts as its IPv4 address.
  public func contains(_ address: IPAddress) -> Bool {
    Self(masking: address.unmapped, to: prefixLength).address == self.address
  }

  private init(masking address: IPAddress, to length: Int) {
    prefixLength = length
    switch address {
    case .v4(let value): self.address = .v4(value & Self.leadingOnes(length))
    case .v6(let value):
      self.address = .v6(
        IPv6Address(high: value.high & Self.leadingOnes(length), low: value.low & Self.leadingOnes(length - 64)))
    }
  }

  /// Decimal, without sign or leading zeros.
  private static func length(_ text: ArraySlice<UInt8>) -> Int? {
    guard (1...3).contains(text.count), text.count == 1 || text.first != UInt8(ascii: "0") else { return nil }
    var value = 0
    for byte in text {
      guard (0x30...0x39).contains(byte) else { return nil }
      value = value * 10 + Int(byte - 0x30)
    }
    return value
  }

  /// A mask of the first `count` bits; none for less than 0, all for more than there are.
  private static func leadingOnes<Word: FixedWidthInteger & UnsignedInteger>(_ count: Int) -> Word {
    // A smart shift: past the width it gives 0, and a negative one shifts the other way.
    count <= 0 ? 0 : ~(Word.max >> count)
  }
}

extension IPNetwork: CustomStringConvertible {
  public var description: String {
    address.description + "/" + String(prefixLength)
  }
}
