import NIOCore

/// A GIF (GIF89a, appendix B) of its frames and how they are played.
enum GIFPassing {
  /// `nil` for one that is cut off. A trailer that alone is missing is added.
  static func stripped(_ bytes: UnsafeRawBufferPointer) -> PassedOriginal.Stripped? {
    guard bytes.count >= 13, let head = bytes.part(0, 13 + colorTableLength(bytes[10])) else { return nil }
    var file = ByteBuffer()
    file.reserveCapacity(bytes.count)
    file.writeBytes(head)
    var hadMetadata = false
    var frames = 0
    var place = head.count
    walk: while let introducer = bytes.bigEndian(1, at: place) {
      switch introducer {
      case 0x3B: break walk
      case 0x21:
        guard let label = bytes.bigEndian(1, at: place + 1), let end = endOfBlocks(bytes, from: place + 2),
          let block = bytes.part(place, end - place)
        else { return nil }
        switch label {
        case 0xF9: file.writeBytes(block)
        case 0xFF where block.part(from: 3).map(isLoop) == true: file.writeBytes(block)
        case 0xFE, 0xFF: hadMetadata = true
        // Plain text is shown by no browser.
        default: break
        }
        place = end
      case 0x2C:
        guard let flags = bytes.bigEndian(1, at: place + 9),
          let end = endOfBlocks(bytes, from: place + 11 + colorTableLength(UInt8(flags))),
          let frame = bytes.part(place, end - place)
        else { return nil }
        file.writeBytes(frame)
        frames += 1
        place = end
      // Bytes between blocks are skipped by decoders.
      default: place += 1
      }
    }
    guard frames > 0 else { return nil }
    file.writeBytes([0x3B])
    return PassedOriginal.Stripped(file: file, hadMetadata: hadMetadata)
  }

  /// How often an animation is played.
  private static func isLoop(_ application: UnsafeRawBufferPointer) -> Bool {
    application.begins(with: "NETSCAPE2.0") || application.begins(with: "ANIMEXTS1.0")
  }

  /// Behind data blocks, each with its length first, and the empty one that ends them.
  private static func endOfBlocks(_ bytes: UnsafeRawBufferPointer, from start: Int) -> Int? {
    var place = start
    while let length = bytes.bigEndian(1, at: place) {
      place += 1 + length
      if length == 0 { return place }
    }
    return nil
  }

  private static func colorTableLength(_ flags: UInt8) -> Int {
    flags & 0x80 == 0 ? 0 : 3 << (Int(flags & 7) + 1)
  }
}
