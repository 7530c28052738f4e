/// The effective options of a transform: defaults filled in, synonyms resolved, what has no effect left out. Two URLs that
/// must give the same bytes give equal options.
struct TransformOptions: Sendable, Equatable {
  enum Fit: Sendable, Equatable {
    case contain, cover, crop, aspectCrop, pad, scaleDown, squeeze

    init(_ keyword: String) {
      switch keyword {
      case "cover": self = .cover
      case "crop": self = .crop
      case "aspect-crop": self = .aspectCrop
      case "pad": self = .pad
      case "scale-down": self = .scaleDown
      case "squeeze": self = .squeeze
      default: self = .contain
      }
    }

    var keyword: String {
      switch self {
      case .contain: "contain"
      case .cover: "cover"
      case .crop: "crop"
      case .aspectCrop: "aspect-crop"
      case .pad: "pad"
      case .scaleDown: "scale-down"
      case .squeeze: "squeeze"
      }
    }

    /// Whether an original that is smaller than the box stays as small.
    var neverEnlarges: Bool {
      self == .scaleDown || self == .crop || self == .aspectCrop
    }
  }

  /// Whose defaults hold.
  enum Spelling: Sendable {
    case own
    /// Those of https://developers.cloudflare.com/images/transform-images/transform-via-url/, as far as ``CloudflarePath`` cannot write
    /// them as parameters, because they depend on the format of the output.
    case cloudflare

    fileprivate var quality: Int { self == .own ? TransformOptions.defaultQuality : 85 }
  }

  enum Format: Sendable, Equatable {
    case negotiated(AcceptedFormats)
    case named(OutputFormat)
    case lossless
    /// The original's own, where outputs are written in it.
    case original

    var keyword: String {
      switch self {
      case .negotiated(let accepted):
        accepted.avif ? (accepted.webp ? "auto:avif,webp" : "auto:avif") : (accepted.webp ? "auto:webp" : "auto")
      case .named(let format): format.mediaType
      case .lossless: "nocompress"
      case .original: "original"
      }
    }
  }

  /// In px of the output, after `dpr`.
  var width: Int?
  var height: Int?
  var fit: Fit
  var gravity: Gravity
  var background: Color?
  /// `nil`: not given.
  var quality: Int?
  var format: Format
  var blur: FixedPoint
  var sharpen: FixedPoint
  var brightness: FixedPoint
  var contrast: FixedPoint
  var saturation: FixedPoint
  var gamma: FixedPoint
  var quarterTurns: Int
  var flipsHorizontally: Bool
  var flipsVertically: Bool
  var trim: Trim?
  /// Multiplies ``trim`` in px; 1 where it has none.
  var dpr: FixedPoint
  /// Top, right, bottom, left in px of the output, after `dpr`.
  var border: [Int]
  var borderColor: Color
  var isAnimated: Bool
  var metadata: Encoding.Metadata
  /// Whether a JPEG keeps its copyright although ``metadata`` is none.
  var keepsCopyrightOfJPEG: Bool
  var redirectsOnError: Bool
  /// What enters the key. Everything above is made of the same parameters and changes only together with it.
  private(set) var effective: EffectiveParameters

  static let defaultQuality = 80
}

