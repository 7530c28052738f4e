/// An original that has been fetched and looked at.
public struct Original: Sendable, Equatable {
  public var blob: Blob
  public var byteCount: Int
  public var header: ImageHeader
  public var fetchMilliseconds: Int

  public init(blob: Blob, byteCount: Int, header: ImageHeader, fetchMilliseconds: Int) {
    self.blob = blob
    self.byteCount = byteCount
    self.header = header
    self.fetchMilliseconds = fetchMilliseconds
  }
}
