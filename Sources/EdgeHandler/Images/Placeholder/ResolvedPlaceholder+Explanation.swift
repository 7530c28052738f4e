extension Explanation {
  mutating func reportPlaceholder(
    _ kind: ResolvedPlaceholder.Kind, _ box: PlaceholderBox, _ punch: FixedPoint, _ format: PlaceholderFormat,
    _ quality: Int?, _ set: ParameterSet, accepted: AcceptedFormats, hasOriginal: Bool
  ) {
    report(kind == .blurHash ? .blurhash : .color, isDefault: false, default: "that of the original")
    let ratio = set.decimal(.dpr) ?? .one
    let dpr: String? = ratio == .one ? nil : given(.dpr)
    let own = "that of the original, scaled to fit 2048 px"
    reportSide(
      .w, or: .w, box.width.map { "\($0)" }, times: dpr,
      default: box.height == nil ? own : "from h and the aspect ratio")
    reportSide(
      .h, or: .h, box.height.map { "\($0)" }, times: dpr,
      default: box.width == nil ? own : "from w and the aspect ratio")
    reportRatio(
      ratio, isScaled: box.width != set.integer(.w) || box.height != set.integer(.h) || box.dpr != .one)
    if hasOriginal {
      reportFit(box.covers ? .cover : .contain, .fit, hasSide: box.width != nil || box.height != nil)
    } else {
      ignore(.fit, "there is no original that would have to fit")
    }
    if kind == .blurHash { report(.punch, isDefault: punch == .one) }
    reportQuality(quality, format.output)
    let negotiated = PlaceholderFormat.negotiated(accepted).output
    reportFormat(negotiated: accepted.words(for: negotiated))
    // Only a PNG that is asked for by name has a palette.
    if format.output == negotiated, accepted.alternative(to: negotiated) == nil, negotiated != .png || quality == nil {
      withoutEffect(.format, "by Accept it would be the same")
    }
  }
}
