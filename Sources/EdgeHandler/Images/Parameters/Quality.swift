/// One scale for all lossy encoders: a number means the fidelity that JPEG (libjpeg's scale, as libvips writes it) has at this number.
///
/// Encoders count differently: 51 is as near to the original in AVIF as 80 is in JPEG. The tables are medians over the pictures of
/// `bench/quality.py`, compared by SSIMULACRA2, which prints them anew.
public enum Quality {
  /// A number of the scale, and the encoder's own setting that reaches it; between two of them settings lie on a straight line.
  private typealias Point = (number: Int, setting: Int)

  /// WebP has half the resolution of JPEG's colours from 90 on, which libvips then writes whole: what no setting reaches is passed by evenly.
  private static let webP: [Point] = [
    (1, 1), (10, 5), (20, 12), (30, 25), (40, 36), (50, 43), (60, 50), (70, 60), (80, 76), (85, 81), (100, 100),
  ]
  private static let avif: [Point] = [
    (1, 1), (5, 5), (10, 11), (20, 25), (30, 32), (40, 36), (50, 39), (60, 41), (70, 45), (80, 51), (85, 58), (90, 74),
    (95, 86), (100, 98),
  ]

  /// - Parameter number: 1–100.
  /// - Returns: 1–100.
  public static func setting(for number: Int, in format: OutputFormat) -> Int {
    switch format {
    case .webp: interpolate(number, webP)
    case .avif: interpolate(number, avif)
    // What a palette PNG means by a number is how many colours it has, which no other format can be compared with.
    case .jpeg, .png, .gif, .svg: number
    }
  }

  private static func interpolate(_ number: Int, _ points: [Point]) -> Int {
    guard var below = points.first else { return number }
    for point in points {
      if number <= point.number {
        let span = max(1, point.number - below.number)
        // Rounded half up; all numbers are at most 100.
        return below.setting + (2 * (number - below.number) * (point.setting - below.setting) + span) / (2 * span)
      }
      below = point
    }
    return below.setting
  }
}
