/// What a host runs into on its own. Worded here, so that all hosts say the same.
extension Problem {
  public static let malformedRequest = Problem(.malformedRequest, "The request is not HTTP/1.1 with one Host field.")
  public static let bodyTooLarge = Problem(.malformedRequest, "The body of the request is too large.")
  public static let headTooLong = Problem(
    .headTooLong, "The fields of the request are too long, or more than \(Request.maximumFieldCount).")
  /// A target of which no host reads the end.
  public static let targetTooLong = Problem(.urlTooLong, "The URL is longer than the service reads.")
  public static let versionNotSupported = Problem(.versionNotSupported, "The service speaks HTTP/1.1 here.")
  public static let internalError = Problem(.internalError, "The service failed.")
}
