/// Which browser origins a list of patterns lets through. A pattern is a host pattern that may carry a scheme and a port,
/// which then must match; with a scheme and no port it means the scheme's default port.
public struct OriginPatterns: Sendable {
  /// A list that holds `*` lets everything through; nothing else in it matters then.
  var allowsEverything: Bool
  var patterns: [OriginPattern]

  public static let everything = OriginPatterns(allowsEverything: true, patterns: [])

  /// What a request with this `Origin` field gets; `nil` is a refusal.
  func sharing(with origin: String?) -> CommonFields.Sharing? {
    if allowsEverything { return .everyone }
    guard let origin else { return .nobody }
    guard let parsed = Origin(parsing: origin), patterns.contains(where: { $0.matches(parsed) }) else { return nil }
    return .origin(origin)
  }
}

/// A serialised origin (RFC 6454, section 6.2) other than `null`, as browsers send it.
struct Origin: Sendable {
  var scheme: String
  var host: Host
  /// As written, or the scheme's own; `nil` where neither is known.
  var port: Int?

  init?(parsing text: String) {
    guard let (scheme, rest) = Self.splitScheme(text), let scheme, rest.last != 0x3A,
      let (hostText, port) = Self.splitPort(rest), let host = try? Host(parsing: hostText),
      Self.isSerialized(hostText, host)
    else { return nil }
    self.scheme = scheme
    self.host = host
    self.port = port ?? Self.defaultPort(of: scheme)
  }

  /// Whether a host is spelled as a browser serialises it, but for the case of letters and a trailing dot. Escapes, stars and
  /// other spellings of addresses come from no browser, and what reads such an origin further on may take it for another.
  private static func isSerialized(_ text: ArraySlice<UInt8>, _ host: Host) -> Bool {
    let name = text.last == UInt8(ascii: ".") ? text.dropLast() : text
    guard ASCII.equalsIgnoringCase(name, host.description) else { return false }
    guard case .domain = host else { return true }
    return name.allSatisfy { byte in
      let lower = ASCII.lowercase(byte)
      return ASCII.isLowercaseLetter(lower) || ASCII.isDigit(byte) || byte == UInt8(ascii: "-")
        || byte == UInt8(ascii: ".") || byte == UInt8(ascii: "_")
    }
  }

  /// The scheme in lower case, if there is one, and what follows `://`.
  static func splitScheme(_ text: String) -> (scheme: String?, rest: ArraySlice<UInt8>)? {
    let bytes = text.bytes
    guard let colon = bytes.firstIndex(of: 0x3A), bytes[colon...].starts(with: "://".utf8) else { return (nil, bytes) }
    let scheme = bytes[..<colon].map { ASCII.lowercase($0) }
    guard let first = scheme.first, ASCII.isLowercaseLetter(first),
      scheme.allSatisfy({ ASCII.isLowercaseLetter($0) || ASCII.isDigit($0) || $0 == 0x2B || $0 == 0x2D || $0 == 0x2E })
    else { return nil }
    return (String(decoding: scheme, as: UTF8.self), bytes[colon...].dropFirst(3))
  }

  /// A host and the port after its last colon, if there is one; a colon with nothing behind it is no port (RFC 3986, section
  /// 3.2.3). `nil` for a malformed port.
  static func splitPort(_ text: ArraySlice<UInt8>) -> (host: ArraySlice<UInt8>, port: Int?)? {
    guard let colon = text.lastIndex(of: 0x3A), text.last != 0x5D else { return (text, nil) }
    let digits = text[(colon + 1)...]
    guard !digits.isEmpty else { return (text[..<colon], nil) }
    guard let port = ASCII.decimal(digits, digits: 1...5), port <= 65535 else { return nil }
    return (text[..<colon], port)
  }

  static func defaultPort(of scheme: String) -> Int? {
    switch scheme {
    case "https", "wss": 443
    case "http", "ws": 80
    default: nil
    }
  }
}

struct OriginPattern: Sendable {
  var scheme: String?
  var host: HostPattern
  var port: Int?

  static let grammar = "`*`, or a host or `*.` and a host, with an optional scheme before and port behind it"

  init?(parsing text: String) {
    guard let (scheme, rest) = Origin.splitScheme(text), let (host, port) = Origin.splitPort(rest),
      let host = HostPattern(parsing: String(decoding: host, as: UTF8.self))
    else { return nil }
    if case .any = host, scheme != nil || port != nil { return nil }
    self.scheme = scheme
    self.host = host
    // An origin without a port has its scheme's (RFC 6454, section 4), and so has a pattern.
    self.port = port ?? scheme.flatMap { Origin.defaultPort(of: $0) }
  }

  func matches(_ origin: Origin) -> Bool {
    if let scheme, scheme != origin.scheme { return false }
    if let port, port != origin.port { return false }
    return host.matches(origin.host)
  }
}
