/// What a crop keeps.
enum Gravity: Sendable, Equatable {
  /// A point of the image by fractions of its width and height, 0–1.
  case point(x: FixedPoint, y: FixedPoint)
  /// Decided by the pixels.
  case interest(PixelOperation.Interest)

  static let center = Gravity.point(x: half, y: half)
  static let grammar =
    "center, top, bottom, left, right, a corner such as top,left, auto, entropy, or <x>x<y> with fractions from 0 to 1"

  static let pattern =
    "^(center|auto|entropy|((top|bottom),)?(left|right)|((left|right),)?(top|bottom)|(1|0(\\.[0-9]{1,6})?)x(1|0(\\.[0-9]{1,6})?))$"

  private static let half = FixedPoint(millionths: 500_000)

  init?(parsing text: String) {
    switch text {
    case "center": self = .center
    case "auto": self = .interest(.attention)
    case "entropy": self = .interest(.entropy)
    default:
      if let first = text.utf8.first, ASCII.isDigit(first) || first == 0x2E {
        guard let gravity = Self.fractions(text) else { return nil }
        self = gravity
      } else {
        guard let gravity = Self.sides(text) else { return nil }
        self = gravity
      }
    }
  }

  private static func fractions(_ text: String) -> Gravity? {
    let parts = text.bytes.split(separator: 0x78, omittingEmptySubsequences: false)
    guard parts.count == 2, let x = FixedPoint(parsing: parts[0]), let y = FixedPoint(parsing: parts[1]),
      x >= .zero, y >= .zero, x <= .one, y <= .one
    else { return nil }
    return .point(x: x, y: y)
  }

  /// One side, or one of each axis in any order.
  private static func sides(_ text: String) -> Gravity? {
    var x: FixedPoint?
    var y: FixedPoint?
    for side in text.bytes.split(separator: 0x2C, omittingEmptySubsequences: false) {
      switch String(decoding: side, as: UTF8.self) {
      case "left" where x == nil: x = .zero
      case "right" where x == nil: x = .one
      case "top" where y == nil: y = .zero
      case "bottom" where y == nil: y = .one
      default: return nil
      }
    }
    return .point(x: x ?? half, y: y ?? half)
  }

  var canonical: String {
    switch self {
    case .point(let x, let y): "\(x)x\(y)"
    case .interest(.attention): "auto"
    case .interest(.entropy): "entropy"
    }
  }
}
