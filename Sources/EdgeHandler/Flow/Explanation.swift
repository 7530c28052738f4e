/// What `imgedge explain` tells of a request's parameters: which value is in effect and where it comes from, and what the URL says in
/// vain and why.
///
/// Values are those that the endpoint goes on with, and not what the rules that led to them would have made. Nothing of this is in the
/// edge bundle: it is reached only where ``Trace/isOn``.
struct Explanation {
  let query: Query
  /// The endpoint's parameters.
  let table: [Parameter]
  var trace: Trace

  /// What the URL says, decoded.
  func given(_ name: ParameterName) -> String? {
    query.items.first { $0.name == name.text }?.value
  }

  func isGiven(_ name: ParameterName) -> Bool {
    given(name) != nil
  }

  // MARK: In effect

  mutating func tell(_ name: ParameterName, _ value: String, _ origin: String) {
    trace.note("parameter", "\(name.text) = \(value) (\(origin))")
  }

  /// What counts as the URL has it, and without that by its default.
  ///
  /// - Parameters:
  ///   - isStandard: whether what is in effect would be without the URL too.
  ///   - standard: the default; that of the table where it is the same for every request.
  mutating func tell(_ name: ParameterName, isStandard: Bool, standard: String? = nil) {
    guard let text = given(name) else {
      let row = table.first { $0.name == name }
      return tell(name, standard ?? row?.standard ?? "none", "default")
    }
    tell(name, text, "URL")
    if isStandard { withoutEffect(name, "it is the default") }
  }

  /// A side, which a URL may give by a parameter for both.
  mutating func tellSide(
    _ name: ParameterName, or size: ParameterName, _ value: String?, times dpr: String? = nil, standard: String
  ) {
    let origin = isGiven(name) ? name : size
    guard let value, let text = given(origin) else { return tell(name, value ?? standard, "default") }
    guard let dpr else {
      return tell(name, value, origin == name ? "URL" : "URL: \(origin.text)=\(text)")
    }
    tell(name, value, "URL: \(origin.text)=\(text) × dpr=\(dpr)")
  }

  /// - Parameter isScaled: whether any length is another for it.
  mutating func tellRatio(_ dpr: FixedPoint, isScaled: Bool) {
    if isScaled || dpr == .one {
      tell(.dpr, isStandard: dpr == .one)
    } else {
      ignore(.dpr, "it changes no length in px")
    }
  }

  mutating func tellFit(_ fit: TransformOptions.Fit, _ name: ParameterName, hasSide: Bool) {
    guard let text = given(name), text != fit.keyword else { return tell(name, isStandard: fit == .contain) }
    if fit == .contain {
      tell(name, "contain", "default")
      ignore(name, hasSide ? "with one side there is no box to fill" : "without a side there is no box to fill")
    } else {
      tell(name, fit.keyword, "URL: \(name.text)=\(text), of which this is left with one side")
    }
  }

  // MARK: In vain

  /// A value that is in effect, but would be without the URL too.
  mutating func withoutEffect(_ name: ParameterName, _ reason: String) {
    guard let text = given(name) else { return }
    trace.note("no effect", "\(name.text) = \(text): \(reason)")
  }

  mutating func ignore(_ name: ParameterName, _ reason: String) {
    guard let text = given(name) else { return }
    trace.note("ignored", "\(name.text) = \(text): \(reason)")
  }
}

// MARK: Formats

extension Explanation {
  /// - Parameter negotiated: what comes of the caller's `Accept`.
  mutating func tellFormat(negotiated: String) {
    guard isGiven(.format) else { return tell(.format, negotiated, "default: by Accept") }
    guard given(.format) != "auto" else {
      tell(.format, negotiated, "URL: format=auto, by Accept")
      return withoutEffect(.format, "it is the default")
    }
    tell(.format, isStandard: false)
  }

