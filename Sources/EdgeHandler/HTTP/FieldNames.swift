import HTTPTypes

extension HTTPFields {
  /// For a field that is not among them yet: setting one looks for it first.
  @inline(never)
  mutating func add(_ name: HTTPField.Name, _ value: String) {
    append(HTTPField(name: name, value: value))
  }
}

/// Names that `HTTPTypes` does not list.
extension HTTPField.Name {
  /// RFC 8586.
  static let cdnLoop = constant("CDN-Loop")
  /// RFC 9211.
  static let cacheStatus = constant("Cache-Status")
  #if !hasFeature(Embedded)
    /// RFC 8288.
    static let link = constant("Link")
  #endif
  /// W3C Server Timing.
  static let serverTiming = constant("Server-Timing")
  /// W3C Resource Timing.
  static let timingAllowOrigin = constant("Timing-Allow-Origin")

  static func constant(_ name: String) -> HTTPField.Name {
    guard let name = HTTPField.Name(name) else { preconditionFailure("not a field name") }
    return name
  }
}
