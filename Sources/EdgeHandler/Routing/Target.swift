/// A request target in origin form (RFC 9112, section 3.2.1), split at the first question mark.
struct Target: Sendable {
  var path: String
  var query: String

  /// Splits a target in absolute form (RFC 9112, section 3.2.2), which every server must take, into the authority, which
  /// replaces the `Host` field, and the rest in origin form. `nil` for any other.
  static func absolute(_ text: String) -> (authority: String, target: String)? {
    let bytes = text.utf8
    let scheme = ["http://", "https://"].first { ASCII.equalsIgnoringCase(bytes.prefix($0.utf8.count), $0) }
    guard let scheme else { return nil }
    let rest = bytes.dropFirst(scheme.utf8.count)
    let end = rest.firstIndex { $0 == 0x2F || $0 == 0x3F } ?? rest.endIndex
    let target = String(decoding: rest[end...], as: UTF8.self)
    return (
      String(decoding: rest[..<end], as: UTF8.self), target.utf8.first == 0x2F ? target : "/" + target
    )
  }

  init(_ text: String, maximumBytes: Int) throws(Problem) {
    guard text.utf8.count <= maximumBytes else {
      throw Problem(.urlTooLong, "The URL has \(text.utf8.count) bytes; \(maximumBytes) are allowed.")
    }
    guard text.utf8.first == 0x2F else {
      throw Problem(.invalidURL, "The request target does not begin with a slash.")
    }
    guard ASCII.isVisible(text), !text.utf8.contains(0x23) else {
      throw Problem(
        .invalidURL,
        "The request target holds a byte that must be percent-encoded: only visible ASCII without # is allowed.")
    }
    guard let mark = text.utf8.firstIndex(of: 0x3F) else {
      path = text
      query = ""
      return
    }
    path = String(text[..<mark])
    query = String(text[text.utf8.index(after: mark)...])
  }
}
