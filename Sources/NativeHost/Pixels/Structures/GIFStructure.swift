import EdgeHandler

/// The blocks of a GIF (GIF89a, appendix B). libvips says nothing of what is cut off, and takes memory for each frame before it tells how
/// many there are.
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
    } else if let partial = walk.partial {
      (structure.replacement, structure.cut) = (partial.file(of: bytes), .gif(partialFrame: partial.frame))
      structure.frames = walk.frames + (partial.frame == nil ? 0 : 1)
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

  /// The block in which a GIF ends too early. A missing trailer alone is forgiven, as browsers do.
  private struct Partial {
    /// The number of the frame whose data has begun.
    var frame: Int?
    /// Where what can be read ends.
    var end: Int
    /// The length of the data block that is cut off: where it stands, and what is left of the block.
    var length: (place: Int, left: Int)?

    /// Ended as it should be.
    func file(of bytes: UnsafeRawBufferPointer) -> [UInt8] {
      var file = Array(bytes[..<min(end, bytes.count)])
      if let length, length.place < file.count { file[length.place] = UInt8(truncatingIfNeeded: length.left) }
      return file + (frame == nil ? [0x3B] : [0, 0x3B])
    }
  }

  /// From block to block, without decoding.
  private struct Walk {
    var partial: Partial?
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
      // The graphic control extension's flags: disposal, and whether there is a transparent colour.
      var control = 0
      while place < bytes.count {
        let block = place
        var area: PixelRect?
        switch bytes[place] {
        case 0x3B: return
        case 0x21:
          // Label and length.
          if bytes.bigEndian(2, at: place + 1) == 0xF904 { control = bytes.bigEndian(1, at: place + 3) ?? 0 }
          place += 2
        case 0x2C:
          guard let left = bytes.littleEndian(2, at: place + 1), let top = bytes.littleEndian(2, at: place + 3),
            let width = bytes.littleEndian(2, at: place + 5), let height = bytes.littleEndian(2, at: place + 7),
            place + 10 <= bytes.count
          else {
            partial = Partial(end: block)
            return
          }
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
        let data = place
        while true {
          guard place < bytes.count else {
            partial = Partial(end: block)
            if area != nil, place > data { partial = Partial(frame: frames, end: bytes.count) }
            return
          }
          let length = Int(bytes[place])
          let left = bytes.count - place - 1
          if length > left {
            partial = Partial(end: block)
            if area != nil, left > 0 {
              partial = Partial(frame: frames, end: bytes.count, length: (place, left))
            } else if area != nil, place > data {
              partial = Partial(frame: frames, end: place)
            }
            return
          }
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
    }

    private static func colorTableLength(_ flags: UInt8) -> Int {
      flags & 0x80 == 0 ? 0 : 3 << (Int(flags & 7) + 1)
    }
  }
}
