extension TransformOptions {
  /// The effective options as name and value, in the order of the documentation; what is at its default is absent.
  var effective: [KeyPart] {
    var list: [KeyPart] = []
    @inline(never)
    func add(_ parameter: ParameterName, _ value: String?) {
      guard let value else { return }
      list.add(parameter.text, value)
    }
    @inline(never)
    func addFactor(_ parameter: ParameterName, _ value: FixedPoint, neutral: FixedPoint) {
      if value != neutral { add(parameter, value.description) }
    }
    add(.w, width.map { "\($0)" })
    add(.h, height.map { "\($0)" })
    if dpr != .one { add(.dpr, dpr.description) }
    if fit != .contain { add(.fit, fit.keyword) }
    if gravity != .center { add(.gravity, gravity.canonical) }
    add(.background, background?.canonical)
    add(.quality, quality.map { "\($0)" })
    add(.format, format.keyword)
    addFactor(.blur, blur, neutral: .zero)
    addFactor(.sharpen, sharpen, neutral: .zero)
    addFactor(.brightness, brightness, neutral: .one)
    addFactor(.contrast, contrast, neutral: .one)
    addFactor(.saturation, saturation, neutral: .one)
    addFactor(.gamma, gamma, neutral: .one)
    if quarterTurns != 0 { add(.rotate, "\(quarterTurns * 90)") }
    if flipsHorizontally || flipsVertically {
      add(.flip, flipsHorizontally ? (flipsVertically ? "hv" : "h") : "v")
    }
    add(.trim, trim?.canonical)
    if border.contains(where: { $0 > 0 }) {
      add(.border, ListText.join(border.map { "\($0)" }, separator: ";"))
      add(.borderColor, borderColor.canonical)
    }
    if !isAnimated { add(.anim, "false") }
    switch metadata {
    case .none: if keepsCopyrightOfJPEG { add(.metadata, format == .named(.jpeg) ? "copyright" : "copyright-in-jpeg") }
    case .copyright: add(.metadata, "copyright")
    case .keep: add(.metadata, "keep")
    }
    add(.v, variant)
    return list
  }
}
