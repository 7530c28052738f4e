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

  static let standardWidth = Length.percent(FixedPoint(millionths: 15 * FixedPoint.scale))
  static let standardPad = Length.percent(FixedPoint(millionths: 2 * FixedPoint.scale))

  init(_ set: ParameterSet) {
    let size = set.length(.markSize)
    width = set.length(.markW) ?? size
    height = set.length(.markH) ?? size
    if width == nil, height == nil { width = Self.standardWidth }
    let named = TransformOptions.Fit(set.keyword(.markFit) ?? "contain")
    let hasBox = width != nil && height != nil
    // As for the output itself: with one side there is no box to fill.
    fit = hasBox ? named : named.neverEnlarges ? .scaleDown : .contain
    alignment = set.alignment(.markAlign) ?? .topLeft
    pad = set.length(.markPad) ?? Self.standardPad
    opacity = set.decimal(.markOpacity) ?? .one
    rotation = Self.normal(set.decimal(.markRotate) ?? .zero)
    switch set.keyword(.markRepeat) {
    case "true": repetition = .both
    case "x": repetition = .horizontally
    case "y": repetition = .vertically
    default: repetition = .none
    }
  }

  /// The same direction as from 0 to below 360 degrees.
  private static func normal(_ degrees: FixedPoint) -> FixedPoint {
    let whole = 360 * FixedPoint.scale
    return FixedPoint(millionths: (degrees.millionths % whole + whole) % whole)
  }

  var keyParts: [KeyPart] {
    var parts: [KeyPart] = []
    @inline(never)
    func add(_ name: ParameterName, _ value: String) { parts.add(name.text, value) }
    if let width { add(.markW, width.canonical) }
    if let height { add(.markH, height.canonical) }
    add(.markFit, fit.keyword)
    add(.markAlign, alignment.canonical)
    add(.markPad, pad.canonical)
    add(.markOpacity, opacity.description)
    if rotation != .zero { add(.markRotate, rotation.description) }
    switch repetition {
    case .none: break
    case .both: add(.markRepeat, "true")
    case .horizontally: add(.markRepeat, "x")
    case .vertically: add(.markRepeat, "y")
    }
    return parts
  }
}
