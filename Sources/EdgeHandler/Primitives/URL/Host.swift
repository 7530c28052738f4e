/// The host of an `http` or `https` URL.
///
/// Two spellings that reach the same machine have equal values: that is what allowlists are compared by.
public enum Host: Sendable {
  /// Lower-case ASCII, without a trailing dot, at most 253 characters, in labels of 1–63.
  case domain(String)
  case ipv4(UInt32)
  case ipv6(IPv6Address)

  /// The host parser of the WHATWG URL Standard for special schemes, with two differences: a name that is not ASCII after
  /// percent-decoding is refused instead of converted (UTS #46 needs Unicode tables), and labels keep the limits of
  /// RFC 1035, section 2.3.4. Labels that begin with `xn--` are taken as they are.
  public init(parsing text: some Collection<UInt8>) throws(URLProblem) {
    try self.init(bytes: Array(text))
  }

  private init(bytes text: [UInt8]) throws(URLProblem) {
    guard !text.isEmpty else { throw .hostMissing }
    if text.first == UInt8(ascii: "[") {
      guard text.last == UInt8(ascii: "]"), let address = IPv6Address(parsing: text.dropFirst().dropLast()) else {
        throw .ipv6
      }
      self = .ipv6(address)
      return
    }
    guard var name = PercentCoding.decode(bytes: text[...], plusIsSpace: false) else { throw .host }
    guard name.allSatisfy({ $0 < 0x80 }) else { throw .nonASCIIHost }
    guard !name.contains(where: Self.isForbidden) else { throw .host }
    for (index, byte) in name.enumerated() where (0x41...0x5A).contains(byte) {
      name[index] = byte | 0x20
    }
    if name.last == UInt8(ascii: ".") { name.removeLast() }
    if IPv4Text.endsInNumber(name) {
      guard let address = IPv4Text.anySpelling(name) else { throw .ipv4 }
      self = .ipv4(address)
      return
    }
    guard name.count <= 253 else { throw .hostTooLong }
    for label in name.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false) {
      guard !label.isEmpty else { throw .host }
      guard label.count <= 63 else { throw .hostTooLong }
    }
    self = .domain(String(decoding: name, as: UTF8.self))
  }

  /// The address that this host is, when it is not a name.
  public var address: IPAddress? {
    switch self {
    case .domain: nil
    case .ipv4(let address): .v4(address)
    case .ipv6(let address): .v6(address)
    }
  }

  /// The forbidden domain code points of the WHATWG URL Standard.
  private static func isForbidden(_ byte: UInt8) -> Bool {
    switch byte {
    case 0x00...0x20, 0x7F, UInt8(ascii: "#"), UInt8(ascii: "%"), UInt8(ascii: "/"), UInt8(ascii: ":"),
      UInt8(ascii: "<"), UInt8(ascii: ">"), UInt8(ascii: "?"), UInt8(ascii: "@"), UInt8(ascii: "["),
      UInt8(ascii: "\\"), UInt8(ascii: "]"), UInt8(ascii: "^"), UInt8(ascii: "|"):
      true
    default: false
    }
  }
}

extension Host: Hashable {
  public static func == (left: Host, right: Host) -> Bool {
    switch (left, right) {
    case (.domain(let left), .domain(let right)): left == right
    case (.ipv4(let left), .ipv4(let right)): left == right
    case (.ipv6(let left), .ipv6(let right)): left == right
    default: false
    }
  }

  public func hash(into hasher: inout Hasher) {
    switch self {
    case .domain(let name):
      hasher.combine(0)
      for byte in name.utf8 { hasher.combine(byte) }
    case .ipv4(let address):
      hasher.combine(4)
      hasher.combine(address)
    case .ipv6(let address):
      hasher.combine(6)
      hasher.combine(address)
    }
  }
}

extension Host: CustomStringConvertible {
  /// As it stands in a URL: an IPv6 address is in brackets.
  public var description: String {
    switch self {
    case .domain(let name): name
    case .ipv4(let address): IPv4Text.description(address)
    case .ipv6(let address): "[" + address.description + "]"
    }
  }
}