extension TransformOptions {
  init(
    _ set: ParameterSet, spelling: Spelling = .own, accepted: AcceptedFormats, limits: Limits
  ) throws(Problem) {
    let size = set.integer(.size)
    dpr = set.decimal(.dpr) ?? .one
    width = try Self.side(set.integer(.w) ?? size, times: dpr, limits: limits)
    height = try Self.side(set.integer(.h) ?? size, times: dpr, limits: limits)

    let hasBox = width != nil && height != nil
    let named = Fit(set.keyword(.fit) ?? "contain")
    // With one side or none there is no box to fill: what is left of a fit is whether it enlarges.
    let hasSide = width != nil || height != nil
    fit = hasBox ? named : hasSide && named.neverEnlarges ? .scaleDown : .contain

    var gravity = set.gravity ?? .center
    if case .interest = gravity, fit == .pad { gravity = .center }
    switch fit {
    case .cover, .crop, .aspectCrop, .pad: self.gravity = gravity
    case .contain, .scaleDown, .squeeze: self.gravity = .center
    }
    background = set.color(.background) ?? (fit == .pad ? .white : nil)

    quality = set.integer(.quality)
    switch set.keyword(.format) {
    case nil where spelling == .cloudflare: format = .original
    case nil, "auto": format = .negotiated(accepted)
    case "avif": format = .named(.avif)
    case "webp": format = .named(.webp)
    case "png": format = .named(.png)
    case "gif": format = .named(.gif)
    case "svg": format = .named(.svg)
    case "nocompress": format = .lossless
    default: format = .named(.jpeg)
    }
    switch format {
    case .lossless, .named(.gif), .named(.svg): quality = nil
    case .named(.png): break
    case .named, .negotiated, .original:
      let effective = quality ?? spelling.quality
      quality = effective == Self.defaultQuality ? nil : effective
    }

    blur = set.decimal(.blur) ?? .zero
    sharpen = set.decimal(.sharpen) ?? .zero
    brightness = set.decimal(.brightness) ?? .one
    contrast = set.decimal(.contrast) ?? .one
    saturation = set.decimal(.saturation) ?? .one
    gamma = set.decimal(.gamma) ?? .one
    switch set.keyword(.rotate) {
    case "90": quarterTurns = 1
    case "180": quarterTurns = 2
    case "270": quarterTurns = 3
    default: quarterTurns = 0
    }
    let flip = set.keyword(.flip)
    flipsHorizontally = flip == "h" || flip == "hv"
    flipsVertically = flip == "v" || flip == "hv"
    trim = set.trim.flatMap { $0.isNothing ? nil : $0 }
    border = Self.border(set.border, times: dpr)
    let hasBorder = border.contains { $0 > 0 }
    borderColor = hasBorder ? set.color(.borderColor) ?? .black : .transparent
    isAnimated = set.keyword(.anim) != "false"
    switch set.keyword(.metadata) {
    case "copyright": metadata = .copyright
    case "keep": metadata = .keep
    default: metadata = .none
    }
    switch format {
    case .named(.jpeg), .negotiated, .original:
      keepsCopyrightOfJPEG = spelling == .cloudflare && set.keyword(.metadata) == nil
    case .named, .lossless: keepsCopyrightOfJPEG = false
    }
    redirectsOnError = set.keyword(.onerror) != nil
    if trim?.hasPixels != true { dpr = .one }
    effective = EffectiveParameters(ofOutput: set, ParameterTable.transform)
    if format == .named(.svg) { keepDrawing() }
    resolve()
  }

  /// Nothing that is done to pixels has an effect on a drawing that is passed on.
  private mutating func keepDrawing() {
    (width, height, dpr) = (nil, nil, .one)
    (fit, gravity, background, quality) = (.contain, .center, nil, nil)
    (blur, sharpen) = (.zero, .zero)
    (brightness, contrast, saturation, gamma) = (.one, .one, .one, .one)
    (quarterTurns, flipsHorizontally, flipsVertically) = (0, false, false)
    (trim, border, borderColor) = (nil, [0, 0, 0, 0], .transparent)
    (isAnimated, metadata, keepsCopyrightOfJPEG) = (true, .none, false)
    for row in ParameterTable.transform where row.actsOnPixels { effective[row.name] = nil }
  }

  /// EXIF, XMP and Photoshop's blocks may hold previews, which show the original without a mark.
  mutating func dropPreviews() {
    guard metadata == .keep else { return }
    metadata = .copyright
    resolve()
  }

  /// Writes to ``effective`` what rules have made of the parameters that depend on others.
  private mutating func resolve() {
    effective[.w] = width.map { "\($0)" }
    effective[.h] = height.map { "\($0)" }
    effective[.size] = nil
    effective[.dpr] = dpr == .one ? nil : dpr.description
    effective[.fit] = fit == .contain ? nil : fit.keyword
    effective[.gravity] = gravity == .center ? nil : gravity.canonical
    effective[.background] = background?.canonical
    effective[.quality] = quality.map { "\($0)" }
    effective[.format] = format.keyword
    effective[.trim] = trim?.canonical
    let hasBorder = border.contains { $0 > 0 }
    effective[.border] = hasBorder ? ListText.join(border.map { "\($0)" }, separator: ";") : nil
    effective[.borderColor] = hasBorder ? borderColor.canonical : nil
    switch metadata {
    case .none where keepsCopyrightOfJPEG:
      effective[.metadata] = format == .named(.jpeg) ? "copyright" : "copyright-in-jpeg"
    case .none: effective[.metadata] = nil
    case .copyright: effective[.metadata] = "copyright"
    case .keep: effective[.metadata] = "keep"
    }
    // Says what is answered where there is no output.
    effective[.onerror] = nil
  }

  static func side(_ value: Int?, times dpr: FixedPoint, limits: Limits) throws(Problem) -> Int? {
    guard let value else { return nil }
    let scaled = Rounding.product(value, dpr)
    guard scaled <= limits.maximumOutputSide else {
      throw Problem(
        .invalidParameter,
        "dpr is \(dpr): it makes a side of \(scaled) px, and \(limits.maximumOutputSide) px are allowed.",
        parameter: "dpr")
    }
    return max(1, scaled)
  }

  static func border(_ insets: Insets?, times dpr: FixedPoint) -> [Int] {
    guard let insets else { return [0, 0, 0, 0] }
    return [insets.top, insets.right, insets.bottom, insets.left].map { length in
      guard case .pixels(let count) = length else { return 0 }
      return Rounding.product(count, dpr)
    }
  }
}
