/// An original that has been fetched and looked at.
public struct Original: Sendable, Equatable {
  public var blob: Blob
  public var byteCount: Int
  /// What its server calls it: shown, never trusted.
  public var contentType: String?
  public var header: ImageHeader
  public var fetchMilliseconds: Int

  public init(
    blob: Blob, byteCount: Int, contentType: String? = nil, header: ImageHeader, fetchMilliseconds: Int
  ) {
    self.blob = blob
    self.byteCount = byteCount
    self.contentType = contentType
    self.header = header
    self.fetchMilliseconds = fetchMilliseconds
  }
}
