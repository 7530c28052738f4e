import CVips
import EdgeHandler

/// What is decoded in place of an original that ends early, and which of its pixels are there.
///
/// Law of this file: no pixel that was not decoded keeps what memory or a decoder has put there. It becomes transparent; in a picture of
/// inks, which has no alpha, paper.
struct Repair {
  /// A whole file.
  let file: UnsafeRawBufferPointer
  private let extent: Extent

  private enum Extent {
    case whole
    /// Codes end before the pixels do. The decoder makes the rest middle grey.
    case codes
    case rows(Int)
    case passes([PNGPass], rows: [Int])
    case frames(partial: Int?)
  }

  /// - Parameter readable: the original, or what is read of it.
  init(
    _ cut: Cut, _ readable: UnsafeRawBufferPointer, _ structures: StructureCache, _ interruption: Interruption
  ) throws(PixelFailure) {
    switch cut {
    case .jpeg(let end, let hasAllScans):
      file = structures.keep(Array(readable.prefix(end)) + [0xFF, 0xD9])
      let isWhole = hasAllScans ? try Self.isWhole(jpeg: file, interruption) : false
      extent = isWhole ? .whole : .codes
    case .png:
      let pixels = try PNGRecompression(readable, interruption)
      file = structures.keep(pixels.file)
      if pixels.isWhole {
        extent = .whole
      } else if let rows = pixels.rows.first, pixels.rows.count == 1 {
        extent = .rows(rows)
      } else {
        extent = .passes(pixels.passes, rows: pixels.rows)
      }
    case .gif(let partialFrame):
      file = readable
      extent = .frames(partial: partialFrame)
    }
  }

  /// At the smallest scale, where the decoder has the same codes to read.
  private static func isWhole(
    jpeg file: UnsafeRawBufferPointer, _ interruption: Interruption
  ) throws(PixelFailure) -> Bool {
    let context = Unmanaged.passUnretained(interruption).toOpaque()
    let answer = cvips_jpeg_is_whole(
      file.baseAddress, file.count,
      { context in
        guard let context else { return 0 }
        return Unmanaged<Interruption>.fromOpaque(context).takeUnretainedValue().isDue ? 1 : 0
      }, context)
    guard answer >= 0 else { throw .interrupted }
    return answer > 0
  }

  /// - Parameter allFrames: whether those after the first are shown.
  func lacksPixels(allFrames: Bool) -> Bool {
    switch extent {
    case .whole: false
    case .codes, .rows, .passes: true
    case .frames(let partial): allFrames || partial == 0
    }
  }

  /// - Parameter picture: of ``file``.
  func finish(_ picture: VipsPicture, _ interruption: Interruption) throws(PixelFailure) -> VipsPicture {
    switch extent {
    case .whole, .frames: return picture
    case .codes:
      let pixels = try picture.withRoomForGaps().computed(interruption)
      guard pixels.clearGreyEnd() else { throw .undecodable }
      return pixels
    case .rows(let count):
      guard count < picture.height else { return picture }
      let rows = try picture.cropped(to: PixelRect(x: 0, y: 0, width: picture.width, height: count)).withRoomForGaps()
      let nothing = Array(repeating: 0.0, count: rows.bands)
      return try VipsPicture(
        cvips_embed(
          rows.pointer, 0, 0, Int32(picture.width), Int32(picture.height), nothing, Int32(nothing.count)))
    case .passes(let passes, let rows):
      let pixels = try picture.withRoomForGaps().computed(interruption)
      pixels.spread(passes, rows: rows)
      return pixels
    }
  }
}

extension VipsPicture {
  /// With alpha, in the same format; ink as it is.
  fileprivate func withRoomForGaps() throws(PixelFailure) -> VipsPicture {
    guard interpretation != VIPS_INTERPRETATION_CMYK, !hasAlpha else { return self }
    let joined = try VipsPicture(cvips_add_alpha(pointer))
    return joined.format == format ? joined : try VipsPicture(cvips_cast(joined.pointer, format))
  }

