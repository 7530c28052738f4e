/// A request target in origin form (RFC 9112, section 3.2.1), split at the first question mark.
struct Target: Sendable {
  var path: String
  var query: String

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
    let bytes = text.bytes
    guard let mark = bytes.firstIndex(of: 0x3F) else {
      path = text
      query = ""
      return
    }
    path = String(decoding: bytes[..<mark], as: UTF8.self)
    query = String(decoding: bytes[(mark + 1)...], as: UTF8.self)
  }
}
