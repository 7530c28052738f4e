/// A transform of one original, down to the pixel: made of the options and the original's header.
struct TransformPlan: Sendable, Equatable {
  var operations: [PixelOperation]
  var frames: Picture.Frames
  var encoding: Encoding
  private(set) var alternative: Encoding?
  var size: PixelSize
  /// From the original to an output of ``size``.
  var projection: Projection
  /// Drawn last, in this order.
  var marks: [PixelOperation] = []

  /// The format of an original that may be the output itself, as far as the plan and the header can tell: nothing is done to its pixels, and
  /// its own format is one that the request would get. The pixel engine knows the rest (``RenderPlan/OriginalUse``).
  private(set) var passing: OutputFormat?

  /// Everything that is done to a frame, in order.
  var allOperations: [PixelOperation] { operations + marks }

  init(_ options: TransformOptions, header: ImageHeader, limits: Limits) throws(Problem) {
    let format = options.outputFormat(for: header)
    guard format != .svg else {
      guard header.format == .svg else {
        throw Problem(
          .invalidParameter, "format is svg, which an original that is an SVG can be passed on as; this is none.",
          parameter: "format")
      }
      (operations, frames, encoding) = ([], .first, Encoding(format: .svg))
      size = header.orientedSize
      projection = Projection(size, after: [])
      return
    }
    let isAnimated = options.plays(header) && format.holdsAnimation
    frames = isAnimated ? .all : .first
    encoding = options.encoding(format)
    if case .negotiated(let accepted) = options.format {
      alternative = accepted.alternative(to: format).map { options.encoding($0) }
    }

    var operations: [PixelOperation] = []
    var size = header.orientedSize
    var fractionalSize = header.fractionalSize
    if let trim = options.trim, let rect = options.part(of: size, trim, content: header.content) {
      guard rect.width >= 1, rect.height >= 1 else {
        throw Problem(
          .invalidParameter, "trim leaves nothing of an original of \(size.width) × \(size.height) px.",
          parameter: "trim")
      }
      operations.append(.crop(rect))
      size = PixelSize(width: rect.width, height: rect.height)
      // A part is as large as its pixels.
      fractionalSize = nil
    }
    if options.flipsHorizontally || options.flipsVertically {
      operations.append(.flip(horizontal: options.flipsHorizontally, vertical: options.flipsVertically))
    }
    if options.quarterTurns != 0 {
      operations.append(.rotate(quarterTurns: options.quarterTurns))
      if options.quarterTurns % 2 == 1 {
        size = PixelSize(width: size.height, height: size.width)
        fractionalSize = fractionalSize.map { FractionalSize(width: $0.height, height: $0.width) }
      }
    }
    let background = options.background
    let framing = Framing(
      original: size, fractionalSize: fractionalSize, width: options.width, height: options.height, fit: options.fit,
      gravity: options.gravity,
      background: background ?? .transparent)
    var fitting = framing.operations
    size = framing.size
    if let background {
      // An opaque original is flattened as well: where it ends early it is transparent.
      // Before the canvas is extended: what lies around already has the colour, and would get it twice.
      let extends = fitting.firstIndex { if case .extend = $0 { true } else { false } }
      fitting.insert(.flatten(background), at: extends ?? fitting.endIndex)
    }
    operations += fitting
    operations += options.adjustments
    let border = options.border
    if border.contains(where: { $0 > 0 }) {
      size = PixelSize(width: size.width + border[1] + border[3], height: size.height + border[0] + border[2])
      operations.append(
        .extend(width: size.width, height: size.height, x: border[3], y: border[0], options.borderColor))
    }
    if let background { encoding.ground = background.opaque }
    try Self.check(size, frames: isAnimated ? header.frames : 1, limits: limits)
    self.operations = operations
    self.size = size
    projection = Projection(header.orientedSize, after: operations)
    let isWhole = isAnimated || header.frames <= 1
    // A background shows nowhere under an opaque original that is complete; one that is not never passes.
    let isUntouched = allOperations.allSatisfy { if case .flatten = $0 { !header.hasAlpha } else { false } }
    if isUntouched, isWhole, header.orientation == 1, let own = header.format.output, options.accepts(own) {
      passing = own
    }
  }

  static func check(_ size: PixelSize, frames: Int, limits: Limits) throws(Problem) {
    guard max(size.width, size.height) <= limits.maximumOutputSide else {
      throw Problem(
        .tooManyPixels,
        "The output would have \(size.width) × \(size.height) px; a side of \(limits.maximumOutputSide) px is allowed.")
    }
    guard Rounding.area(size, frames: frames) <= Int64(limits.maximumOutputPixels) else {
      throw Problem(
        .tooManyPixels, "The output would have more than \(limits.maximumOutputPixels) pixels in all its frames.")
    }
  }
}

extension TransformOptions {
  /// `false` where frames after the first are not shown, whatever the original is.
  var mayPlay: Bool {
    if case .named(let format) = format { isAnimated && format.holdsAnimation } else { isAnimated }
  }

