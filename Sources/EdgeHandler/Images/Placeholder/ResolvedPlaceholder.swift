/// A small stand-in for a picture that may be made.
struct ResolvedPlaceholder: Sendable {
  indirect enum Content: Sendable {
    case blurHash(BlurHash)
    case color(Color)
    /// The BlurHash or colour of an original, taken from its shared `/info` result.
    case original(SourceReference, info: ResolvedOutput)
  }

  enum Kind: Sendable, Equatable {
    case blurHash, color

    var name: String {
      switch self {
      case .blurHash: "blurhash"
      case .color: "color"
      }
    }
  }

  var output: ResolvedOutput
  var kind: Kind
  var content: Content
  var box: PlaceholderBox
  /// The multiplier of the AC terms of a BlurHash.
  var punch: FixedPoint
  var format: PlaceholderFormat
  var quality: Int?
}

/// How large a placeholder is.
struct PlaceholderBox: Sendable, Equatable {
  /// After `dpr`.
  var width: Int?
  var height: Int?
  var covers: Bool
  var dpr: FixedPoint

  /// The longer side in px where the size follows from the original.
  private static let longestSide = 2048

  /// - Parameter shape: the original's size; `nil` where there is no original, and both sides are given.
  func size(_ shape: PixelSize?) -> PixelSize {
    let width = width.map { max(1, $0) }
    let height = height.map { max(1, $0) }
    guard let shape else { return PixelSize(width: width ?? 1, height: height ?? 1) }
    guard width == nil, height == nil else {
      return Self.framing(shape, width, height, covers ? .cover : .contain).size
    }
    let own = Self.framing(shape, Self.longestSide, Self.longestSide, .scaleDown).size
    return PixelSize(
      width: max(1, Rounding.product(own.width, dpr)), height: max(1, Rounding.product(own.height, dpr)))
  }

  static func framing(_ shape: PixelSize, _ width: Int?, _ height: Int?, _ fit: TransformOptions.Fit) -> Framing {
    Framing(original: shape, width: width, height: height, fit: fit, gravity: .center, background: .transparent)
  }
}

/// Negotiated by its own rule: there is no original whose nature would decide.
enum PlaceholderFormat: Sendable, Equatable {
  case negotiated(AcceptedFormats)
  case named(OutputFormat)

  var output: OutputFormat {
    switch self {
    case .named(let format): format
    case .negotiated(let accepted): accepted.avif ? .avif : accepted.webp ? .webp : .png
    }
  }

  /// What the output may be instead, where its pixels are better off so.
  var alternative: OutputFormat? {
    if case .negotiated(let accepted) = self { accepted.alternative(to: output) } else { nil }
  }

  fileprivate var keyword: String {
    output.mediaType + (alternative.map { "," + $0.mediaType } ?? "")
  }
}

extension EndpointDecider {
  mutating func placeholder(
    _ query: Query, _ kind: ResolvedPlaceholder.Kind, pathSource: String?
  ) throws(Problem) -> Decision {
    let table = kind == .blurHash ? ParameterTable.blurHashPlaceholder : ParameterTable.colorPlaceholder
    let set = try parameters(query, table)
    let given: ResolvedPlaceholder.Content? =
      kind == .blurHash ? set.blurHash.map { .blurHash($0) } : set.color(.color).map { .color($0) }
    let namesOriginal = set.text(.src) != nil || pathSource != nil
    guard given == nil || !namesOriginal else {
      throw Problem(
        .ambiguousSource, "\(kind.name) and an original are given; one of them is allowed.", parameter: kind.name)
    }
    guard given != nil || namesOriginal else {
      throw Problem(.missingSource, "Nothing is named to stand in for: give \(kind.name) or src.", parameter: kind.name)
    }

    let dpr = set.decimal(.dpr) ?? .one
    var box = PlaceholderBox(
      width: try side(.w, set, dpr), height: try side(.h, set, dpr), covers: set.keyword(.fit) == "cover", dpr: dpr)
    if given != nil {
      for (name, value) in [(ParameterName.w, box.width), (.h, box.height)] where value == nil {
        throw Problem(.invalidParameter, "\(name.text) is required with \(kind.name).", parameter: name.text)
      }
    }
    // What cannot change the output does not enter the key.
    box.covers = box.covers && given == nil && box.width != nil && box.height != nil
    if given != nil || box.width != nil || box.height != nil { box.dpr = .one }
    let punch = given == nil || kind == .blurHash ? set.decimal(.punch) ?? .one : .one
    let format: PlaceholderFormat = set.outputFormat.map { .named($0) } ?? .negotiated(accepted)
    let quality = set.effectiveQuality(for: format.output)
    var effective = EffectiveParameters(ofOutput: set, table)
    effective[.w] = box.width.map { "\($0)" }
    effective[.h] = box.height.map { "\($0)" }
    effective[.dpr] = box.dpr == .one ? nil : box.dpr.description
    effective[.fit] = box.covers ? "cover" : nil
    effective[.punch] = punch == .one ? nil : punch.description
    effective[.quality] = quality.map { "\($0)" }
    effective[.format] = format.keyword
    if trace.isOn {
      var explanation = Explanation(query: query, table: table)
      explanation.reportPlaceholder(
        kind, box, punch, format, quality, set, accepted: accepted, hasOriginal: given == nil)
      explanation.write(to: &trace, effective: effective)
    }

    var parts: [KeyPart] = []
    let content: ResolvedPlaceholder.Content
    switch given {
    case .blurHash(let hash)?:
      content = .blurHash(hash)
    case .color(let color)?:
      content = .color(color)
    default:
      let reference = try source(query, pathSource)
      trace.note("needs", "the original's /info, which has a key of its own")
      content = .original(reference, info: try info(of: reference, set))
      parts += reference.keyParts
    }
    parts += effective.keyParts
    let isNegotiated = if case .negotiated = format { true } else { false }
    let original: SourceReference? = if case .original(let reference, _) = content { reference } else { nil }
    let output = try output("placeholder/" + kind.name, parts, of: original, isNegotiated: isNegotiated)
    guard !output.isKnown else { return .answer(output.notModified()) }
    return .placeholder(
      ResolvedPlaceholder(
        output: output, kind: kind, content: content, box: box, punch: punch, format: format, quality: quality))
  }

  /// A side after `dpr`.
  func side(_ name: ParameterName, _ set: ParameterSet, _ dpr: FixedPoint) throws(Problem) -> Int? {
    guard let value = set.integer(name) else { return nil }
    return try TransformOptions.side(value, times: dpr, limits: configuration.limits)
  }
}
