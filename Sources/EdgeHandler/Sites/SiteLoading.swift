/// What a load of a site has come to.
public struct LoadedSite: Sendable {
  var occupant: Site.Occupant
  /// Whether the store could not be asked, so that what was known before still counts.
  var isUnavailable = false
  /// For the operator's log: what is wrong with the record, or with the store.
  public var note: String?

  var workspace: Workspace? { occupant.workspace }

  static let nobody = LoadedSite(occupant: .nobody)

  /// Of a host that could not perform the load.
  public static let failed = unavailable("a workspace cannot be loaded")

  static func unavailable(_ note: String) -> LoadedSite {
    LoadedSite(occupant: .unavailable, isUnavailable: true, note: note)
  }

  static func unreadable(_ note: String) -> LoadedSite {
    LoadedSite(occupant: .unavailable, note: note)
  }
}

/// Finds out from the records who answers at a host: the record of the name says which workspace, and the record of the workspace the rest.
struct SiteLoading: Sendable {
  let records: RecordAccess
  let relation: HostName.Relation
  let name: HostName
  /// The workspace that answered when the name was last looked up: its record is read together with that of the name.
  let known: Workspace?
  let now: Int64

  func start<Value>(then: @escaping @Sendable (LoadedSite) -> Step<Value>) -> Step<Value> {
    guard let nameKey else { return then(.nobody) }
    let keys = [nameKey] + (known.map { [WorkspaceRecord.key(id: $0.id)] } ?? [])
    return records.get(keys, now: now) { found in
      guard let found else { return then(.unavailable("the store of records cannot be read")) }
      guard let owner = found.first ?? nil else { return then(.nobody) }
      guard let id = NameRecord.workspace(owner.body) else {
        return then(.unreadable("the record of the name \(name.text) names no workspace"))
      }
      if let known, known.id == id, found.count == 2 { return read(found[1], id: id, then: then) }
      return records.get([WorkspaceRecord.key(id: id)], now: now) { found in
        guard let found else { return then(.unavailable("the store of records cannot be read")) }
        return read(found.first ?? nil, id: id, then: then)
      }
    }
  }

  private var nameKey: RecordKey? {
    switch relation {
    case .base: nil
    case .below(let label): NameRecord.key(namespace: label)
    case .foreign: NameRecord.key(domain: name.text)
    }
  }

  private func read<Value>(
    _ record: Record?, id: String, then: @escaping @Sendable (LoadedSite) -> Step<Value>
  ) -> Step<Value> {
    // The two records are written together; between the reads of both, the workspace may have gone.
    guard let record else { return then(.nobody) }
    return WorkspaceRecord.read(record.body, id: id) { result in
      switch result {
      case .success(let workspace): then(answersHere(workspace) ? LoadedSite(occupant: .workspace(workspace)) : .nobody)
      case .failure(let error): then(.unreadable(error.description))
      }
    }
  }

  /// Whether the workspace has the name that led to it, still.
  private func answersHere(_ workspace: Workspace) -> Bool {
    switch relation {
    case .base: false
    case .below(let label): workspace.namespace == label
    case .foreign: workspace.domains.contains { $0 == name.text }
    }
  }
}
