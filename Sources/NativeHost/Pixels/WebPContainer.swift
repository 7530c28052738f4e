import NIOCore

/// The chunks of a WebP file (RFC 9649, section 2), to mend what libvips 8.14 writes: it adds EXIF of its own making also where it
/// is told to strip all, and libwebp's muxer does not see that an animation is transparent where its frames are smaller than the canvas.
struct WebPContainer {
  private struct Chunk {
    var name: String
    var payload: ByteBuffer
  }

  private static let alphaFlag: UInt8 = 0x10
  private static let exifFlag: UInt8 = 0x08
  private static let animationFlag: UInt8 = 0x02
  private static let pixels: Set<String> = ["VP8X", "VP8 ", "VP8L", "ALPH", "ANIM", "ANMF"]

  private var chunks: [Chunk] = []

  /// `nil` for what is not a WebP file.
  init?(_ file: ByteBuffer) {
    var file = file
    guard file.readString(length: 4) == "RIFF", file.readSlice(length: 4) != nil, file.readString(length: 4) == "WEBP"
    else { return nil }
    while let name = file.readString(length: 4), let length = file.readInteger(endianness: .little, as: UInt32.self) {
      guard let payload = file.readSlice(length: Int(length)) else { return nil }
      if length % 2 == 1 { _ = file.readSlice(length: 1) }
      chunks.append(Chunk(name: name, payload: payload))
    }
  }

  mutating func removeEXIF() {
    chunks.removeAll { $0.name == "EXIF" }
    changeFlags { $0 & ~Self.exifFlag }
    shorten()
  }

  /// Gives up the extended form of a picture that uses nothing of it.
  private mutating func shorten() {
    if chunks.count == 2, chunks[0].name == "VP8X", chunks[0].payload.readableBytesView.first == 0 {
      chunks.removeFirst()
    }
  }

  /// Leaves out everything but the frames; `true` where that was more than a profile.
  mutating func keepPixels() -> Bool {
    let hadMetadata = chunks.contains { $0.name == "EXIF" || $0.name == "XMP " }
    chunks.removeAll { !Self.pixels.contains($0.name) }
    changeFlags { $0 & (Self.alphaFlag | Self.animationFlag) }
    shorten()
    return hadMetadata
  }

  mutating func markTransparent() {
    changeFlags { $0 | Self.alphaFlag }
  }

  private mutating func changeFlags(_ change: (UInt8) -> UInt8) {
    for index in chunks.indices where chunks[index].name == "VP8X" {
      let place = chunks[index].payload.readerIndex
      guard let flags = chunks[index].payload.getInteger(at: place, as: UInt8.self) else { continue }
      chunks[index].payload.setInteger(change(flags), at: place)
    }
  }

  var file: ByteBuffer {
    let length = chunks.reduce(4) { $0 + 8 + $1.payload.readableBytes + $1.payload.readableBytes % 2 }
    var file = ByteBuffer()
    file.reserveCapacity(length + 8)
    file.writeString("RIFF")
    file.writeInteger(UInt32(length), endianness: .little)
    file.writeString("WEBP")
    for chunk in chunks {
      file.writeString(chunk.name)
      file.writeInteger(UInt32(chunk.payload.readableBytes), endianness: .little)
      file.writeImmutableBuffer(chunk.payload)
      if chunk.payload.readableBytes % 2 == 1 { file.writeInteger(UInt8(0)) }
    }
    return file
  }
}
