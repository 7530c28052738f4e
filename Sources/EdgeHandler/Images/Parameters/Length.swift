/// A length on an image of a size that is not known yet.
enum Length: Sendable, Equatable {
  case pixels(Int)
  /// 0–100.
  case percent(FixedPoint)

  /// Whole px within a range, or `N%` with a decimal from 0 to 100; 0 only where the range has it.
  init?(parsing text: String, in range: ClosedRange<Int>) {
    if text.bytes.last == 0x25 {
      guard let percent = FixedPoint(parsing: text.bytes.dropLast()), percent >= .zero, percent <= Self.whole,
        percent > .zero || range.lowerBound <= 0
      else { return nil }
      self = .percent(percent)
    } else {
      guard let count = ASCII.decimal(text.bytes, digits: 1...6), range.contains(count) else { return nil }
      self = .pixels(count)
    }
  }

  private static let whole = FixedPoint(millionths: 100 * FixedPoint.scale)

  /// A regular expression (ECMA-262) for a percentage.
  static func pattern(_ range: ClosedRange<Int>) -> String {
    let percentage = "(100|[1-9]?[0-9](\\.[0-9]{1,6})?)%$"
    return (range.lowerBound > 0 ? "^(?![0.]*%)" : "^") + percentage
  }

  static func grammar(_ range: ClosedRange<Int>) -> String {
    "whole px from \(range.lowerBound) to \(range.upperBound), or a percentage \(range.lowerBound > 0 ? "above" : "from") 0 to 100 with %"
  }

  /// In px, where 100 % is `side`.
  func pixels(of side: Int) -> Int {
    switch self {
    case .pixels(let count): count
    case .percent(let percent): Rounding.product(side, FixedPoint(millionths: percent.millionths / 100))
    }
  }

  /// Where an image has so many times as many px each way.
  func scaled(by factor: FixedPoint) -> Length {
    switch self {
    case .pixels(let count): .pixels(Rounding.product(count, factor))
    case .percent: self
    }
  }

  var canonical: String {
    switch self {
    case .pixels(let count): "\(count)"
    case .percent(let percent): "\(percent)%"
    }
  }
}
