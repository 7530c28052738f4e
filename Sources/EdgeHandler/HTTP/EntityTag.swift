import HTTPTypes

/// The opaque part of an entity tag, without its quotes (RFC 9110, section 8.8.3).
enum EntityTag {
  /// - Parameter digest: in hexadecimal. Half of it is enough to tell answers apart.
  static func opaque(_ digest: String) -> String {
    String(decoding: digest.bytes.prefix(32), as: UTF8.self)
  }

  /// The entity tag of a body that has no cache key, derived from its content.
  static func opaque(of body: [UInt8]) -> String {
    opaque(Hexadecimal.encode(SHA256.digest(body)))
  }
}

/// A condition that names entity tags: the value of `If-Match` or `If-None-Match` (RFC 9110, sections 13.1.1 and 13.1.2).
struct EntityTagCondition: Sendable {
  /// `*`: whatever there is, so that it can only be told once there is something.
  private(set) var namesAny = false
  /// Opaque parts, in the order of the field; those of weak tags count for the weak comparison only (section 8.8.3.2).
  private var tags: [(opaque: String, isWeak: Bool)] = []

  /// A value that is neither `*` nor a list of entity tags names nothing.
  init(field: String) {
    let text = ASCII.trimmingBlanks(field.bytes)
    guard !text.elementsEqual([UInt8(ascii: "*")]) else {
      namesAny = true
      return
    }
    var tags: [(opaque: String, isWeak: Bool)] = []
    // Not by `FieldValue`: a backslash in an entity tag is a character like any other.
    var rest = text
    while !rest.isEmpty {
      let isWeak = rest.starts(with: "W/".utf8)
      guard let (opaque, after) = Self.quoted(isWeak ? rest.dropFirst(2) : rest) else { return }
      tags.append((String(decoding: opaque, as: UTF8.self), isWeak))
      rest = ASCII.trimmingBlanks(after)
      guard rest.isEmpty || rest.first == UInt8(ascii: ",") else { return }
      // Empty members of a list are allowed (section 5.6.1.2).
      while rest.first == UInt8(ascii: ",") { rest = ASCII.trimmingBlanks(rest.dropFirst()) }
    }
    self.tags = tags
  }

  /// What stands between two quotes at the beginning, and what follows; `nil` where there is no opaque tag (section 8.8.3).
  private static func quoted(_ text: ArraySlice<UInt8>) -> (opaque: ArraySlice<UInt8>, after: ArraySlice<UInt8>)? {
    guard text.first == UInt8(ascii: "\"") else { return nil }
    let opaque = text.dropFirst().prefix { $0 != UInt8(ascii: "\"") && $0 > 0x20 && $0 != 0x7F }
    let after = text[opaque.endIndex...]
    guard after.first == UInt8(ascii: "\"") else { return nil }
    return (opaque, after.dropFirst())
  }

  /// Whether one of the tags has this opaque part.
  func names(_ opaque: String, comparison: Comparison) -> Bool {
    tags.contains { $0.opaque == opaque && (comparison == .weak || !$0.isWeak) }
  }

  enum Comparison {
    case strong, weak
  }
}

/// The conditions of a request, in the order in which RFC 9110, section 13.2.2, wants them answered. Dates are no part of them: no
/// answer has a `Last-Modified`.
struct Conditions: Sendable {
  private let ifMatch: EntityTagCondition?
  private let ifNoneMatch: EntityTagCondition?

  init(_ fields: HTTPFields) {
    ifMatch = fields[.ifMatch].map { EntityTagCondition(field: $0) }
    ifNoneMatch = fields[.ifNoneMatch].map { EntityTagCondition(field: $0) }
  }

  /// Whether the caller has the very answer with this opaque tag, also before it is known whether there is one.
  func isKnown(_ opaque: String) -> Bool {
    ifNoneMatch?.names(opaque, comparison: .weak) ?? false
  }

  /// Whether the answer with this opaque tag, which is there, is 304.
  func isNotModified(_ opaque: String) -> Bool {
    isKnown(opaque) || ifNoneMatch?.namesAny ?? false
  }

  /// - Parameter opaque: of the answer to the request without conditions.
  /// - Throws: 412 where the caller wants another answer or none.
  func check(_ opaque: String) throws(Problem) {
    guard let ifMatch, !ifMatch.namesAny, !ifMatch.names(opaque, comparison: .strong) else { return }
    throw Problem(.preconditionFailed, "The answer has another entity tag than those that If-Match names.")
  }
}
