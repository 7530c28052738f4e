/// The secrets in the settings of a workspace: plain, or sealed as `{ "sealed": "…" }`.
enum SealedSecrets {
  /// The members of a source that are secret.
  private static let fields: [String] = ["secretAccessKey", "sessionToken"]

  /// Puts the plain text in the place of each sealed secret; `nil` where one cannot be opened.
  ///
  /// - Parameter id: of the workspace, to which its secrets are bound.
  static func open<Value>(
    in settings: JSON, id: String, then: @escaping @Sendable (JSON?) -> Step<Value>
  ) -> Step<Value> {
    exchange(settings, id: id, .open, choose: { $0["sealed"]?.string }, make: { .string($0) }, then: then)
  }

  /// Seals each secret that stands plain; `nil` where the host has no key.
  static func seal<Value>(
    in settings: JSON, id: String, then: @escaping @Sendable (JSON?) -> Step<Value>
  ) -> Step<Value> {
    exchange(
      settings, id: id, .seal, choose: { $0.string }, make: { .object([JSON.Member("sealed", .string($0))]) },
      then: then)
  }

  /// Of each sealed secret, the key that it is sealed with.
  static func keyIDs(in settings: JSON) -> [String] {
    var ids: [String] = []
    _ = replace(in: settings) { value, _, _ in
      if let sealed = value["sealed"]?.string.flatMap({ SealedText($0) }) { ids.append(sealed.keyID) }
      return value
    }
    return ids
  }

  private static func exchange<Value>(
    _ settings: JSON, id: String, _ operation: SecretsRequest.Operation, choose: (JSON) -> String?,
    make: @escaping @Sendable (String) -> JSON, then: @escaping @Sendable (JSON?) -> Step<Value>
  ) -> Step<Value> {
    var secrets: [SecretsRequest.Secret] = []
    _ = replace(in: settings) { value, source, field in
      if let text = choose(value) {
        secrets.append(SecretsRequest.Secret(text: text, binding: "imgedge/" + id + "/" + source + "/" + field))
      }
      return value
    }
    guard !secrets.isEmpty else { return then(settings) }
    guard secrets.count <= SecretsRequest.maximumCount else { return then(nil) }
    let chosen = secrets.map { $0.text }
    return .secrets(SecretsRequest(operation, secrets)) { result in
      let texts = result.texts.compactMap { $0 }
      guard texts.count == chosen.count else { return then(nil) }
      var place = 0
      return then(
        replace(in: settings) { value, _, _ in
          // The walk goes the same way as before, and the secrets of the other kind are passed by.
          guard place < texts.count, value.string == chosen[place] || value["sealed"]?.string == chosen[place] else {
            return value
          }
          place += 1
          return make(texts[place - 1])
        })
    }
  }

  /// The settings with something else in the place of each secret, plain or sealed, in the order in which they stand.
  private static func replace(in settings: JSON, _ change: (JSON, _ source: String, _ field: String) -> JSON) -> JSON {
    guard let members = settings.members else { return settings }
    return .object(
      members.map { member in
        guard member.name == "sources", let sources = member.value.members else { return member }
        return JSON.Member(
          member.name,
          .object(
            sources.map { source in
              guard let settings = source.value.members else { return source }
              return JSON.Member(
                source.name,
                .object(
                  settings.map { setting in
                    guard fields.contains(where: { $0 == setting.name }) else { return setting }
                    return JSON.Member(setting.name, change(setting.value, source.name, setting.name))
                  }))
            }))
      })
  }
}
