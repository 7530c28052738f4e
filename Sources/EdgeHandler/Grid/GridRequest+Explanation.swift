extension Explanation {
  /// Everything of a grid but its marks.
  mutating func tellGrid(
    _ canvas: PixelSize, _ layout: GridLayout?, _ gap: Int, _ background: Color, _ format: TransformOptions.Format,
    _ quality: Int?, _ set: ParameterSet, count: Int
  ) {
    let ratio = set.decimal(.dpr) ?? .one
    let dpr: String? = ratio == .one ? nil : given(.dpr)
    let size = set.integer(.size)
    tellSide(.w, or: .size, "\(canvas.width)", times: dpr, standard: "")
    tellSide(.h, or: .size, "\(canvas.height)", times: dpr, standard: "")
    if isGiven(.w), isGiven(.h) { ignore(.size, "w and h are given") }
    let unscaled = set.integer(.gap) ?? 0
    tellRatio(
      ratio,
      isScaled: canvas.width != set.integer(.w) ?? size || canvas.height != set.integer(.h) ?? size || gap != unscaled)
    tell(.type, isStandard: layout == nil)
    switch layout {
    case .classic(let columns): tellColumns(columns, set.integer(.cols), standard: min(2, count), count: count)
    case .column(let columns): tellColumns(columns, set.integer(.cols), standard: 1, count: count)
    case .row, nil: ignore(.cols, "it is for classic and column")
    }
    if gap == unscaled {
      tell(.gap, isStandard: gap == 0)
    } else {
      tellSide(.gap, or: .gap, "\(gap)", times: dpr, standard: "0")
      if gap == 0 { withoutEffect(.gap, "it is the default") }
    }
    tell(
      .background, isStandard: background == .transparent,
      standard: format == .named(.jpeg) ? "white" : "transparent")
    switch format {
    case .named(let named): tellQuality(quality, named)
    case .negotiated, .lossless, .original: tellQuality(quality, .webp)
    }
    tellFormat(negotiated: negotiated(format, background))
  }

  private mutating func tellColumns(_ columns: Int, _ wanted: Int?, standard: Int, count: Int) {
    if let wanted, wanted > columns {
      tell(.cols, "\(columns)", "URL: cols=\(wanted), of which there are no more than originals")
      if columns == standard { withoutEffect(.cols, "it is the default") }
    } else {
      tell(.cols, isStandard: columns == standard, standard: "\(columns)")
    }
  }

  private func negotiated(_ format: TransformOptions.Format, _ background: Color) -> String {
    guard case .negotiated(let accepted) = format else { return format.keyword }
    if accepted.avif { return "avif" }
    if accepted.webp { return "webp" }
    return background.isOpaque ? "jpeg" : "png where the background shows, else jpeg"
  }
}
