/// Whether a GIF is all there. libvips plays the frames that are whole and says nothing of those that are cut off.
enum GIFStructure {
  /// Walks from block to block (GIF89a, appendix B) without decoding. A missing trailer alone is forgiven, as browsers do.
  static func isComplete(_ bytes: UnsafeRawBufferPointer) -> Bool {
    guard bytes.count >= 13 else { return false }
    var place = 13 + colorTableLength(bytes[10])
    while place < bytes.count {
      switch bytes[place] {
      case 0x3B: return true
      case 0x21: place += 2
      case 0x2C:
        guard place + 10 <= bytes.count else { return false }
        // The image descriptor, its colour table, and the code size.
        place += 10 + colorTableLength(bytes[place + 9]) + 1
      default:
        // Bytes between blocks are skipped by decoders.
        place += 1
        continue
      }
      // Data blocks, each with its length first, until an empty one.
      while true {
        guard place < bytes.count else { return false }
        let length = Int(bytes[place])
        place += 1 + length
        if length == 0 { break }
      }
    }
    return true
  }

  private static func colorTableLength(_ flags: UInt8) -> Int {
    flags & 0x80 == 0 ? 0 : 3 << (Int(flags & 7) + 1)
  }
}
