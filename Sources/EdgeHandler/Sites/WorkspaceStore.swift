/// Reads and changes the workspaces that are kept as records: what the commands of an operator come to.
///
/// Every change is one write of all the records that it touches: the workspace's own, that of its namespace, and one for each of its
/// domains. So a name never leads to two workspaces, and a process that ends in the middle leaves nothing behind.
public struct WorkspaceStore: Sendable {
  private let records: RecordAccess
  /// Unix time in seconds.
  private let now: Int64

  public init(records: RecordAccess, now: Int64) {
    self.records = records
    self.now = now
  }

  /// A workspace as it is stored, with its secrets sealed.
  public struct Stored: Sendable {
    public var namespace: String
    public var id: String
    /// `null` where the record cannot be read: then it can be replaced or removed, and nothing else.
    public var settings: JSON
    /// Why the record cannot be read.
    public var fault: String?
    var revision: Int64
  }

  public struct Failure: Error, Sendable, Equatable {
    public enum Reason: Sendable, Equatable {
      /// The settings are wrong.
      case invalid
      case missing
      /// A name belongs to somebody else, or somebody changed the workspace meanwhile.
      case conflict
      case storeUnavailable
    }

    public var reason: Reason
    public var description: String

    public static func == (left: Failure, right: Failure) -> Bool {
      left.reason == right.reason && left.description == right.description
    }
  }

  public typealias Outcome<Value: Sendable> = Result<Value, Failure>

  public enum Change: Sendable {
    case created, changed, unchanged
  }

  // MARK: Reading

  public func find(_ namespace: String) -> Step<Outcome<Stored>> {
    stored(namespace) { found in
      .done(
        found.flatMap { stored in
          guard let stored else {
            return .failure(Failure(.missing, "no workspace has the namespace \"\(namespace)\""))
          }
          return .success(stored)
        })
    }
  }

  /// Up to 100 workspaces in the order of their namespaces, and the namespace to go on after, where there may be more.
  public func page(after namespace: String?) -> Step<Outcome<(workspaces: [Stored], next: String?)>> {
    let query = RecordQuery(
      partition: NameRecord.namespaces, from: "0", through: "~",
      limit: RecordRequest.maximumKeys, after: namespace)
    return records.perform(.query(query), now: now) { result in
      guard case .page(let names, let next) = result else { return .done(.failure(.unavailable(result))) }
      let owners = names.compactMap { record in
        record.isExpired(at: now) ? nil : NameRecord.workspace(record.body).map { (namespace: record.key.sort, id: $0) }
      }
      guard !owners.isEmpty else { return .done(.success(([], next))) }
      return records.get(owners.map { WorkspaceRecord.key(id: $0.id) }, now: now) { found in
        guard let found else { return .done(.failure(.unavailable(.unavailable))) }
        var workspaces: [Stored] = []
        for (owner, record) in zip(owners, found) {
          // Without a record, the workspace was removed between the two reads.
          guard let record else { continue }
          workspaces.append(Self.parse(record, namespace: owner.namespace, id: owner.id))
        }
        return .done(.success((workspaces, next)))
      }
    }
  }

  // MARK: Changing

  /// Creates a workspace, or puts other settings in the place of those that it has.
  ///
  /// - Parameters:
  ///   - settings: as in a file of workspaces. Secrets may stand plain or sealed, and are stored sealed.
  ///   - newID: for a workspace that is not there yet and whose settings name no id.
  public func set(_ namespace: String, _ settings: JSON, newID: String) -> Step<Outcome<Change>> {
    stored(namespace) { found in
      switch found {
      case .failure(let failure): .done(.failure(failure))
      case .success(let old): set(namespace, settings, over: old, newID: newID)
      }
    }
  }

