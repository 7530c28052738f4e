import HTTPTypes

/// `CDN-Loop` (RFC 8586): every request to an origin says that it comes from us, and one that comes back is refused.
///
/// Otherwise an original could be a URL of this service, whose original is another, without end: an origin that redirects to a
/// grid of five of its own URLs would make work for the whole service out of one request.
enum CDNLoop {
  static let fieldName = "cdn-loop"

  /// Whether the field names us among those that the request came through.
  ///
  /// - Parameter id: our name there, a host.
  static func names(_ id: String, in fields: HTTPFields) -> Bool {
    guard let value = fields[.cdnLoop] else { return false }
    return value.bytes.split(separator: UInt8(ascii: ",")).contains { entry in
      // Parameters follow a semicolon.
      ASCII.equalsIgnoringCase(ASCII.trimmingBlanks(entry.prefix { $0 != UInt8(ascii: ";") }), id)
    }
  }
}
