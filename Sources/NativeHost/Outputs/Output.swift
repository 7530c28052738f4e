import NIOCore

/// An output as the store keeps it.
public struct Output: Sendable, Equatable {
  public var body: ByteBuffer
  public var mediaType: String
  /// Whether the body is an original's own bytes, which are kept in memory only.
  public var isOriginal: Bool
  /// Whether the handler has stored the body as bytes, and is to get it back so: a text of its own. Others are blobs.
  public var isText: Bool
  /// Unix time in seconds from which on the output is not served any more.
  public var expires: Int64

  public init(body: ByteBuffer, mediaType: String, isOriginal: Bool = false, isText: Bool = false, expires: Int64) {
    self.body = body
    self.mediaType = mediaType
    self.isOriginal = isOriginal
    self.isText = isText
    self.expires = expires
  }

  /// What is kept on disk of an original that serves: that it does, and for how long.
  var marker: Output {
    Output(body: ByteBuffer(), mediaType: mediaType, isOriginal: true, expires: expires)
  }

  /// Whether this is a ``marker``: no picture has no bytes.
  public var isMarker: Bool { isOriginal && body.readableBytes == 0 }
}
