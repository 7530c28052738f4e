/// Which external URLs a list of patterns lets through.
///
/// `*` matches every host; `example.com` exactly that host; `*.example.com` any depth below it and not the host itself. Each on the
/// two schemes' own ports, or on those that the pattern names: `example.com:8443`, `*.example.com:*`.
public struct HostPatterns: Sendable {
  var patterns: [ExternalPattern]

  public static let everything = HostPatterns(patterns: [ExternalPattern(host: .any, ports: .standard)])

  func matches(_ url: WebURL) -> Bool {
    patterns.contains { $0.matches(url) }
  }

  /// Whether a pattern for that very host or what is above it matches, and not just `*`.
  func matchesByName(_ url: WebURL) -> Bool {
    patterns.contains { !$0.host.isAny && $0.matches(url) }
  }

  func matches(_ host: Host) -> Bool {
    patterns.contains { $0.host.matches(host) }
  }
}

/// A host pattern that may name ports.
struct ExternalPattern: Sendable {
  enum Ports: Sendable, Equatable {
    /// 80 and 443, over either scheme. What listens elsewhere on a host is rarely meant for everybody.
    case standard
    case exactly(Int)
    case any
  }

  var host: HostPattern
  var ports: Ports

  static let grammar = HostPattern.grammar + ", with an optional port or `:*` behind it"

  init(host: HostPattern, ports: Ports) {
    self.host = host
    self.ports = ports
  }

  init?(parsing text: String) {
    let bytes = text.bytes
    if bytes.count > 2, bytes.suffix(2).elementsEqual(":*".utf8) {
      guard let host = HostPattern(parsing: String(decoding: bytes.dropLast(2), as: UTF8.self)) else { return nil }
      self.init(host: host, ports: .any)
      return
    }
    guard let (host, port) = Origin.splitPort(bytes),
      let host = HostPattern(parsing: String(decoding: host, as: UTF8.self))
    else { return nil }
    self.init(host: host, ports: port.map { .exactly($0) } ?? .standard)
  }

  func matches(_ url: WebURL) -> Bool {
    let port = url.effectivePort
    let hasPort =
      switch ports {
      case .standard: port == 80 || port == 443
      case .exactly(let exactly): port == exactly
      case .any: true
      }
    return hasPort && host.matches(url.host)
  }
}

enum HostPattern: Sendable {
  case any
  case exactly(Host)
  /// The text begins with a dot.
  case below(suffix: String)

  static let grammar = "`*`, a host such as `example.com`, or `*.` and a host"

  init?(parsing text: String) {
    if text == "*" {
      self = .any
      return
    }
    let isBelow = text.utf8.starts(with: "*.".utf8)
    let name = text.bytes.dropFirst(isBelow ? 2 : 0)
    // Anywhere else a star would count as a letter, and the pattern would match nothing.
    guard !name.contains(0x2A), let host = try? Host(parsing: name) else { return nil }
    guard isBelow else {
      self = .exactly(host)
      return
    }
    guard case .domain(let apex) = host else { return nil }
    self = .below(suffix: "." + apex)
  }

  var isAny: Bool {
    if case .any = self { true } else { false }
  }

  func matches(_ host: Host) -> Bool {
    switch self {
    case .any: return true
    case .exactly(let exactly): return exactly == host
    case .below(let suffix):
      guard case .domain(let name) = host, name.utf8.count > suffix.utf8.count else { return false }
      return name.ends(with: suffix)
    }
  }
}
