import CVips
import EdgeHandler
import NIOCore

enum Inspection {
  static func result(
    of request: InspectRequest, _ original: ByteBuffer, _ context: PixelContext
  ) -> InspectResult {
    original.withUnsafeReadableBytes { bytes in
      guard let picture = EncodedPicture(bytes, context) else { return .unsupported }
      do throws(PixelFailure) {
        var header = try picture.header()
        if let frames = request.content {
          header.content = try content(of: picture, header, allFrames: frames == .all, context)
        }
        return .image(header)
      } catch {
        switch error {
        case .interrupted: return .overloaded
        case .unread(let feature): return .unread(feature)
        case .undecodable, .engine: return .undecodable
        }
      }
    }
  }

  /// How far a colour may be from that of the border: JPEG makes it uneven.
  private static let threshold = 10.0

  /// The box outside of which every frame is like the top left pixel of the first; `nil` where nothing is inside, or more than may be looked at.
  private static func content(
    of picture: EncodedPicture, _ header: ImageHeader, allFrames: Bool, _ context: PixelContext
  ) throws(PixelFailure) -> PixelRect? {
    let stored = PixelSize(width: header.width, height: header.height)
    let count = allFrames ? header.frames : 1
    guard context.limits.permit(header, frames: count),
      header.format != .svg || max(header.width, header.height) <= RasterSize.longestSide
    else { return nil }
    let geometry = Geometry(stored: stored, orientation: Orientation(exif: header.orientation))
    var frames: AnimationFrames? = count > 1 ? try picture.animation() : nil
    var border: [Double] = []
    var content: PixelRect?
    for index in 0..<count {
      guard let frame = frames == nil ? try picture.open() : try frames?.next(after: index) else { break }
      let upright = try frame.applying(geometry, stored: stored, context.interruption)
      // What is transparent is alike whatever its colour, hence premultiplied.
      let picture =
        upright.hasAlpha ? try VipsPicture(cvips_premultiply(upright.pointer)).asBytes() : upright
      let pixels = try decoded(picture, context.interruption)
      if border.isEmpty {
        border = try pixels.cropped(to: PixelRect(x: 0, y: 0, width: 1, height: 1)).pixels().map(Double.init)
      }
      guard let box = try box(in: pixels, differingFrom: border) else { continue }
      content = content?.union(box) ?? box
    }
    return content
  }

  private static func decoded(
    _ picture: VipsPicture, _ interruption: Interruption
  ) throws(PixelFailure) -> VipsPicture {
    do throws(PixelFailure) {
      return try picture.computed(interruption)
    } catch {
      throw error == .interrupted ? error : .undecodable
    }
  }

  private static func box(in picture: VipsPicture, differingFrom color: [Double]) throws(PixelFailure) -> PixelRect? {
    guard color.count == 4 else { return try boxOfOpaque(picture, color) }
    // Alpha is looked at by itself because libvips would flatten it.
    let opaque = try VipsPicture(cvips_extract_bands(picture.pointer, 0, 3))
    let alpha = try VipsPicture(cvips_extract_bands(picture.pointer, 3, 1))
    switch (try boxOfOpaque(opaque, Array(color.prefix(3))), try boxOfOpaque(alpha, [color[3]])) {
    case (let color?, let alpha?): return color.union(alpha)
    case (let color, let alpha): return color ?? alpha
    }
  }

  /// libvips looks at the median of so many px each way, and fails where there are fewer.
  private static let medianSide = 3

  private static func boxOfOpaque(_ picture: VipsPicture, _ color: [Double]) throws(PixelFailure) -> PixelRect? {
    let size = picture.size
    guard min(size.width, size.height) < medianSide else { return try boxOfLarge(picture, color) }
    let wider = try VipsPicture(
      cvips_embed_copying_edges(picture.pointer, 1, 1, Int32(size.width + 2), Int32(size.height + 2)))
    guard var box = try boxOfLarge(wider, color) else { return nil }
    box.x -= 1
    box.y -= 1
    return box.clipped(to: size)
  }

  private static func boxOfLarge(_ picture: VipsPicture, _ color: [Double]) throws(PixelFailure) -> PixelRect? {
    var box: [Int32] = [0, 0, 0, 0]
    guard cvips_find_trim(picture.pointer, color, Int32(color.count), threshold, &box) == 0 else {
      vips_error_clear()
      throw .engine
    }
    guard box[2] > 0, box[3] > 0 else { return nil }
    return PixelRect(x: Int(box[0]), y: Int(box[1]), width: Int(box[2]), height: Int(box[3]))
  }
}

extension PixelRect {
  fileprivate func union(_ other: PixelRect) -> PixelRect {
    let (left, top) = (min(x, other.x), min(y, other.y))
    return PixelRect(
      x: left, y: top, width: max(x + width, other.x + other.width) - left,
      height: max(y + height, other.y + other.height) - top)
  }
}
