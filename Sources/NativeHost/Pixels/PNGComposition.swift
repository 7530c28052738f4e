import CVips
import EdgeHandler

/// Draws the frames of an animated PNG, each over what the ones before left on the canvas (PNG 3, section 11.3.6.2).
struct PNGComposition {
  let animation: PNGAnimation
  private let context: PixelContext
  /// Has what is known of the picture beside its pixels.
  private let still: VipsPicture
  /// What the next frame is drawn on.
  private var canvas: VipsPicture
  private var index = 0

  /// - Parameter still: the default image, of which no pixel is looked at.
  init(_ animation: PNGAnimation, still: VipsPicture, _ context: PixelContext) throws(PixelFailure) {
    self.animation = animation
    self.still = still
    self.context = context
    let size = animation.canvas
    canvas = try VipsPicture.uniform(width: size.width, height: size.height, .transparent)
  }

  /// The canvas with the next frame on it, 8-bit sRGB, with alpha unless no frame has any; `nil` behind the last.
  mutating func next() throws(PixelFailure) -> VipsPicture? {
    guard index < animation.frames.count else { return nil }
    let frame = animation.frames[index]
    let corner = PixelPoint(x: frame.area.x, y: frame.area.y)
    let picture = try picture(ofFrame: index)
    let before = canvas
    let shown = try
      (frame.blending == .over ? before.placing(picture, at: corner) : before.replacing(picture, at: corner))
      .computed(context.interruption)
    switch frame.disposal {
    case .none: canvas = shown
    case .background:
      let hole = try VipsPicture.uniform(width: frame.area.width, height: frame.area.height, .transparent)
      canvas = try shown.replacing(hole, at: corner)
    case .previous: canvas = before
    }
    index += 1
    let visible = animation.isOpaque ? try VipsPicture(cvips_extract_bands(shown.pointer, 0, 3)) : shown
    return index == 1 ? try visible.withMetadata(of: still) : visible
  }

  /// The pixels of one frame, in the frame's own size and the colours of an output.
  private func picture(ofFrame index: Int) throws(PixelFailure) -> VipsPicture {
    let area = animation.frames[index].area
    let size = PixelSize(width: area.width, height: area.height)
    let file = animation.file(ofFrame: index)
    return try file.withUnsafeBytes { bytes in
      Result { () throws(PixelFailure) in
        guard let picture = EncodedPicture(bytes, context.forAnother) else { throw .undecodable }
        do throws(PixelFailure) {
          let colored = try picture.open().applying(Geometry(stored: size), stored: size, context.interruption)
          let uniform = try VipsPicture(cvips_to_srgb(colored.pointer)).withAlpha().withoutMetadata()
          return try uniform.computed(context.interruption)
        } catch {
          throw error == .interrupted ? error : .undecodable
        }
      }
    }.get()
  }
}

extension VipsPicture {
  /// With another picture in place of a part of it that lies wholly inside.
  fileprivate func replacing(_ picture: VipsPicture, at point: PixelPoint) throws(PixelFailure) -> VipsPicture {
    picture.size == size
      ? picture : try VipsPicture(cvips_insert(pointer, picture.pointer, Int32(point.x), Int32(point.y)))
  }
}
