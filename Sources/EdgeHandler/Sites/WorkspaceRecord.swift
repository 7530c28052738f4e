/// The record of a workspace: its settings as in a file of workspaces, with its id, and with every secret sealed.
enum WorkspaceRecord {
  /// What this version of the program writes, and the latest that it reads.
  static let format = 1

  static func key(id: String) -> RecordKey {
    RecordKey("workspace#" + id, "settings")
  }

  /// Reads a body, opening what is sealed.
  ///
  /// The result is an error where the body is no JSON, is of a later format, is no workspace by the rules of ``Workspace/read(_:path:)``, has
  /// another id than its key, or holds what cannot be opened. Its words name no secret.
  static func read<Value>(
    _ body: String, id: String, then: @escaping @Sendable (Result<Workspace, ConfigurationError>) -> Step<Value>
  ) -> Step<Value> {
    let path = "workspace \(id)"
    do throws(ConfigurationError) {
      let json = try parse(body, path: path)
      return SealedSecrets.open(in: json, id: id) { opened in
        guard let opened else {
          return then(.failure(ConfigurationError("\(path): a secret cannot be opened with the keys of this host")))
        }
        return then(
          Result { () throws(ConfigurationError) in
            let workspace = try Workspace.read(opened, path: path)
            guard workspace.id == id else { throw ConfigurationError("\(path): id: is another than the record's") }
            return workspace
          })
      }
    } catch {
      return then(.failure(error))
    }
  }

  static func parse(_ body: String, path: String) throws(ConfigurationError) -> JSON {
    do {
      return try JSON.parse(Array(body.utf8), maximumBytes: Record.maximumBodyBytes)
    } catch {
      throw ConfigurationError("\(path): not valid JSON at byte \(error.offset): \(error.reason)")
    }
  }
}

/// The record of a name at which a workspace answers. It is written only where there is none, so that a name has one owner.
enum NameRecord {
  static let namespaces: String = "namespaces"
  static let domains: String = "domains"

  static func key(namespace: String) -> RecordKey { RecordKey(namespaces, namespace) }
  static func key(domain: String) -> RecordKey { RecordKey(domains, domain) }

  static func body(workspace id: String) -> String {
    String(decoding: JSON.object([JSON.Member("workspace", .string(id))]).serialized(), as: UTF8.self)
  }

  /// The id of the workspace that a body names.
  static func workspace(_ body: String) -> String? {
    guard let members = (try? JSON.parse(Array(body.utf8), maximumBytes: 1024))?.members,
      let id = members.first(where: { $0.name == "workspace" })?.value.string, WorkspaceID.isValid(id)
    else { return nil }
    return id
  }
}
