/// Arithmetic on pixel counts: 64 bits wide, because `Int` has 32 in wasm; rounds half up; never traps.
enum Rounding {
  /// Results saturate here: far beyond every limit, and sums of two still fit 32 bits.
  static let cap = 1_000_000_000

  /// `value × numerator ÷ denominator` for values of at least 0, at most ``cap``.
  static func scale(_ value: Int, by numerator: Int, over denominator: Int) -> Int {
    scale(Int64(value), by: Int64(numerator), over: Int64(denominator))
  }

  static func scale(_ value: Int64, by numerator: Int64, over denominator: Int64) -> Int {
    let divisor = max(denominator, 1)
    let (product, overflow) = value.multipliedReportingOverflow(by: numerator)
    guard !overflow else { return cap }
    let (sum, overflows) = product.addingReportingOverflow(divisor / 2)
    guard !overflows else { return cap }
    return Int(min(sum / divisor, Int64(cap)))
  }

  /// Saturates; for values of at least 0.
  static func product(_ value: Int64, _ other: Int) -> Int64 {
    let (product, overflow) = value.multipliedReportingOverflow(by: Int64(other))
    return overflow ? Int64.max : product
  }

  static func product(_ value: Int, _ factor: FixedPoint) -> Int {
    let (product, overflow) = Int64(value).multipliedReportingOverflow(by: factor.millionths)
    guard !overflow, product >= 0, product < Int64.max - FixedPoint.scale else { return cap }
    return Int(min((product + FixedPoint.scale / 2) / FixedPoint.scale, Int64(cap)))
  }

  /// The whole number at or below a value, at most ``cap`` either way. What is a millionth away from a whole number counts as
  /// that number: quotients that are whole on paper need not be in binary.
  static func down(_ value: Double) -> Int {
    let value = value + tolerance
    guard value > -Double(cap) else { return -cap }
    guard value < Double(cap) else { return cap }
    let whole = Int(value)
    return Double(whole) > value ? whole - 1 : whole
  }

  /// The whole number at or above a value, as ``down(_:)``.
  static func up(_ value: Double) -> Int {
    -down(-value)
  }

  static let tolerance = 0.000_001

  /// Saturates.
  static func area(_ size: PixelSize, frames: Int = 1) -> Int64 {
    let (area, overflow) = Int64(size.width).multipliedReportingOverflow(by: Int64(size.height))
    guard !overflow else { return Int64.max }
    let (sum, overflows) = area.multipliedReportingOverflow(by: Int64(frames))
    return overflows ? Int64.max : sum
  }
}
