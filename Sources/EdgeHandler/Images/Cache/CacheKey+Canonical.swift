/// Something that an output's bytes depend on, as text.
struct KeyPart: Sendable, Equatable {
  var name: String
  var value: String

  static func == (left: KeyPart, right: KeyPart) -> Bool {
    left.name == right.name && left.value == right.value
  }
}

extension [KeyPart] {
  @inline(never)
  mutating func add(_ name: String, _ value: String) {
    append(KeyPart(name: name, value: value))
  }
}

extension CacheKey {
  /// Changes whenever the same options begin to mean other bytes: every older output is then out of reach.
  private static let version = "imgedge-5"

  /// A key over the parts that an output's bytes depend on. Parts are length-prefixed, so that no two lists of parts have
  /// the same form.
  init(workspace id: String, operation: String, parts: [KeyPart]) {
    var form: [UInt8] = []
    func add(_ text: String) {
      form += String(text.utf8.count).utf8
      form.append(0x3A)
      form += text.utf8
    }
    add(Self.version)
    add(id)
    add(operation)
    for part in parts {
      add(part.name)
      add(part.value)
    }
    self.init(digest: SHA256.digest(form))
  }

  /// The opaque part of the entity tag of its output.
  var entityTag: String { EntityTag.opaque(hex) }
}
