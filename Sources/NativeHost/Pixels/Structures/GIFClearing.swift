import EdgeHandler

/// Makes transparent what browsers leave transparent in a GIF: the screen around its first frame, and what is cleared of a frame ("restore to
/// background", GIF89a, section 23) that has no transparent colour. libvips leaves black there, or the background colour, and forgets
/// some screens.
///
/// Frames that draw nothing are put in between: one over the whole screen, and one over each frame to be cleared.
struct GIFClearing {
  struct Frame {
    var area: PixelRect
    var disposal: Int
    var isTransparent: Bool
    /// Where its last data block ends.
    var end: Int

    /// Whether nothing of an area can be seen through it.
    fileprivate func covers(_ other: PixelRect) -> Bool {
      !isTransparent && area.x <= other.x && area.y <= other.y && area.x + area.width >= other.x + other.width
        && area.y + area.height >= other.y + other.height
    }
  }

  private static let clear = 2
  /// 4 is an old mistake for 3, which decoders read alike.
  private static let previous = 3...4

  private let screen: PixelRect
  /// Whether the screen is to be seen before the first frame is drawn.
  private let begins: Bool
  /// Numbers of the frames to be cleared.
  private let cleared: [Int]

  /// - Parameter frames: all there are.
  init(_ frames: [Frame], screen: PixelSize) {
    self.screen = PixelRect(x: 0, y: 0, width: screen.width, height: screen.height)
    guard let first = frames.first else {
      (begins, cleared) = (false, [])
      return
    }
    let isRestored = frames.count > 1 && Self.previous.contains(first.disposal) && !frames[1].covers(first.area)
    var whole = first
    whole.isTransparent = false
    begins = isRestored || !whole.covers(self.screen)
    cleared = frames.indices.dropLast().filter { index in
      let frame = frames[index]
      return frame.disposal == Self.clear && !frame.isTransparent && !frames[index + 1].covers(frame.area)
    }
  }

  var isNeeded: Bool { begins || !cleared.isEmpty }

  /// The file with those frames in it, and where its own then are.
  func applied(to bytes: UnsafeRawBufferPointer, _ frames: [Frame], start: Int) -> (file: [UInt8], places: [Int]) {
    var file = Array(bytes[..<start])
    var places: [Int] = []
    var (place, count, next) = (start, 0, cleared[...])
    if begins {
      file += Self.emptyFrame(screen, disposal: 1)
      count += 1
    }
    for (index, frame) in frames.enumerated() {
      places.append(count)
      count += 1
      guard index == next.first else { continue }
      next = next.dropFirst()
      file += bytes[place..<frame.end]
      place = frame.end
      file += Self.emptyFrame(frame.area, disposal: Self.clear)
      count += 1
    }
    file += bytes[place...]
    return (file, places)
  }

  /// A graphic control extension that names a transparent colour, an image descriptor, and LZW data that end
  /// behind one pixel of that colour: libvips wants one, and leaves the rest as it is.
  private static func emptyFrame(_ area: PixelRect, disposal: Int) -> [UInt8] {
    let numbers = [area.x, area.y, area.width, area.height]
    return [0x21, 0xF9, 4, UInt8(disposal << 2 | 1), 0, 0, 0, 0, 0x2C]
      + numbers.flatMap { [UInt8(truncatingIfNeeded: $0), UInt8(truncatingIfNeeded: $0 >> 8)] } + [
        0, 2, 2, 0x44, 0x01, 0,
      ]
  }
}
