import EdgeHandler

/// The blocks of a GIF (GIF89a, appendix B). libvips plays the frames that are whole and says nothing of those that are cut off, and
/// takes memory for each frame before it tells how many there are.
enum GIFStructure {
  static func read(_ bytes: UnsafeRawBufferPointer, _ limits: PixelEngine.Limits) throws(PixelFailure) -> Structure {
    guard bytes.count >= 13, let width = bytes.littleEndian(2, at: 6), let height = bytes.littleEndian(2, at: 8) else {
      throw .undecodable
    }
    let most = max(limits.maximumFrames, 1) + 1
    let walk = Walk(bytes, noting: most)
    let canvas = PixelSize(width: max(width, walk.largest.width), height: max(height, walk.largest.height))
    // A screen that is out of all reason is not believed by libvips either.
    var structure = Structure(decoded: canvas.area > limits.maximumPixels ? walk.largest : canvas)
    structure.frames = max(walk.frames, 1)
    // A frame of LZW, to its last pixel.
    structure.unbroken = Double(structure.decoded.area) * 20
    if walk.frames > most {
      structure.replacement = Array(bytes[..<walk.endOfNoted]) + [0x3B]
    } else if canvas.area <= limits.maximumPixels, let first = walk.noted.first {
      // As far as browsers, and decoders, let the first frame enlarge it.
      let screen = PixelSize(
        width: max(width, first.area.x + first.area.width), height: max(height, first.area.y + first.area.height))
      let clearing = GIFClearing(walk.noted, screen: screen)
      if clearing.isNeeded {
        let (file, places) = clearing.applied(to: bytes, walk.noted, start: walk.start)
        (structure.replacement, structure.places) = (file, places)
      }
    }
    return structure
  }

  /// A missing trailer alone is forgiven, as browsers do.
  static func isComplete(_ bytes: UnsafeRawBufferPointer) -> Bool {
    bytes.count >= 13 && Walk(bytes, noting: 0).isComplete
  }

  /// From block to block, without decoding.
  private struct Walk {
    var isComplete = false
    var frames = 0
    /// Behind the screen's colour table.
    let start: Int
    /// Up to the number that is to be noted.
    var noted: [GIFClearing.Frame] = []
    /// Behind the frame of the number that is to be noted.
    var endOfNoted = 0
    /// As far as any frame reaches from the corner.
    var largest = PixelSize(width: 0, height: 0)

    init(_ bytes: UnsafeRawBufferPointer, noting most: Int) {
      start = min(13 + Self.colorTableLength(bytes[10]), bytes.count)
      var place = start
      // Of the graphic control extension: disposal, and whether there is a transparent colour.
      var control = 0
      while place < bytes.count {
        var area: PixelRect?
        switch bytes[place] {
        case 0x3B:
          isComplete = true
          return
        case 0x21:
          // Label and length.
          if bytes.bigEndian(2, at: place + 1) == 0xF904 { control = bytes.bigEndian(1, at: place + 3) ?? 0 }
          place += 2
        case 0x2C:
          guard let left = bytes.littleEndian(2, at: place + 1), let top = bytes.littleEndian(2, at: place + 3),
            let width = bytes.littleEndian(2, at: place + 5), let height = bytes.littleEndian(2, at: place + 7),
            place + 10 <= bytes.count
          else { return }
          largest = PixelSize(width: max(largest.width, left + width), height: max(largest.height, top + height))
          area = PixelRect(x: left, y: top, width: width, height: height)
          // The image descriptor, its colour table, and the code size.
          place += 10 + Self.colorTableLength(bytes[place + 9]) + 1
        default:
          // Bytes between blocks are skipped by decoders.
          place += 1
          continue
        }
        // Data blocks, each with its length first, until an empty one.
        while true {
          guard place < bytes.count else { return }
          let length = Int(bytes[place])
          place += 1 + length
          if length == 0 { break }
        }
        if let area {
          frames += 1
          if frames == most { endOfNoted = place }
          if frames <= most {
            noted.append(
              GIFClearing.Frame(area: area, disposal: control >> 2 & 7, isTransparent: control & 1 == 1, end: place))
          }
          control = 0
        }
      }
      isComplete = true
    }

    private static func colorTableLength(_ flags: UInt8) -> Int {
      flags & 0x80 == 0 ? 0 : 3 << (Int(flags & 7) + 1)
    }
  }
}
