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
        let isSmallEnough = Int64(header.width) * Int64(header.height) <= Int64(context.limits.maximumPixels)
        if request.findsContent, isSmallEnough {
          header.content = try content(of: picture, header, context.interruption)
        }
        return .image(header)
      } catch {
        return error == .interrupted ? .overloaded : .undecodable
      }
    }
  }

  /// How far a colour may be from that of the border: JPEG makes it uneven.
  private static let threshold = 10.0

  /// The box outside of which everything is like the top left pixel; `nil` where nothing is inside.
  private static func content(
    of picture: EncodedPicture, _ header: ImageHeader, _ interruption: Interruption
  ) throws(PixelFailure) -> PixelRect? {
    let stored = PixelSize(width: header.width, height: header.height)
    let geometry = Geometry(stored: stored, orientation: Orientation(exif: header.orientation))
    let upright = try picture.open().applying(geometry, stored: stored, interruption)
    guard upright.hasAlpha else { return try box(in: try decoded(upright, interruption)) }
    // What is transparent is alike whatever its colour, hence premultiplied; alpha is looked at by itself because libvips
    // would flatten it.
    let premultiplied = try decoded(VipsPicture(cvips_premultiply(upright.pointer)).asBytes(), interruption)
    let color = try VipsPicture(cvips_extract_bands(premultiplied.pointer, 0, 3))
    let alpha = try VipsPicture(cvips_extract_bands(premultiplied.pointer, 3, 1))
    switch (try box(in: color), try box(in: alpha)) {
    case (let color?, let alpha?): return color.union(alpha)
    case (let color, let alpha): return color ?? alpha
    }
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

  /// libvips looks at the median of so many px each way, and fails where there are fewer.
  private static let medianSide = 3

  private static func box(in picture: VipsPicture) throws(PixelFailure) -> PixelRect? {
    let size = picture.size
    guard min(size.width, size.height) < medianSide else { return try boxOfLarge(picture) }
    let wider = try VipsPicture(
      cvips_embed_copying_edges(picture.pointer, 1, 1, Int32(size.width + 2), Int32(size.height + 2)))
    guard var box = try boxOfLarge(wider) else { return nil }
    box.x -= 1
    box.y -= 1
    return box.clipped(to: size)
  }

  private static func boxOfLarge(_ picture: VipsPicture) throws(PixelFailure) -> PixelRect? {
    let pixel = try picture.cropped(to: PixelRect(x: 0, y: 0, width: 1, height: 1)).pixels()
    let background = pixel.map(Double.init)
    var box: [Int32] = [0, 0, 0, 0]
    guard cvips_find_trim(picture.pointer, background, Int32(background.count), threshold, &box) == 0 else {
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
