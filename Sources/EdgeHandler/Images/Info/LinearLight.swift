/// Between 8-bit sRGB and linear light (IEC 61966-2-1).
///
/// Nothing but `+ − × ÷`, which IEEE 754 rounds alike everywhere: `pow` differs between C libraries, and the two builds must
/// agree to the bit.
enum LinearLight {
  /// The linear light (0–1) of each 8-bit channel value.
  static let values: [Double] = (0...255).map { decoded(Double($0) / 255) }

  /// The value at `index` is where channel `index + 1` begins to be the nearest.
  private static let thresholds: [Double] = (0..<255).map { decoded((Double($0) + 0.5) / 255) }

  /// The nearest channel value; clips.
  static func encode(_ value: Double) -> UInt8 {
    var low = 0
    var high = thresholds.count
    while low < high {
      let middle = (low + high) / 2
      if thresholds[middle] <= value { low = middle + 1 } else { high = middle }
    }
    return UInt8(truncatingIfNeeded: low)
  }

  private static func decoded(_ value: Double) -> Double {
    guard value > 0.04045 else { return value / 12.92 }
    let base = (value + 0.055) / 1.055
    let square = base * base
    return square * fifthRoot(square)
  }

  /// By Newton's method, of 0.001 to 1.
  private static func fifthRoot(_ value: Double) -> Double {
    var root = 1.0
    for _ in 0..<40 {
      let square = root * root
      root = (4 * root + value / (square * square)) / 5
    }
    return root
  }
}

/// The cosine of fractions of π, with the same result in every build (see ``LinearLight``).
enum Cosine {
  /// The cosine of `numerator ÷ denominator × π`; both numbers are small and not negative.
  static func ofPi(_ numerator: Int, over denominator: Int) -> Double {
    let denominator = max(1, denominator)
    var part = numerator % (2 * denominator)
    if part > denominator { part = 2 * denominator - part }
    if 2 * part > denominator { return -firstQuarter(denominator - part, denominator) }
    return firstQuarter(part, denominator)
  }

  private static func firstQuarter(_ part: Int, _ denominator: Int) -> Double {
    if 4 * part <= denominator {
      return series(Double(part) / Double(denominator) * Double.pi, from: 0)
    }
    // cos x = sin(π/2 − x), whose series is short there.
    return series(Double(denominator - 2 * part) / Double(2 * denominator) * Double.pi, from: 1)
  }

  /// The Taylor series of the cosine (from 0) or the sine (from 1), for at most π/4.
  private static func series(_ angle: Double, from start: Int) -> Double {
    let square = angle * angle
    var term = start == 0 ? 1 : angle
    var sum = term
    var index = start
    while index < start + 20 {
      term = -term * square / Double((index + 1) * (index + 2))
      sum += term
      index += 2
    }
    return sum
  }
}
