/// The name in a request's `Host`, in the one spelling by which sites are known: lower case, without a trailing dot or a port.
public struct HostName: Sendable, Hashable {
  let text: String

  /// - Parameter authority: a `Host` field: a host in any spelling and an optional port.
  /// - Returns: `nil` for an address, and for what is no host.
  init?(authority: String) {
    guard let (host, _) = Origin.splitPort(authority.bytes), case .domain(let name)? = try? Host(parsing: host) else {
      return nil
    }
    text = name
  }

  init(_ domain: String) {
    text = domain
  }

  /// Where the name lies, seen from the base domain.
  func relation(to baseDomain: String) -> Relation {
    let name = text.utf8
    let base = baseDomain.utf8
    guard text.ends(with: baseDomain) else { return .foreign }
    if name.count == base.count { return .base }
    let rest = text.bytes.dropLast(base.count)
    guard rest.last == UInt8(ascii: ".") else { return .foreign }
    return .below(String(decoding: rest.dropLast(), as: UTF8.self))
  }

  enum Relation: Sendable {
    case base
    /// With what stands before the base domain: one label, or several.
    case below(String)
    case foreign
  }
}
