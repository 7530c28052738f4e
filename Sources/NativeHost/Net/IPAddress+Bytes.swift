import EdgeHandler

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
