/// The report of `imgedge explain` on a request's parameters: which value is in effect and where it comes from, and which values of the
/// URL have no effect and why.
///
/// An endpoint reports what its rules have made of parameters, from the values that it uses. Of every other row of its table, whatever that is,
/// ``write(to:effective:marks:)`` reports what the URL says or the default. Nothing of this is in the edge bundle: it is reached only
/// where ``Trace/isOn``.
struct Explanation {
  let query: Query
  /// The endpoint's parameters.
  let table: [Parameter]
  private var lines: [(name: ParameterName, topic: String, text: String)] = []
  /// The parameters of which a rule has spoken, be it that there is nothing to say.
  private var settled: [ParameterName] = []

  init(query: Query, table: [Parameter]) {
    self.query = query
    self.table = table
  }

  /// Writes all lines in the order of the table. Of an original the endpoint reports the source; a parameter that sets two others is
  /// reported by these.
  ///
  /// - Parameters:
  ///   - effective: the parameters that make a difference.
  ///   - mark: those of the URL's own mark; `nil` where none is drawn, or where its settings were reported.
  mutating func write(to trace: inout Trace, effective: EffectiveParameters, mark: EffectiveParameters? = nil) {
    for row in table {
      let isSettled = settled.contains(row.name) || row.namesOriginal || row.name == .size || row.name == .markSize
      if !isSettled, !row.name.isOfMark || mark != nil {
        report(row.name, isDefault: effective[row.name] == nil && mark?[row.name] == nil)
      }
      for line in lines where line.name == row.name { trace.note(line.topic, line.text) }
    }
  }

  /// What the URL says, decoded.
  func given(_ name: ParameterName) -> String? {
    query.items.first { $0.name == name.text }?.value
  }

  func isGiven(_ name: ParameterName) -> Bool {
    given(name) != nil
  }

  // MARK: In effect

  mutating func report(_ name: ParameterName, _ value: String, _ origin: String) {
    settled.append(name)
    lines.append((name, "parameter", "\(name.text) = \(value) (\(origin))"))
  }

  /// What counts as the URL has it, and without that by its default.
  ///
  /// - Parameters:
  ///   - isDefault: whether what is in effect would be without the URL too.
  ///   - ordinary: the default; that of the table where it is the same for every request.
  mutating func report(_ name: ParameterName, isDefault: Bool, default ordinary: String? = nil) {
    guard let text = given(name) else {
      let row = table.first { $0.name == name }
      return report(name, ordinary ?? row?.defaultText ?? "none", "default")
    }
    report(name, text, "URL")
    if isDefault { withoutEffect(name, "it is the default") }
  }

  /// A side, which a URL may give by a parameter for both.
  mutating func reportSide(
    _ name: ParameterName, or size: ParameterName, _ value: String?, times dpr: String? = nil, default ordinary: String
  ) {
    let origin = isGiven(name) ? name : size
    guard let value, let text = given(origin) else { return report(name, value ?? ordinary, "default") }
    guard let dpr else {
      return report(name, value, origin == name ? "URL" : "URL: \(origin.text)=\(text)")
    }
    report(name, value, "URL: \(origin.text)=\(text) × dpr=\(dpr)")
  }

  /// - Parameter isScaled: whether any length is another for it.
  mutating func reportRatio(_ dpr: FixedPoint, isScaled: Bool) {
    if isScaled || dpr == .one {
      report(.dpr, isDefault: dpr == .one)
    } else {
      ignore(.dpr, "it changes no length in px")
    }
  }

  mutating func reportFit(_ fit: TransformOptions.Fit, _ name: ParameterName, hasSide: Bool) {
    guard let text = given(name), text != fit.keyword else { return report(name, isDefault: fit == .contain) }
    if fit == .contain {
      report(name, "contain", "default")
      ignore(name, hasSide ? "with one side there is no box to fill" : "without a side there is no box to fill")
    } else {
      report(name, fit.keyword, "URL: \(name.text)=\(text), of which this is left with one side")
    }
  }

