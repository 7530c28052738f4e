import CVips
import EdgeHandler

/// An original's bytes, which stay where they are as long as this and everything made of it.
struct EncodedPicture {
  let bytes: UnsafeRawBufferPointer
  let format: ImageHeader.Format
  /// What libraries are given of them.
  private let readable: UnsafeRawBufferPointer
  private let structure: Result<Structure, PixelFailure>
  private let limits: PixelEngine.Limits
  let isolated: SVGRenderer
  private let interruption: Interruption
  private let context: PixelContext

  /// `nil` for what is no image.
  init?(_ bytes: UnsafeRawBufferPointer, _ context: PixelContext) {
    guard let format = Sniffing.format(of: bytes) else { return nil }
    self.bytes = bytes
    self.format = format
    (structure, readable) = context.structures.structure(of: bytes, format, context.limits)
    limits = context.limits
    isolated = context.renderer(of: format == .svg ? bytes : readable)
    interruption = context.interruption
    self.context = context
  }

  /// How the pixels of a scaled-down picture may be made.
  enum Quality {
    /// The decoder leaves at least a factor of two to the resize: no loss can be seen or measured.
    case high
    /// The decoder goes as near to the size wanted as it can: for outputs whose encoder costs far more than this does.
    case fast

    fileprivate var margin: Double { self == .high ? 2 : 1 }
  }

  /// Pixels are decoded when they are asked for, in order from the top. Those that are missing are transparent, or without ink.
  func open(allFrames: Bool = false) throws(PixelFailure) -> VipsPicture {
    try open(allFrames: allFrames, shrink: 1)
  }

  /// A still of its whole, at the smallest scale the decoder can do and the reduction and quality allow.
  func open(reduction: Double, _ quality: Quality) throws(PixelFailure) -> VipsPicture {
    let possible = reduction / quality.margin
    switch format {
    case .jpeg: return try open(allFrames: false, shrink: possible >= 8 ? 8 : possible >= 4 ? 4 : possible >= 2 ? 2 : 1)
    // It averages areas, to any size: as good as a resize where there are many pixels to average, and not below.
    case .webp: return try open(allFrames: false, shrink: possible >= 2 ? possible : 1)
    case .avif, .heic:
      let whole = try open()
      return try thumbnail(of: whole, reducedAtMost: possible) ?? whole
    case .png, .gif, .tiff, .bmp, .ico, .svg: return try open()
    }
  }

  /// The small picture that cameras put beside a large one, where there is one that is a smaller scale of the same in every way.
  private func thumbnail(
    of whole: VipsPicture, reducedAtMost possible: Double
  ) throws(PixelFailure) -> VipsPicture? {
    guard possible >= 2, let structure = try? structure.get(), structure.color == nil, !structure.isPremultiplied,
      structure.narrowBands == Structure.NarrowBands(),
      let small = try? VipsPicture(cvips_load_heif(readable.baseAddress, readable.count, 1))
    else {
      return nil
    }
    let (x, y) = (Double(whole.width) / Double(small.width), Double(whole.height) / Double(small.height))
    // Encoders may round to even sides.
    guard max(x, y) <= possible, max(x, y) >= 2, abs(x / y - 1) < 0.01, small.bands == whole.bands,
      small.format == whole.format, small.has(VIPS_META_ICC_NAME) == whole.has(VIPS_META_ICC_NAME)
    else { return nil }
    do throws(PixelFailure) {
      return try small.computed(interruption)
    } catch {
      // A damaged one says nothing of the whole.
      guard error == .interrupted else { return nil }
      throw error
    }
  }

  private func open(allFrames: Bool, shrink: Double) throws(PixelFailure) -> VipsPicture {
    if format == .svg { return try isolated.picture(try isolated.naturalSize().rounded) }
    let structure = try structure.get()
    if format == .bmp || (format == .ico && !ICOStructure.isPNG(readable)) { return try bitmap(structure) }
    guard let cut = structure.cut else { return try load(readable, allFrames: allFrames, shrink: shrink) }
    let structures = context.structures
    let repair = try structures.repair(of: bytes) { () throws(PixelFailure) in
      try Repair(cut, readable, structures, interruption)
    }
    let picture = try load(repair.file, allFrames: allFrames, shrink: shrink)
    if repair.lacksPixels(allFrames: allFrames) { structures.noteDamage(of: bytes) }
    return try repair.finish(picture, interruption)
  }

