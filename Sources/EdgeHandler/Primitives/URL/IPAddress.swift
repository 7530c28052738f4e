/// An address that a connection is made to.
public enum IPAddress: Sendable, Hashable {
  case v4(UInt32)
  case v6(IPv6Address)

  /// Plain text as `getnameinfo` writes it: dotted decimal, or IPv6 without brackets. A zone (`%eth0`) is dropped, because
  /// it says through which link an address is reached and not which one it is.
  public init?(parsing text: String) {
    let text = Array(text.utf8)
    if let address = IPv4Text.dottedDecimal(text) {
      self = .v4(address)
      return
    }
    var address = text[...]
    if let percent = text.firstIndex(of: UInt8(ascii: "%")) {
      guard percent + 1 < text.count else { return nil }
      address = text[..<percent]
    }
    guard let address = IPv6Address(parsing: address) else { return nil }
    self = .v6(address)
  }

  /// The IPv4 address that an IPv4-mapped IPv6 address stands for; itself otherwise.
  public var unmapped: IPAddress {
    if case .v6(let address) = self, let mapped = address.mappedIPv4 { .v4(mapped) } else { self }
  }
}

extension IPAddress: CustomStringConvertible {
  public var description: String {
    switch self {
    case .v4(let address): IPv4Text.description(address)
    case .v6(let address): address.description
    }
  }
}