  // MARK: In vain

  /// A value that is in effect, but would be without the URL too.
  mutating func withoutEffect(_ name: ParameterName, _ reason: String) {
    guard let text = given(name) else { return }
    lines.append((name, "no effect", "\(name.text) = \(text): \(reason)"))
  }

  mutating func ignore(_ name: ParameterName, _ reason: String) {
    settled.append(name)
    guard let text = given(name) else { return }
    lines.append((name, "ignored", "\(name.text) = \(text): \(reason)"))
  }
}

// MARK: Formats

extension Explanation {
  /// - Parameter negotiated: what comes of the caller's `Accept`.
  mutating func reportFormat(negotiated: String) {
    guard isGiven(.format) else { return report(.format, negotiated, "default: by Accept") }
    guard given(.format) != "auto" else {
      report(.format, negotiated, "URL: format=auto, by Accept")
      return withoutEffect(.format, "it is the default")
    }
    report(.format, isDefault: false)
  }

  /// - Parameters:
  ///   - quality: the effective one, `nil` where it is not given or changes nothing.
  ///   - format: of the output, as far as it is known.
  mutating func reportQuality(_ quality: Int?, _ format: OutputFormat) {
    switch format {
    case .gif: ignore(.quality, "GIF has none")
    case .svg: ignore(.quality, "a drawing has none")
    case .png where quality == nil && !isGiven(.quality): report(.quality, "none, without loss", "default")
    case .png where quality == nil: ignore(.quality, "only format=png makes a palette PNG of it")
    case .png, .avif, .webp, .jpeg:
      if let quality, !isGiven(.quality) {
        report(.quality, "\(quality)", "default of this spelling")
      } else if let word = given(.quality), let number = QualityWord.value(of: word) {
        report(.quality, "\(number)", "URL: quality=\(word)")
        if quality == nil { withoutEffect(.quality, "it is the default") }
      } else {
        report(.quality, isDefault: quality == nil)
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
  mutating func report(_ mark: Mark?) {
    report(.mark, isDefault: false)
    guard let settings = mark?.settings else {
      for parameter in table where parameter.name.isOfMark && parameter.name != .mark {
        ignore(parameter.name, "there is no mark")
      }
      return
    }
    reportSide(.markW, or: .markSize, settings.width?.canonical, default: "from mark-h and the aspect ratio")
    if isGiven(.markW), settings.hasDefaultSize { withoutEffect(.markW, "it is the default") }
    reportSide(.markH, or: .markSize, settings.height?.canonical, default: "from mark-w and the aspect ratio")
    if isGiven(.markW), isGiven(.markH) { ignore(.markSize, "mark-w and mark-h are given") }
    reportFit(settings.fit, .markFit, hasSide: true)
    report(.markRotate, isDefault: settings.rotation == .zero)
  }

  /// The settings that the policy prescribes, each preset once.
  mutating func reportSettings(ofPresets marks: [Mark]) {
    var reported: [String] = []
    for mark in marks {
      guard let name = mark.presetName, !reported.contains(where: { $0 == name }) else { continue }
      reported.append(name)
      for row in ParameterTable.marks where !row.namesOriginal && row.name != .markSize {
        report(row.name, mark.settings.words(row), "policy: preset \(name)")
      }
    }
  }
}

extension MarkSettings {
  /// The value in effect, as a URL would say it.
  fileprivate func words(_ row: Parameter) -> String {
    switch row.name {
    case .markW: effective[.markW] ?? "from mark-h and the aspect ratio"
    case .markH: effective[.markH] ?? "from mark-w and the aspect ratio"
    case .markAlign: alignment.words
    default: effective[row.name] ?? row.defaultText
    }
  }

  fileprivate var hasDefaultSize: Bool {
    width == MarkSettings.defaultWidth && height == nil
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
