/// Where on a canvas something lies, each axis for itself.
struct Alignment: Sendable, Equatable {
  /// How much of the free room lies before it.
  var x: FixedPoint
  var y: FixedPoint

  static let topLeft = Alignment(x: .zero, y: .zero)
  static let grammar =
    "left, center or right, and top, middle or bottom, in any order with a comma between; an axis that is missing is centred"

  static let pattern =
    "^(((top|middle|bottom),)?(left|center|right)|((left|center|right),)?(top|middle|bottom))$"

  private static let half = FixedPoint(millionths: FixedPoint.scale / 2)

  init(x: FixedPoint, y: FixedPoint) {
    self.x = x
    self.y = y
  }

  init?(parsing text: String) {
    var x: FixedPoint?
    var y: FixedPoint?
    for word in text.bytes.split(separator: 0x2C, omittingEmptySubsequences: false) {
      switch String(decoding: word, as: UTF8.self) {
      case "left" where x == nil: x = .zero
      case "center" where x == nil: x = Self.half
      case "right" where x == nil: x = .one
      case "top" where y == nil: y = .zero
      case "middle" where y == nil: y = Self.half
      case "bottom" where y == nil: y = .one
      default: return nil
      }
    }
    self.init(x: x ?? Self.half, y: y ?? Self.half)
  }

  var canonical: String {
    "\(x)x\(y)"
  }
}
