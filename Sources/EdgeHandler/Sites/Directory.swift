/// Finds the workspace that answers at a host.
struct Directory: Sendable {
  /// Sorted by namespace.
  private let workspaces: [Workspace]
  /// Sorted by domain; the index is into ``workspaces``.
  private let domains: [(domain: String, index: Int)]
  private let baseDomain: String
  private let suffix: String

  init(_ configuration: Configuration) {
    let sorted = configuration.workspaces.sorted {
      $0.namespace.utf8.lexicographicallyPrecedes($1.namespace.utf8)
    }
    workspaces = sorted
    domains = sorted.enumerated()
      .flatMap { index, workspace in workspace.domains.map { ($0, index) } }
      .sorted { $0.0.utf8.lexicographicallyPrecedes($1.0.utf8) }
    baseDomain = configuration.baseDomain
    suffix = "." + baseDomain
  }

  struct Match: Sendable {
    var workspace: Workspace
    var isCustomDomain: Bool
  }

  /// `authority` is a `Host` field: a host in any spelling and an optional port.
  private func name(_ authority: String) -> String? {
    guard let (host, _) = Origin.splitPort(authority.bytes),
      case .domain(let name)? = try? Host(parsing: host)
    else { return nil }
    return name
  }

  /// Whether the host is the base domain or below it, so that we may speak for what is below the host, too.
  func isOurs(_ authority: String) -> Bool {
    guard let name = name(authority) else { return false }
    return ("." + name).ends(with: suffix)
  }

  func workspace(at authority: String) -> Match? {
    guard let name = name(authority) else { return nil }
    if name.utf8.count > suffix.utf8.count, name.ends(with: suffix) {
      let label = String(decoding: name.bytes.dropLast(suffix.utf8.count), as: UTF8.self)
      if let index = Self.search(count: workspaces.count, for: label, name: { workspaces[$0].namespace }) {
        return Match(workspace: workspaces[index], isCustomDomain: false)
      }
    }
    guard let index = Self.search(count: domains.count, for: name, name: { domains[$0].domain }) else { return nil }
    return Match(workspace: workspaces[domains[index].index], isCustomDomain: true)
  }

  /// The page of the base domain; `nil` at every other host.
  func landingPage(at authority: String) -> LandingPage? {
    guard name(authority) == baseDomain, let (_, port) = Origin.splitPort(authority.bytes) else { return nil }
    return LandingPage(baseDomain: baseDomain, port: port, demo: workspace(at: "demo" + suffix)?.workspace)
  }

  /// Binary search in byte order.
  private static func search(count: Int, for name: String, name nameAt: (Int) -> String) -> Int? {
    var low = 0
    var high = count
    while low < high {
      let middle = low + (high - low) / 2
      if nameAt(middle).utf8.lexicographicallyPrecedes(name.utf8) { low = middle + 1 } else { high = middle }
    }
    return low < count && nameAt(low) == name ? low : nil
  }
}
