import NIOCore

/// A WebP (RFC 9649, section 2) of its frames.
enum WebPPassing {
  /// `nil` for what is malformed.
  static func stripped(_ bytes: UnsafeRawBufferPointer) -> PassedOriginal.Stripped? {
    guard let length = bytes.littleEndian(4, at: 4), let riff = bytes.part(0, length + 8),
      var container = WebPContainer(ByteBuffer(bytes: riff))
    else { return nil }
    let hadMetadata = container.keepPixels()
    return PassedOriginal.Stripped(file: container.file, hadMetadata: hadMetadata)
  }
}