  /// Whether more than the first frame is wanted.
  func plays(_ header: ImageHeader) -> Bool {
    isAnimated && header.frames > 1
  }

  /// Whether an output of this original can be transparent anywhere.
  func hasAlpha(_ header: ImageHeader) -> Bool {
    if let background, !background.isOpaque, fit == .pad { return true }
    if border.contains(where: { $0 > 0 }), !borderColor.isOpaque { return true }
    return header.hasAlpha && background?.isOpaque != true
  }

  func outputFormat(for header: ImageHeader) -> OutputFormat {
    switch format {
    case .named(let format): return format
    case .lossless:
      switch header.format {
      case .webp: return .webp
      case .gif: return .gif
      // Encoders of AVIF (libheif with libaom) change pixels even where they are told to lose nothing.
      case .jpeg, .png, .avif, .heic, .tiff, .bmp, .ico, .svg: return .png
      }
    case .negotiated(let accepted):
      if plays(header) { return accepted.webp ? .webp : .gif }
      if accepted.avif { return .avif }
      if accepted.webp { return .webp }
      return header.hasAlpha || hasAlpha(header) ? .png : .jpeg
    case .original:
      switch header.format {
      case .jpeg: return .jpeg
      case .png, .svg: return .png
      case .webp: return .webp
      case .gif: return .gif
      case .avif: return .avif
      // No browser but one shows these.
      case .heic, .tiff, .bmp, .ico: return header.hasAlpha || hasAlpha(header) ? .png : .jpeg
      }
    }
  }

  /// Whether an output may be in the format that its original has.
  fileprivate func accepts(_ own: OutputFormat) -> Bool {
    switch format {
    case .named(let format): format == own
    // A reader of the pixels as they are would not be told of what the original's encoder has lost.
    case .lossless: false
    case .original: true
    case .negotiated(let accepted):
      switch own {
      case .avif: accepted.avif
      case .webp: accepted.webp
      case .jpeg, .png, .gif, .svg: true
      }
    }
  }

  fileprivate func encoding(_ format: OutputFormat) -> Encoding {
    let palette = format == .png && self.format == .named(.png) && quality != nil
    return Encoding(
      format: format, quality: Quality.setting(for: quality ?? Self.defaultQuality, in: format),
      lossless: self.format == .lossless, palette: palette,
      metadata: format == .jpeg && metadata == .none && keepsCopyrightOfJPEG ? .copyright : metadata)
  }

  /// What `trim` leaves; `nil` where it leaves everything.
  fileprivate func part(of size: PixelSize, _ trim: Trim, content: PixelRect?) -> PixelRect? {
    switch trim {
    case .border: return content
    case .edges(let insets):
      let top = pixels(insets.top, of: size.height)
      let left = pixels(insets.left, of: size.width)
      // A part that would reach beyond the original ends with it.
      let right = max(0, insets.keepsWidth ? size.width - left - across(insets, size) : across(insets, size))
      let bottom = max(0, insets.keepsHeight ? size.height - top - down(insets, size) : down(insets, size))
      guard max(top, bottom, left, right) > 0 else { return nil }
      return PixelRect(x: left, y: top, width: size.width - left - right, height: size.height - top - bottom)
    }
  }

  private func across(_ insets: Insets, _ size: PixelSize) -> Int { pixels(insets.right, of: size.width) }
  private func down(_ insets: Insets, _ size: PixelSize) -> Int { pixels(insets.bottom, of: size.height) }

  private func pixels(_ length: Insets.Length, of side: Int) -> Int {
    switch length {
    case .pixels(let count): Rounding.product(count, dpr)
    case .fraction(let fraction): Rounding.product(side, fraction)
    }
  }

  fileprivate var adjustments: [PixelOperation] {
    var operations: [PixelOperation] = []
    if blur > .zero { operations.append(.blur(radius: blur)) }
    if sharpen > .zero { operations.append(.sharpen(sigma: sharpen)) }
    if brightness != .one { operations.append(.brightness(brightness)) }
    if contrast != .one { operations.append(.contrast(contrast)) }
    if saturation != .one { operations.append(.saturation(saturation)) }
    if gamma != .one { operations.append(.gamma(exponent: gamma)) }
    return operations
  }
}

extension ImageHeader.Format {
  /// As outputs are written in it; `nil` where none are.
  fileprivate var output: OutputFormat? {
    switch self {
    case .jpeg: .jpeg
    case .png: .png
    case .webp: .webp
    case .gif: .gif
    case .avif: .avif
    case .heic, .tiff, .bmp, .ico, .svg: nil
    }
  }
}

extension OutputFormat {
  var holdsAnimation: Bool {
    self == .webp || self == .gif
  }
}

extension Color {
  /// On white.
  var opaque: Color {
    func over(_ channel: UInt8) -> UInt8 {
      let alpha = UInt32(alpha)
      return UInt8(truncatingIfNeeded: (UInt32(channel) * alpha + 255 * (255 - alpha) + 127) / 255)
    }
    return Color(red: over(red), green: over(green), blue: over(blue))
  }
}
