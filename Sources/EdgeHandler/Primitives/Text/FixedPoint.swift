/// A decimal number in millionths: the same value, text and arithmetic in every build, and nothing like NaN to guard against.
///
/// Written by hand because `Double(String)` and `String(Double)` need C library support that Embedded Swift lacks, and the
/// text of a number enters cache keys.
public struct FixedPoint: Sendable, Hashable, Comparable {
  public let millionths: Int64

  public static let scale: Int64 = 1_000_000
  public static let zero = FixedPoint(millionths: 0)
  public static let one = FixedPoint(millionths: scale)

  public init(millionths: Int64) {
    self.millionths = millionths
  }

  /// Plain decimal notation: digits, at most one point, a digit on at least one side of it, an optional leading `-`.
  /// At most 9 digits before the point; digits after the sixth are rounded half up. `nil` for anything else: exponents, `+`,
  /// blanks, digits of other scripts, `nan`, `inf`.
  public init?(parsing text: some Collection<UInt8>) {
    self.init(bytes: Array(text))
  }

  private init?(bytes text: [UInt8]) {
    var whole: Int64 = 0
    var fraction: Int64 = 0
    var wholeDigits = 0
    var fractionDigits = 0
    var roundsUp = false
    var seenPoint = false
    var negative = false
    for (position, byte) in text.enumerated() {
      switch byte {
      case 0x2D where position == 0: negative = true
      case 0x2E where !seenPoint: seenPoint = true
      case 0x30...0x39:
        let digit = Int64(byte - 0x30)
        if !seenPoint {
          wholeDigits += 1
          whole = whole * 10 + digit
          if wholeDigits > 9 { return nil }
        } else {
          fractionDigits += 1
          if fractionDigits <= 6 { fraction = fraction * 10 + digit }
          if fractionDigits == 7 { roundsUp = digit >= 5 }
          if fractionDigits > 40 { return nil }
        }
      default: return nil
      }
    }
    guard wholeDigits + fractionDigits > 0 else { return nil }
    var scaledDigits = fractionDigits
    while scaledDigits < 6 {
      fraction *= 10
      scaledDigits += 1
    }
    let magnitude = whole * Self.scale + fraction + (roundsUp ? 1 : 0)
    self.init(millionths: negative ? -magnitude : magnitude)
  }

  public static func < (left: FixedPoint, right: FixedPoint) -> Bool {
    left.millionths < right.millionths
  }

  public var double: Double {
    Double(millionths) / Double(Self.scale)
  }
}

extension FixedPoint: CustomStringConvertible {
  /// The shortest plain decimal: `0.5`, `2`, `-1.25`.
  public var description: String {
    let magnitude = millionths.magnitude
    var text: String = millionths < 0 ? "-" : ""
    text += String(magnitude / UInt64(Self.scale))
    var fraction = magnitude % UInt64(Self.scale)
    guard fraction != 0 else { return text }
    var digits: [UInt8] = []
    for _ in 0..<6 {
      digits.append(UInt8(0x30 + fraction % 10))
      fraction /= 10
    }
    while digits.first == 0x30 { digits.removeFirst() }
    text += "."
    text += String(decoding: digits.reversed(), as: UTF8.self)
    return text
  }
}