  /// - Parameters:
  ///   - quality: the effective one, `nil` where it is not given or changes nothing.
  ///   - format: of the output, as far as it is known.
  mutating func tellQuality(_ quality: Int?, _ format: OutputFormat) {
    switch format {
    case .gif: ignore(.quality, "GIF has none")
    case .svg: ignore(.quality, "a drawing has none")
    case .png where quality == nil && !isGiven(.quality): tell(.quality, "none, without loss", "default")
    case .png where quality == nil: ignore(.quality, "only format=png makes a palette PNG of it")
    case .png, .avif, .webp, .jpeg:
      if let quality, !isGiven(.quality) {
        tell(.quality, "\(quality)", "default of this spelling")
      } else if let word = given(.quality), let number = QualityWord.value(of: word) {
        tell(.quality, "\(number)", "URL: quality=\(word)")
        if quality == nil { withoutEffect(.quality, "it is the default") }
      } else {
        tell(.quality, isStandard: quality == nil)
      }
    }
  }
}

// MARK: Marks

extension [MarkPreset] {
  /// Why what the URL says does not count.
  var reason: String {
    var names: [String] = []
    for preset in self where !names.contains(where: { $0 == preset.name }) { names.append(preset.name) }
    return "the workspace's policy decides, by its \(names.count == 1 ? "preset" : "presets") \(ListText.join(names))"
  }
}

extension Explanation {
  /// The URL's own mark.
  mutating func tell(_ mark: Mark?) {
    guard let settings = mark?.settings else {
      tell(.mark, isStandard: false)
      for parameter in table where parameter.name.isOfMark && parameter.name != .mark {
        ignore(parameter.name, "there is no mark")
      }
      return
    }
    tell(.mark, isStandard: false)
    tellSide(
      .markW, or: .markSize, settings.width?.canonical, standard: "from mark-h and the aspect ratio")
    if isGiven(.markW), settings.hasStandardSize { withoutEffect(.markW, "it is the default") }
    tellSide(.markH, or: .markSize, settings.height?.canonical, standard: "from mark-w and the aspect ratio")
    if isGiven(.markW), isGiven(.markH) { ignore(.markSize, "mark-w and mark-h are given") }
    tellFit(settings.fit, .markFit, hasSide: true)
    tell(.markAlign, isStandard: settings.alignment == .topLeft)
    tell(.markPad, isStandard: settings.pad == MarkSettings.standardPad)
    tell(.markOpacity, isStandard: settings.opacity == .one)
    tell(.markRotate, isStandard: settings.rotation == .zero)
    tell(.markRepeat, isStandard: false)
  }

  /// Those that the policy prescribes, each preset once.
  mutating func tellSettings(ofPresets marks: [Mark]) {
    var told: [String] = []
    for mark in marks {
      guard let name = mark.presetName, !told.contains(where: { $0 == name }) else { continue }
      told.append(name)
      let settings = mark.settings
      let origin = "policy: preset \(name)"
      tell(.markW, settings.width?.canonical ?? "from mark-h and the aspect ratio", origin)
      tell(.markH, settings.height?.canonical ?? "from mark-w and the aspect ratio", origin)
      tell(.markFit, settings.fit.keyword, origin)
      tell(.markAlign, settings.alignment.words, origin)
      tell(.markPad, settings.pad.canonical, origin)
      tell(.markOpacity, settings.opacity.description, origin)
      tell(.markRotate, settings.rotation.description, origin)
      tell(.markRepeat, settings.repetition.keyword, origin)
    }
  }
}

extension MarkSettings {
  fileprivate var hasStandardSize: Bool {
    width == MarkSettings.standardWidth && height == nil
  }
}

extension MarkSettings.Repetition {
  fileprivate var keyword: String {
    switch self {
    case .none: "none"
    case .both: "true"
    case .horizontally: "x"
    case .vertically: "y"
    }
  }
}

extension Alignment {
  /// As a URL would say it.
  fileprivate var words: String {
    let across = x == .zero ? "left" : x == .one ? "right" : "center"
    let down = y == .zero ? "top" : y == .one ? "bottom" : "middle"
    return "\(down),\(across)"
  }
}
