import NIOCore

/// An output as the store keeps it.
public struct Output: Sendable, Equatable {
  public var body: ByteBuffer
  public var mediaType: String
  /// Unix time in seconds from which on the output is not served any more.
  public var expires: Int64

  public init(body: ByteBuffer, mediaType: String, expires: Int64) {
    self.body = body
    self.mediaType = mediaType
    self.expires = expires
  }
}
