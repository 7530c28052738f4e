/// The workspaces of a configuration, by the names at which they answer. Nothing changes them but another configuration.
struct FixedSites: Sendable {
  /// By namespace.
  private let namespaces: NameTable<Workspace>
  private let domains: NameTable<Workspace>

  init(_ workspaces: [Workspace]) {
    namespaces = NameTable(workspaces.map { ($0.namespace, $0) })
    domains = NameTable(workspaces.flatMap { workspace in workspace.domains.map { ($0, workspace) } })
  }

  /// - Throws: an error that names what two workspaces claim.
  func refuseDuplicates() throws(ConfigurationError) {
    if let twice = namespaces.duplicate {
      throw ConfigurationError("workspace \"\(twice.name)\": namespace: is used twice")
    }
    if let twice = domains.duplicate {
      throw ConfigurationError(
        "workspace \"\(twice.second.namespace)\": domains: \"\(twice.name)\" belongs to \"\(twice.first.namespace)\" already"
      )
    }
  }

  func workspace(namespace: String) -> Workspace? { namespaces[namespace] }
  func workspace(domain: String) -> Workspace? { domains[domain] }
}
