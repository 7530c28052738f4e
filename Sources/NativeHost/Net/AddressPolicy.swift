import EdgeHandler

/// Which addresses may be connected to: public ones, and those that the operator has opened.
struct AddressPolicy: Sendable {
  var allowedNetworks: [IPNetwork]

  init(allowedNetworks: [String]) {
    self.allowedNetworks = allowedNetworks.compactMap(IPNetwork.init(parsing:))
  }

  func permits(_ address: IPAddress) -> Bool {
    address.isPublic || allowedNetworks.contains { $0.contains(address) }
  }
}

extension IPAddress {
  /// 4 or 16 bytes in network order.
  init?(bytes: some Collection<UInt8>) {
    func word(_ bytes: some Collection<UInt8>) -> UInt64 { bytes.reduce(0) { $0 << 8 | UInt64($1) } }
    switch bytes.count {
    case 4: self = .v4(UInt32(word(bytes)))
    case 16: self = .v6(IPv6Address(high: word(bytes.prefix(8)), low: word(bytes.suffix(8))))
    default: return nil
    }
  }
}
