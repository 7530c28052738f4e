/// The opaque part of an entity tag, without its quotes (RFC 9110, section 8.8.3).
enum EntityTag {
  /// - Parameter digest: in hexadecimal. Half of it is enough to tell answers apart.
  static func opaque(_ digest: String) -> String {
    String(decoding: digest.bytes.prefix(32), as: UTF8.self)
  }

  /// Of a body that has no key: of what it says.
  static func opaque(of body: [UInt8]) -> String {
    opaque(Hexadecimal.encode(SHA256.digest(body)))
  }
}

/// `If-None-Match` against one entity tag (RFC 9110, sections 8.8.3 and 13.1.2).
struct IfNoneMatch: Sendable {
  /// `*`: matches whatever there is, so that it can only be told once there is something.
  var matchesAny = false
  private var tags: [String] = []

  init(field: String?) {
    guard let field else { return }
    var rest = field.bytes
    while let byte = rest.first {
      switch byte {
      case 0x2A:
        matchesAny = true
        rest = rest.dropFirst()
      case 0x22:
        let opaque = rest.dropFirst()
        guard let end = opaque.firstIndex(of: 0x22) else { return }
        tags.append(String(decoding: opaque[..<end], as: UTF8.self))
        rest = opaque[(end + 1)...]
      default: rest = rest.dropFirst()  // commas, blanks, and `W/`: the comparison is the weak one
      }
    }
  }

  /// Whether one of the tags has this opaque part.
  func names(_ opaque: String) -> Bool {
    tags.contains { $0 == opaque }
  }
}