  private func set(
    _ namespace: String, _ settings: JSON, over old: Stored?, newID: String
  ) -> Step<Outcome<Change>> {
    let assembled: JSON
    let id: String
    do throws(Failure) {
      (id, assembled) = try Self.assemble(namespace, settings, old: old, newID: newID)
    } catch {
      return .done(.failure(error))
    }
    return checked(assembled, id: id) { checked in
      let workspace: Workspace
      switch checked {
      case .failure(let failure): return .done(.failure(failure))
      case .success(let read): workspace = read
      }
      return SealedSecrets.seal(in: assembled, id: id) { sealed in
        guard let sealed else {
          return .done(
            .failure(
              Failure(
                .invalid, "workspace \"\(namespace)\": has secrets, and this host has no key to seal them with")))
        }
        return write(workspace, sealed, over: old)
      }
    }
  }

  /// Whether ``set(_:_:newID:)`` would take the settings, as far as that can be told without the records.
  public func check(_ namespace: String, _ settings: JSON) -> Step<Outcome<Change>> {
    do throws(Failure) {
      guard Namespace.isValid(namespace) else {
        throw Failure(.invalid, "\"\(namespace)\" is not \(Namespace.grammar)")
      }
      let unused = WorkspaceID.make(Array(repeating: 0, count: 16))
      let (id, assembled) = try Self.assemble(namespace, settings, old: nil, newID: unused)
      // Where there is no id yet, nothing can have been sealed for it.
      return checked(assembled, id: id) { checked in .done(checked.map { _ in .unchanged }) }
    } catch {
      return .done(.failure(error))
    }
  }

  public func remove(_ namespace: String) -> Step<Outcome<Change>> {
    stored(namespace) { found in
      switch found {
      case .failure(let failure): return .done(.failure(failure))
      case .success(nil):
        return .done(.failure(Failure(.missing, "no workspace has the namespace \"\(namespace)\"")))
      case .success(let stored?):
        var writes = [
          RecordWrite(WorkspaceRecord.key(id: stored.id), .delete, if: .revision(stored.revision)),
          RecordWrite(NameRecord.key(namespace: namespace), .delete),
        ]
        for domain in Self.domains(stored.settings) {
          writes.append(RecordWrite(NameRecord.key(domain: domain), .delete))
        }
        return write(writes, of: namespace, change: .changed)
      }
    }
  }

  /// Seals the secrets of a workspace anew, with the key that new ones are sealed with.
  public func reseal(_ stored: Stored) -> Step<Outcome<Change>> {
    if let fault = stored.fault { return .done(.failure(Failure(.invalid, fault))) }
    return SealedSecrets.open(in: stored.settings, id: stored.id) { opened in
      guard let opened else {
        let words = "workspace \"\(stored.namespace)\": a secret cannot be opened with the keys of this host"
        return .done(.failure(Failure(.invalid, words)))
      }
      // Nothing was sealed.
      guard opened != stored.settings else { return .done(.success(.unchanged)) }
      return SealedSecrets.seal(in: opened, id: stored.id) { sealed in
        guard let sealed else {
          return .done(.failure(Failure(.invalid, "this host has no key to seal secrets with")))
        }
        guard SealedSecrets.keyIDs(in: sealed) != SealedSecrets.keyIDs(in: stored.settings) else {
          return .done(.success(.unchanged))
        }
        let key = WorkspaceRecord.key(id: stored.id)
        let put = RecordWrite(key, .put(body: Self.text(sealed), expires: nil), if: .revision(stored.revision))
        return write([put], of: stored.namespace, change: .changed)
      }
    }
  }

  // MARK: Parts

  /// What is stored under a namespace; `nil` where there is nothing.
  private func stored<Value>(
    _ namespace: String, then: @escaping @Sendable (Outcome<Stored?>) -> Step<Outcome<Value>>
  ) -> Step<Outcome<Value>> {
    guard Namespace.isValid(namespace) else {
      return then(.failure(Failure(.invalid, "\"\(namespace)\" is not \(Namespace.grammar)")))
    }
    return records.get([NameRecord.key(namespace: namespace)], now: now) { names in
      guard let names else { return then(.failure(.unavailable(.unavailable))) }
      guard let name = names.first ?? nil else { return then(.success(nil)) }
      guard let id = NameRecord.workspace(name.body) else {
        return then(.failure(Failure(.invalid, "the record of the namespace \"\(namespace)\" names no workspace")))
      }
      return records.get([WorkspaceRecord.key(id: id)], now: now) { found in
        guard let found else { return then(.failure(.unavailable(.unavailable))) }
        guard let record = found.first ?? nil else {
          return then(
            .failure(Failure(.invalid, "the namespace \"\(namespace)\" leads to a workspace without a record")))
        }
        return then(.success(Self.parse(record, namespace: namespace, id: id)))
      }
    }
  }