  private var bytesPerPixel: Int {
    bands * Int(vips_format_sizeof(format))
  }

  /// Calls `body` with the pixels of a picture that was computed for this alone, which it may change.
  private func withPixels(_ body: (UnsafeMutableRawBufferPointer) -> Void) {
    guard let data = vips_image_get_data(pointer) else { return }
    body(
      UnsafeMutableRawBufferPointer(
        start: UnsafeMutableRawPointer(mutating: data), count: width * height * bytesPerPixel))
  }

  /// Clears what a JPEG decoder makes of missing codes: all coefficients 0, which is middle grey, to the end of the picture. Returns
  /// whether anything else is there.
  fileprivate func clearGreyEnd() -> Bool {
    let (size, width, height) = (bytesPerPixel, width, height)
    // Ink may have been inverted.
    let isInk = interpretation == VIPS_INTERPRETATION_CMYK
    let grey: ClosedRange<UInt8> = isInk ? 127...128 : 128...128
    let channels = isInk ? bands : bands - 1
    var hasPixels = false
    withPixels { pixels in
      func isGrey(_ x: Int, _ y: Int) -> Bool {
        let start = (y * width + x) * size
        return (start..<start + channels).allSatisfy { grey.contains(pixels[$0]) }
      }
      func clear(_ columns: Range<Int>, _ y: Int) {
        for index in (y * width + columns.lowerBound) * size..<(y * width + columns.upperBound) * size {
          pixels[index] = 0
        }
      }
      var rows = height
      while rows > 0, (0..<width).allSatisfy({ isGrey($0, rows - 1) }) { rows -= 1 }
      guard rows > 0 else { return }
      hasPixels = true
      for y in rows..<height { clear(0..<width, y) }
      guard rows < height || isGrey(width - 1, height - 1) else { return }
      // What is missing of the last row of blocks, whose height is 8 or 16 px times the scale.
      var columns = width
      while columns > 0, isGrey(columns - 1, rows - 1) { columns -= 1 }
      guard columns < width else { return }
      for y in stride(from: rows - 1, through: max(rows - 32, 0), by: -1) {
        guard (columns..<width).allSatisfy({ isGrey($0, y) }) else { break }
        clear(columns..<width, y)
      }
    }
    return hasPixels
  }

  /// Gives each pixel that no pass has brought the colour of the one before it, left and above, that the passes so far have: as browsers
  /// show an interlaced picture while it loads. Clears what even the first pass lacks.
  fileprivate func spread(_ passes: [PNGPass], rows: [Int]) {
    let (size, width, height) = (bytesPerPixel, width, height)
    // How far the pixels are from each other, after so many passes (PNG 3, section 8).
    let grids = [(8, 8), (4, 8), (4, 4), (2, 4), (2, 2), (1, 2), (1, 1)]
    guard let partial = passes.indices.first(where: { passes[$0].rowBytes > 0 && rows[$0] < passes[$0].height }),
      passes.count == grids.count
    else { return }
    withPixels { pixels in
      // From below, because pixels come from rows above, which must not have been touched.
      for y in stride(from: height - 1, through: 0, by: -1) {
        let pass = passes[partial]
        var level = partial
        let top = y - y % grids[partial].1
        let isNew = top % pass.stepY == pass.y
        if !isNew || top / pass.stepY < rows[partial] { level += 1 }
        guard level > 0 else {
          for index in y * width * size..<(y + 1) * width * size { pixels[index] = 0 }
          continue
        }
        let (across, down) = grids[level - 1]
        let row = y - y % down
        for x in stride(from: width - 1, through: 0, by: -1) where x % across != 0 || row != y {
          let (from, to) = ((row * width + x - x % across) * size, (y * width + x) * size)
          for index in 0..<size { pixels[to + index] = pixels[from + index] }
        }
      }
    }
  }
}
