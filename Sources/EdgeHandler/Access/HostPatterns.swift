/// Which hosts a list of patterns lets through.
///
/// `*` matches every host; `example.com` exactly that host on any port and scheme; `*.example.com` any depth below it and
/// not the host itself.
public struct HostPatterns: Sendable {
  var patterns: [HostPattern]

  public static let everything = HostPatterns(patterns: [.any])

  func matches(_ host: Host) -> Bool {
    patterns.contains { $0.matches(host) }
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