  private static func parse(_ record: Record, namespace: String, id: String) -> Stored {
    var stored = Stored(namespace: namespace, id: id, settings: .null, revision: record.revision)
    do throws(ConfigurationError) {
      stored.settings = try WorkspaceRecord.parse(record.body, path: "workspace \"\(namespace)\"")
    } catch {
      stored.fault = error.description
    }
    return stored
  }

  /// Settings as they are stored: format, id and namespace first.
  private static func assemble(
    _ namespace: String, _ settings: JSON, old: Stored?, newID: String
  ) throws(Failure) -> (id: String, JSON) {
    let path = "workspace \"\(namespace)\": "
    guard let members = settings.members else { throw Failure(.invalid, path + "must be an object") }
    if let name = settings["namespace"], name.string != namespace {
      throw Failure(.invalid, path + "namespace: is another than the one that is to be set")
    }
    let named = settings["id"]?.string
    if settings["id"] != nil && named == nil { throw Failure(.invalid, path + "id: must be a string") }
    if let old, let named, named != old.id {
      throw Failure(.conflict, path + "id: the workspace of this namespace has the id \(old.id)")
    }
    let id = old?.id ?? named ?? newID
    let fixed: [JSON.Member] = [
      JSON.Member("format", settings["format"] ?? .int(WorkspaceRecord.format)), JSON.Member("id", .string(id)),
      JSON.Member("namespace", .string(namespace)),
    ]
    let others = members.filter { member in !fixed.contains { $0.name == member.name } }
    return (id, .object(fixed + others))
  }

  /// By the rules of every workspace, with its secrets opened.
  private func checked<Value>(
    _ settings: JSON, id: String, then: @escaping @Sendable (Outcome<Workspace>) -> Step<Outcome<Value>>
  ) -> Step<Outcome<Value>> {
    SealedSecrets.open(in: settings, id: id) { opened in
      guard let opened else {
        return then(.failure(Failure(.invalid, "workspace \(id): a sealed secret cannot be opened by this host")))
      }
      do throws(ConfigurationError) {
        return then(.success(try Workspace.read(opened, path: "workspace \(id)")))
      } catch {
        return then(.failure(Failure(.invalid, error.description)))
      }
    }
  }

  private func write(_ workspace: Workspace, _ settings: JSON, over old: Stored?) -> Step<Outcome<Change>> {
    let body = Self.text(settings)
    if let old, Self.text(old.settings) == body { return .done(.success(.unchanged)) }
    let path = "workspace \"\(workspace.namespace)\": "
    guard body.utf8.count <= Record.maximumBodyBytes else {
      return .done(
        .failure(
          Failure(.invalid, path + "has \(body.utf8.count) bytes as a record; \(Record.maximumBodyBytes) are allowed")))
    }
    let condition = old.map { RecordWrite.Condition.revision($0.revision) } ?? .absent
    var writes = [RecordWrite(WorkspaceRecord.key(id: workspace.id), .put(body: body, expires: nil), if: condition)]
    if old == nil {
      let key = NameRecord.key(namespace: workspace.namespace)
      writes.append(RecordWrite(key, .put(body: NameRecord.body(workspace: workspace.id), expires: nil), if: .absent))
    }
    let before = old.map { Self.domains($0.settings) } ?? []
    for domain in before where !workspace.domains.contains(where: { $0 == domain }) {
      writes.append(RecordWrite(NameRecord.key(domain: domain), .delete))
    }
    let added = workspace.domains.filter { domain in !before.contains { $0 == domain } }
    guard writes.count + added.count <= RecordRequest.maximumWrites else {
      let words = "domains: at most \(RecordRequest.maximumWrites - 2) of them can be added and removed at one time"
      return .done(.failure(Failure(.invalid, path + words)))
    }
    let fixed = writes
    return claims(added, of: workspace) { claims in
      switch claims {
      case .failure(let failure): .done(.failure(failure))
      case .success(let claims):
        write(fixed + claims, of: workspace.namespace, change: old == nil ? .created : .changed)
      }
    }
  }

