/// An `http` or `https` URL as the WHATWG URL Standard reads it, which is how browsers and curl do, so that what is checked is
/// what is fetched. Without userinfo and fragment.
///
/// Written by hand because no URL package compiles for Embedded Swift without Unicode tables. A class, because it is passed on more
/// often than it is made.
public final class WebURL: Sendable {
  public enum Scheme: Sendable, Hashable, CaseIterable {
    case http, https

    public var name: String {
      switch self {
      case .http: "http"
      case .https: "https"
      }
    }

    public var defaultPort: Int {
      switch self {
      case .http: 80
      case .https: 443
      }
    }
  }

  public let scheme: Scheme
  public let host: Host
  /// 0–65535; `nil` when it is the scheme's default.
  public let port: Int?
  /// Percent-encoded, begins with `/`, without dot segments. Escapes stand as they were written: `%41` is not `A`.
  public let path: String
  /// Percent-encoded, without `?`. An empty query is not the same as none.
  public let query: String?

  init(scheme: Scheme, host: Host, port: Int?, path: String, query: String?) {
    self.scheme = scheme
    self.host = host
    self.port = port == scheme.defaultPort ? nil : port
    self.path = path
    self.query = query
  }

  public var effectivePort: Int {
    port ?? scheme.defaultPort
  }

  /// Host, and port unless it is the default: the value of a `Host` field.
  public var authority: String {
    if let port { host.description + ":" + String(port) } else { host.description }
  }

  /// RFC 6454, section 6.2.
  public var origin: String {
    scheme.name + "://" + authority
  }

  /// Path and query: the target of a request.
  public var target: String {
    if let query { path + "?" + query } else { path }
  }

  public var serialized: String {
    origin + target
  }
}

extension WebURL: Hashable {
  public static func == (left: WebURL, right: WebURL) -> Bool {
    left.scheme == right.scheme && left.host == right.host && left.port == right.port && left.target == right.target
  }

  public func hash(into hasher: inout Hasher) {
    hasher.combine(scheme)
    hasher.combine(host)
    hasher.combine(port)
    for byte in target.utf8 { hasher.combine(byte) }
  }
}

extension WebURL: CustomStringConvertible {
  public var description: String { serialized }
}
