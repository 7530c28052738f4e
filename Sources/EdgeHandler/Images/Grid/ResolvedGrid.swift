/// Several pictures on one canvas that may be made.
struct ResolvedGrid: Sendable {
  struct Part: Sendable {
    var reference: SourceReference
    /// The marks of the presets that are bound to the cell's source, in the order of drawing.
    var marks: [Mark]
  }

  var output: ResolvedOutput
  /// In the order of the URL.
  var parts: [Part]
  /// `nil`: whichever cuts the least off.
  var layout: GridLayout?
  var canvas: PixelSize
  var gap: Int
  var background: Color
  var format: TransformOptions.Format
  var quality: Int?
  /// Drawn over the whole canvas.
  var mark: Mark?
}

extension EndpointDecider {
  mutating func grid(_ query: Query) throws(Problem) -> Decision {
    let names = try ParameterSet(query, table: [ParameterTable.gridSources]).texts(.src)
    guard ParameterTable.gridCount.contains(names.count) else {
      throw Problem(
        names.isEmpty ? .missingSource : .invalidParameter,
        "\(names.count) originals are given as src; \(ParameterTable.gridCount.lowerBound) to \(ParameterTable.gridCount.upperBound) are allowed.",
        parameter: "src")
    }
    var parts: [ResolvedGrid.Part] = []
    var bound: [MarkPreset] = []
    for name in names {
      let reference = try SourceReference(name, workspace: workspace)
      trace.note("source", reference.canonical)
      let presets = workspace.presets(boundTo: reference)
      bound += presets
      parts.append(ResolvedGrid.Part(reference: reference, marks: try marks(presets)))
    }
    // A mark of the URL over the whole canvas could cover that of a bound part.
    let set = try parameters(query, ParameterTable.grid, bound: bound)

    let dpr = set.decimal(.dpr) ?? .one
    let canvas = PixelSize(width: try required(.w, set, dpr), height: try required(.h, set, dpr))
    let gap = Rounding.product(set.integer(.gap) ?? 0, dpr)
    let layout = layout(set, count: parts.count)
    let hasRoom = (layout.map { [$0] } ?? GridLayout.candidates(count: parts.count)).contains {
      $0.cells(count: parts.count, canvas: canvas, gap: gap) != nil
    }
    guard hasRoom else {
      throw Problem(
        .invalidParameter,
        "\(parts.count) cells and the gaps between them do not fit \(canvas.width) × \(canvas.height) px.",
        parameter: gap > 0 ? "gap" : "w")
    }
    try TransformPlan.check(canvas, frames: 1, limits: configuration.limits)
    let format: TransformOptions.Format = set.outputFormat.map { .named($0) } ?? .negotiated(accepted)
    let background = set.color(.background) ?? .transparent
    let quality: Int? =
      if case .named(let named) = format { set.effectiveQuality(for: named) } else { set.effectiveQuality(for: .webp) }
    let mark = try marks([], set).first
    var effective = EffectiveParameters(ofOutput: set, ParameterTable.grid)
    effective[.w] = "\(canvas.width)"
    effective[.h] = "\(canvas.height)"
    effective[.size] = nil
    effective[.dpr] = nil
    effective[.type] = layout?.canonical
    effective[.cols] = nil
    effective[.gap] = gap == 0 ? nil : "\(gap)"
    effective[.background] = background == .transparent ? nil : background.canonical
    effective[.format] = format.keyword
    effective[.quality] = quality.map { "\($0)" }
    if trace.isOn {
      var explanation = Explanation(query: query, table: ParameterTable.grid)
      explanation.reportGrid(canvas, layout, gap, background, format, quality, set, count: parts.count)
      if bound.isEmpty {
        explanation.report(mark)
      } else {
        explanation.reportSettings(ofPresets: parts.flatMap { $0.marks })
      }
      explanation.write(to: &trace, effective: effective, mark: mark?.settings.effective)
    }

    var keyParts: [KeyPart] = []
    for part in parts {
      keyParts += part.reference.keyParts
      for mark in part.marks { keyParts += mark.keyParts }
    }
    keyParts += effective.keyParts
    if let mark { keyParts += mark.keyParts }
    keyParts += workspace.bindings(of: parts.map { $0.reference } + (mark.map { [$0.reference] } ?? []))
    let isNegotiated = if case .negotiated = format { true } else { false }
    var output = try output("grid", keyParts, isNegotiated: isNegotiated)
    // It may lack a source, too.
    output.partialDetail = nil
    guard !output.isKnown else { return .answer(output.notModified()) }
    return .grid(
      ResolvedGrid(
        output: output, parts: parts, layout: layout, canvas: canvas, gap: gap, background: background,
        format: format, quality: quality, mark: mark))
  }

  private func required(_ name: ParameterName, _ set: ParameterSet, _ dpr: FixedPoint) throws(Problem) -> Int {
    if let side = try side(name, set, dpr) { return side }
    guard let side = try side(.size, set, dpr) else {
      throw Problem(.invalidParameter, "\(name.text) is required, or size.", parameter: name.text)
    }
    return side
  }

  private func layout(_ set: ParameterSet, count: Int) -> GridLayout? {
    let columns = set.integer(.cols)
    switch set.keyword(.type) {
    case "classic": return .classic(min(columns ?? 2, count))
    case "column": return .column(min(columns ?? 1, count))
    case "row": return .row
    default: return nil
    }
  }
}

extension GridLayout {
  fileprivate var canonical: String {
    switch self {
    case .row: "row"
    case .column(let columns): "column:\(columns)"
    case .classic(let columns): "classic:\(columns)"
    }
  }
}