  /// Reads the header alone.
  private func load(
    _ readable: UnsafeRawBufferPointer, allFrames: Bool, shrink: Double
  ) throws(PixelFailure) -> VipsPicture {
    let structure = try structure.get()
    let firstPlace = structure.places?.first ?? 0
    let (start, count) = (readable.baseAddress, readable.count)
    let frames: Int32 = allFrames ? -1 : 1
    let pointer: UnsafeMutablePointer<VipsImage>? =
      switch format {
      // Without an end marker one is missing to libjpeg, but the header can be read, and what is decoded has one.
      case .jpeg: cvips_load_jpeg(start, count, Int32(shrink))
      case .png: cvips_load_png(start, count)
      case .webp: cvips_load_webp(start, count, frames, 1 / shrink)
      case .gif: cvips_load_gif(start, count, allFrames ? 0 : Int32(firstPlace), frames)
      case .avif, .heic: cvips_load_heif(start, count, 0)
      case .tiff:
        if let samples = structure.tiff, !samples.isReadByLibvips {
          cvips_load_tiff_as_rgb(
            start, count, Int32(clamping: samples.size.width), Int32(clamping: samples.size.height))
        } else {
          cvips_load_tiff(start, count)
        }
      case .ico: cvips_load_png(start, count)
      case .svg, .bmp: nil
      }
    let picture = try VipsPicture(pointer, or: .undecodable)
    if let color = structure.color { picture.colorSignal = color }
    return try picture.withPlainSamples(structure)
  }
}

extension EncodedPicture {
  func header() throws(PixelFailure) -> ImageHeader {
    if format == .svg {
      let natural = try isolated.naturalSize()
      let size = natural.rounded
      return ImageHeader(
        format: .svg, width: size.width, height: size.height, hasAlpha: true, fractionalSize: natural.fractional)
    }
    let structure = try structure.get()
    if format == .bmp || (format == .ico && !ICOStructure.isPNG(readable)) {
      let size = structure.decoded
      return ImageHeader(format: format, width: size.width, height: size.height, hasAlpha: structure.hasAlpha)
    }
    if structure.isLying {
      // How large it would be decides whether it is too large or just wrong.
      let size = structure.decoded
      guard size.area > limits.maximumPixels else { throw .undecodable }
      return ImageHeader(format: format, width: size.width, height: size.height)
    }
    // libheif refuses what is beyond its own bounds, and libtiff decodes some kinds before it tells of them.
    if format == .avif || format == .heic, structure.decoded.area > limits.maximumPixels {
      return ImageHeader(format: format, width: structure.decoded.width, height: structure.decoded.height)
    }
    if let samples = structure.tiff, !samples.isReadByLibvips {
      return ImageHeader(
        format: format, width: samples.size.width, height: samples.size.height, orientation: samples.orientation)
    }
    let size = try webPSize()
    // The smallest scale will do where the size is known.
    let picture = try load(
      readable, allFrames: false, shrink: size.map { Double(min($0.width, $0.height)) } ?? 1)
    let (width, height) = size.map { ($0.width, $0.height) } ?? (picture.width, picture.height)
    let counted = frames(in: picture)
    return ImageHeader(
      format: format, width: width, height: height, orientation: orientation(picture),
      frames: counted > limits.maximumFrames ? max(counted, structure.frames) : counted,
      hasAlpha: picture.hasAlpha || structure.uncovers)
  }

  private func frames(in picture: VipsPicture) -> Int {
    guard let structure = try? structure.get() else { return 1 }
    switch format {
    case .gif, .webp:
      let decoded = max(picture.integer("n-pages") ?? 1, 1)
      return structure.places.map { places in max(places.count { $0 < decoded }, 1) } ?? decoded
    case .png, .avif: return structure.frames
    default: return 1
    }
  }

  /// All frames of an animation; of a still, itself. They are at the smallest scale that the decoder can do and the reduction and quality
  /// allow.
  func animation(reduction: Double = 1, _ quality: Quality = .high) throws(PixelFailure) -> AnimationFrames {
    let structure = try structure.get()
    if format == .png, let animation = PNGAnimation(readable, most: structure.frames) {
      return AnimationFrames(try PNGComposition(animation, still: try open(), context))
    }
    // Where the tracks are damaged, the still may be whole.
    if format == .avif, structure.frames > 1, let sequence = AVIFSequence(bytes),
      let frames = try? AVIFFrames(bytes, sequence, color: structure.color, limits, interruption)
    {
      return AnimationFrames(frames)
    }
    let possible = reduction / quality.margin
    let isShrunk = format == .webp && possible >= 2 && !structure.hasPartialFrames
    let strip = try open(allFrames: true, shrink: isShrunk ? possible : 1)
    let height = strip.integer("page-height") ?? strip.height
    return AnimationFrames(
      strip, places: structure.places, of: PixelSize(width: strip.width, height: height), interruption)
  }

  /// `nil` for other formats, whose size libvips tells without taking memory for the pixels.
  private func webPSize() throws(PixelFailure) -> PixelSize? {
    guard format == .webp else { return nil }
    var (width, height): (Int32, Int32) = (0, 0)
    guard cvips_webp_size(readable.baseAddress, readable.count, &width, &height) == 0, width > 0, height > 0 else {
      throw .undecodable
    }
    return PixelSize(width: Int(width), height: Int(height))
  }

  /// libheif turns pictures itself; of the others the tag says how they are stored.
  func orientation(_ picture: VipsPicture) -> Int {
    guard format != .avif, format != .heic else { return 1 }
    let orientation = picture.integer("orientation") ?? 1
    return (1...8).contains(orientation) ? orientation : 1
  }
}
