/// Why a text is not a URL that originals are fetched from.
public enum URLProblem: Error, Equatable, Sendable, CaseIterable {
  case relative, scheme, userinfo, hostMissing, host, nonASCIIHost, hostTooLong, ipv4, ipv6, port

  /// A sentence for the caller. Says nothing that is not known from the text alone.
  public var detail: String {
    switch self {
    case .relative: "The URL must be a full one that begins with http:// or https://."
    case .scheme: "The URL's scheme must be http or https."
    case .userinfo: "The URL must not hold a user name or a password."
    case .hostMissing: "The URL has no host."
    case .host: "The URL's host is malformed."
    case .nonASCIIHost: "The URL's host must be ASCII; write an internationalized name in its xn-- form."
    case .hostTooLong: "The URL's host has more than 253 characters, or a label of more than 63."
    case .ipv4: "The URL's host ends in a number but is not an IPv4 address."
    case .ipv6: "The URL's host is in brackets but is not an IPv6 address."
    case .port: "The URL's port must be a number from 0 to 65535."
    }
  }
}
