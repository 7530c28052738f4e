/// How a mark is drawn: the effective `mark-*` parameters, of a URL or a preset. Two that draw alike are equal.
struct MarkSettings: Sendable, Equatable {
  enum Repetition: Sendable, Equatable {
    case none, both, horizontally, vertically
  }

  /// At least one of them is there.
  var width: Length?
  var height: Length?
  var fit: TransformOptions.Fit
  var alignment: Alignment
  var pad: Length
  var opacity: FixedPoint
  /// Clockwise, from 0 to below 360 degrees.
  var rotation: FixedPoint
  var repetition: Repetition
  /// What enters the key. Everything above is made of the same parameters.
  let effective: EffectiveParameters

  static let defaultWidth = Length.percent(FixedPoint(millionths: 15 * FixedPoint.scale))
  static let defaultPad = Length.percent(FixedPoint(millionths: 2 * FixedPoint.scale))

  init(_ set: ParameterSet) {
    let size = set.length(.markSize)
    width = set.length(.markW) ?? size
    height = set.length(.markH) ?? size
    if width == nil, height == nil { width = Self.defaultWidth }
    let named = TransformOptions.Fit(set.keyword(.markFit) ?? "contain")
    let hasBox = width != nil && height != nil
    // As for the output itself: with one side there is no box to fill.
    fit = hasBox ? named : named.neverEnlarges ? .scaleDown : .contain
    alignment = set.alignment(.markAlign) ?? .topLeft
    pad = set.length(.markPad) ?? Self.defaultPad
    opacity = set.decimal(.markOpacity) ?? .one
    rotation = Self.normal(set.decimal(.markRotate) ?? .zero)
    switch set.keyword(.markRepeat) {
    case "true": repetition = .both
    case "x": repetition = .horizontally
    case "y": repetition = .vertically
    default: repetition = .none
    }
    var effective = EffectiveParameters(ofMark: set)
    // The default width is effective where no height is given; with a height its absence means something else.
    effective[.markW] = width?.canonical
    effective[.markH] = height?.canonical
    effective[.markSize] = nil
    effective[.markFit] = fit == .contain ? nil : fit.keyword
    effective[.markRotate] = rotation == .zero ? nil : rotation.description
    self.effective = effective
  }

  /// The same direction as from 0 to below 360 degrees.
  private static func normal(_ degrees: FixedPoint) -> FixedPoint {
    let whole = 360 * FixedPoint.scale
    return FixedPoint(millionths: (degrees.millionths % whole + whole) % whole)
  }
}
