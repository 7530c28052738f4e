/// What a host runs into on its own. Worded here, so that all hosts say the same.
extension Problem {
  public static let malformedRequest = Problem(
    .malformedRequest, "The request is not HTTP/1.1 with one Host field, or its head is too large.")
  public static let internalError = Problem(.internalError, "The service failed.")
}