  /// The writes that make domains a workspace's. A domain is free where it has no record, or one that leads to a workspace that is gone.
  private func claims(
    _ domains: [String], of workspace: Workspace,
    then: @escaping @Sendable (Outcome<[RecordWrite]>) -> Step<Outcome<Change>>
  ) -> Step<Outcome<Change>> {
    guard !domains.isEmpty else { return then(.success([])) }
    return records.get(domains.map { NameRecord.key(domain: $0) }, now: now) { names in
      guard let names else { return then(.failure(.unavailable(.unavailable))) }
      let owners = names.map { $0.flatMap { NameRecord.workspace($0.body) } }
      var ids: [String] = []
      for owner in owners {
        if let owner, !ids.contains(where: { $0 == owner }) { ids.append(owner) }
      }
      let known = ids
      return records.get(known.map { WorkspaceRecord.key(id: $0) }, now: now) { found in
        guard let found else { return then(.failure(.unavailable(.unavailable))) }
        var writes: [RecordWrite] = []
        for (index, domain) in domains.enumerated() {
          let key = NameRecord.key(domain: domain)
          let put = RecordWrite.Change.put(body: NameRecord.body(workspace: workspace.id), expires: nil)
          guard let name = names[index] else {
            writes.append(RecordWrite(key, put, if: .absent))
            continue
          }
          if let owner = owners[index] {
            if owner == workspace.id { continue }
            let isThere = zip(known, found).contains { id, record in id == owner && record != nil }
            if isThere { return then(.failure(Failure(conflict: RecordWrite(key, put), of: workspace.namespace))) }
          }
          writes.append(RecordWrite(key, put, if: .revision(name.revision)))
        }
        return then(.success(writes))
      }
    }
  }

  private func write(_ writes: [RecordWrite], of namespace: String, change: Change) -> Step<Outcome<Change>> {
    records.perform(.write(writes, asOf: now), now: now) { result in
      switch result {
      case .written: return .done(.success(change))
      case .conflict(let index):
        guard writes.indices.contains(index) else { return .done(.failure(.unavailable(result))) }
        return .done(.failure(Failure(conflict: writes[index], of: namespace)))
      default: return .done(.failure(.unavailable(result)))
      }
    }
  }

  /// The domains in stored settings, in the spelling of their records.
  private static func domains(_ settings: JSON) -> [String] {
    var domains: [String] = []
    for element in settings["domains"]?.array ?? [] {
      guard let text = element.string, case .domain(let domain)? = try? Host(parsing: text.utf8),
        !domains.contains(where: { $0 == domain })
      else { continue }
      domains.append(domain)
    }
    return domains
  }

  private static func text(_ settings: JSON) -> String {
    String(decoding: settings.serialized(), as: UTF8.self)
  }
}

extension WorkspaceStore.Failure {
  init(_ reason: Reason, _ description: String) {
    self.reason = reason
    self.description = description
  }

  static func unavailable(_ result: RecordResult) -> Self {
    switch result {
    case .overloaded: Self(.storeUnavailable, "the store of records is busy; nothing was changed")
    default: Self(.storeUnavailable, "the store of records cannot be reached")
    }
  }

  fileprivate init(conflict write: RecordWrite, of namespace: String) {
    let path = "workspace \"\(namespace)\": "
    switch (write.key.partition, write.condition) {
    case (NameRecord.domains, _):
      self.init(.conflict, path + "domains: \"\(write.key.sort)\" belongs to another workspace")
    case (NameRecord.namespaces, _): self.init(.conflict, path + "namespace: was taken meanwhile")
    case (_, .absent): self.init(.conflict, path + "id: belongs to another workspace")
    default: self.init(.conflict, path + "was changed meanwhile; read it again")
    }
  }
}
