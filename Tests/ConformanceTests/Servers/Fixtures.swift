import Foundation

/// Each case has workspaces of its own, so that no case sees what another has stored.
enum Fixtures {
  static let templates: Result<[String: JSONValue], any Error> = Result {
    try JSONDecoder().decode(
      [String: JSONValue].self, from: Data(contentsOf: Layout.tests.appending(path: "Fixtures/workspaces.json")))
  }

  static func namespace(_ one: Case, _ name: String) -> String {
    name == one.workspaces.first ? one.id : "\(one.id)-\(name)"
  }

  /// The text of a `--workspaces` file.
  ///
  /// - Parameter shared: what `${NAME}` stands for in every workspace.
  static func workspaces(
    for cases: [Case], origins: [String: Origin], shared: [String: String]
  ) throws -> Data {
    let templates = try templates.get()
    var workspaces: [JSONValue] = []
    for one in cases {
      for name in one.workspaces {
        guard case .object(var members)? = templates[name] else {
          throw CaseFiles.Malformed(file: one.id, why: "there is no workspace \(name)")
        }
        members["namespace"] = .string(namespace(one, name))
        workspaces.append(
          JSONValue.object(members).replacing(
            bindings(one, origin: origins[one.id]).merging(shared) { $1 }.mapValues { .string($0) }))
      }
    }
    return try JSONEncoder().encode(["workspaces": workspaces])
  }

  /// What `${NAME}` stands for in a case and in its workspaces.
  static func bindings(_ one: Case, origin: Origin?) -> [String: String] {
    var bindings = ["ID": one.id]
    if let port = origin?.port {
      bindings["ORIGIN"] = "127.0.0.1:\(port)"
      bindings["ORIGIN_PORT"] = "\(port)"
    }
    if Layout.deployment != nil {
      bindings["HOST"] = Layout.deploymentHost ?? Layout.deployment?.host()
    } else {
      for name in one.workspaces {
        let host = "\(namespace(one, name)).localhost"
        bindings["HOST:\(name)"] = host
        if name == one.workspaces.first { bindings["HOST"] = host }
      }
    }
    return bindings
  }
}
