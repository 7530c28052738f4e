extension Explanation {
  /// Everything of a grid but its marks.
  mutating func reportGrid(
    _ canvas: PixelSize, _ layout: GridLayout?, _ gap: Int, _ background: Color, _ format: TransformOptions.Format,
    _ quality: Int?, _ set: ParameterSet, count: Int
  ) {
    let ratio = set.decimal(.dpr) ?? .one
    let dpr: String? = ratio == .one ? nil : given(.dpr)
    let size = set.integer(.size)
    reportSide(.w, or: .size, "\(canvas.width)", times: dpr, default: "")
    reportSide(.h, or: .size, "\(canvas.height)", times: dpr, default: "")
    if isGiven(.w), isGiven(.h) { ignore(.size, "w and h are given") }
    let unscaled = set.integer(.gap) ?? 0
    reportRatio(
      ratio,
      isScaled: canvas.width != set.integer(.w) ?? size || canvas.height != set.integer(.h) ?? size || gap != unscaled)
    report(.type, isDefault: layout == nil)
    switch layout {
    case .classic(let columns): reportColumns(columns, set.integer(.cols), default: min(2, count), count: count)
    case .column(let columns): reportColumns(columns, set.integer(.cols), default: 1, count: count)
    case .row, nil: ignore(.cols, "it is for classic and column")
    }
    if gap == unscaled {
      report(.gap, isDefault: gap == 0)
    } else {
      reportSide(.gap, or: .gap, "\(gap)", times: dpr, default: "0")
      if gap == 0 { withoutEffect(.gap, "it is the default") }
    }
    report(
      .background, isDefault: background == .transparent,
      default: format == .named(.jpeg) ? "white" : "transparent")
    switch format {
    case .named(let named): reportQuality(quality, named)
    case .negotiated, .lossless, .original: reportQuality(quality, .webp)
    }
    reportFormat(negotiated: negotiated(format, background))
  }

  private mutating func reportColumns(_ columns: Int, _ wanted: Int?, default ordinary: Int, count: Int) {
    if let wanted, wanted > columns {
      report(.cols, "\(columns)", "URL: cols=\(wanted), of which there are no more than originals")
      if columns == ordinary { withoutEffect(.cols, "it is the default") }
    } else {
      report(.cols, isDefault: columns == ordinary, default: "\(columns)")
    }
  }

  private func negotiated(_ format: TransformOptions.Format, _ background: Color) -> String {
    guard case .negotiated(let accepted) = format else { return format.keyword }
    if accepted.avif { return accepted.words(for: .avif) }
    if accepted.webp { return "webp" }
    return background.isOpaque ? "jpeg" : "png where the background shows, else jpeg"
  }
}
