/// Pixels of similar colour, taken together. Integer arithmetic throughout, the same in every build.
struct ColorCluster: Sendable, Equatable {
  /// The most frequent colour of the cluster where it makes up half of the pixels, else their mean.
  var color: Color
  var count: Int
}

enum ColorClusters {
  /// The colours that a person would name: few, and each unlike the others.
  static func distinct(_ boxes: [ColorBox], atMost limit: Int) -> [ColorCluster] {
    var boxes = boxes
    let isFlat = boxes.count <= limit && boxes.allSatisfy { $0.spread == 0 }
    while !isFlat, boxes.count > 1, let (first, second, distance) = nearestPair(boxes) {
      guard boxes.count > limit || distance < leastDistance else { break }
      boxes[first].pixels += boxes[second].pixels
      boxes.remove(at: second)
    }
    return sorted(boxes.map { $0.cluster })
  }

  /// By count; of equals the darker first.
  static func sorted(_ clusters: [ColorCluster]) -> [ColorCluster] {
    clusters.sorted { left, right in
      left.count == right.count ? left.color.packed < right.color.packed : left.count > right.count
    }
  }

  /// Below it two colours are shades of one: 24 levels in every channel.
  private static let leastDistance = 9 * 24 * 24

  /// Weighted as the eye weighs the channels, roughly.
  private static func nearestPair(_ boxes: [ColorBox]) -> (first: Int, second: Int, distance: Int)? {
    let means = boxes.map { $0.mean }
    var best: (first: Int, second: Int, distance: Int)?
    for second in means.indices {
      for first in 0..<second {
        let red = Int(means[first].red) - Int(means[second].red)
        let green = Int(means[first].green) - Int(means[second].green)
        let blue = Int(means[first].blue) - Int(means[second].blue)
        let distance = 2 * red * red + 4 * green * green + 3 * blue * blue
        if distance < best?.distance ?? Int.max { best = (first, second, distance) }
      }
    }
    return best
  }
}

/// A part of the colour space and the pixels in it.
struct ColorBox: Sendable {
  /// Each `0xRRGGBB`.
  var pixels: [UInt32]

  /// Divides the visible pixels of a raster into at most `limit` boxes: always the box whose pixels are the farthest from
  /// their mean, at the mean of the channel that is the most to blame. (The idea is that of Wu's quantiser.)
  ///
  /// Visible is what is half opaque. Where nothing is, as in a drawing of thin strokes, every pixel counts as much as it is.
  /// - Returns: The boxes, and how often each holds a pixel of full weight.
  static func split(_ raster: Raster, into limit: Int) -> (boxes: [ColorBox], weight: Int) {
    let visible = pixels(of: raster) { $0 >= 128 ? 1 : 0 }
    if !visible.isEmpty { return (split(visible, into: limit), 1) }
    return (split(pixels(of: raster) { (Int($0) * faintWeight + 254) / 255 }, into: limit), faintWeight)
  }

  /// Enough to tell alphas apart that are all below a half.
  private static let faintWeight = 16

  /// - Parameter times: of a pixel of this alpha.
  private static func pixels(of raster: Raster, times: (UInt8) -> Int) -> [UInt32] {
    var pixels: [UInt32] = []
    var position = 0
    while position + 3 < raster.rgba.count {
      let color =
        UInt32(raster.rgba[position]) << 16 | UInt32(raster.rgba[position + 1]) << 8
        | UInt32(raster.rgba[position + 2])
      for _ in 0..<max(times(raster.rgba[position + 3]), 0) { pixels.append(color) }
      position += 4
    }
    return pixels
  }

  private static func split(_ pixels: [UInt32], into limit: Int) -> [ColorBox] {
    guard !pixels.isEmpty else { return [] }
    var boxes = [ColorBox(pixels: pixels)]
    var spreads = [boxes[0].spread]
    while boxes.count < limit {
      var widest = 0
      for index in spreads.indices where spreads[index] > spreads[widest] { widest = index }
      guard spreads[widest] > 0 else { break }
      let (low, high) = boxes[widest].halves()
      boxes[widest] = low
      spreads[widest] = low.spread
      boxes.append(high)
      spreads.append(high.spread)
    }
    return boxes
  }

  private static let shifts: [UInt32] = [16, 8, 0]

  private func sum(_ shift: UInt32) -> Int64 {
    pixels.reduce(0) { $0 + Int64($1 >> shift & 255) }
  }

  /// Sum of the squared distances from the mean, in one channel, times the count of pixels.
  private func spread(_ shift: UInt32) -> Int64 {
    let sum = sum(shift)
    let squares = pixels.reduce(Int64(0)) { $0 + Int64($1 >> shift & 255) * Int64($1 >> shift & 255) }
    return squares * Int64(pixels.count) - sum * sum
  }

  /// In all channels, for each pixel.
  var spread: Int64 {
    guard !pixels.isEmpty else { return 0 }
    let total = Self.shifts.reduce(Int64(0)) { $0 + spread($1) }
    return total == 0 ? 0 : max(1, total / Int64(pixels.count))
  }

  private func halves() -> (ColorBox, ColorBox) {
    var shift = Self.shifts[0]
    var most = spread(shift)
    for other in Self.shifts.dropFirst() {
      let spread = spread(other)
      if spread > most { (shift, most) = (other, spread) }
    }
    let sum = sum(shift)
    var low: [UInt32] = []
    var high: [UInt32] = []
    for pixel in pixels {
      if Int64(pixel >> shift & 255) * Int64(pixels.count) > sum { high.append(pixel) } else { low.append(pixel) }
    }
    return (ColorBox(pixels: low), ColorBox(pixels: high))
  }

  var mean: Color {
    let count = Int64(max(1, pixels.count))
    func mean(_ shift: UInt32) -> UInt8 { UInt8(truncatingIfNeeded: (sum(shift) + count / 2) / count) }
    return Color(red: mean(16), green: mean(8), blue: mean(0))
  }

  var cluster: ColorCluster {
    let sorted = pixels.sorted(by: <)
    var mode: UInt32 = 0
    var most = 0
    var run = 0
    for (index, pixel) in sorted.enumerated() {
      run = index > 0 && sorted[index - 1] == pixel ? run + 1 : 1
      if run > most { (mode, most) = (pixel, run) }
    }
    let color =
      most * 2 >= sorted.count
      ? Color(
        red: UInt8(truncatingIfNeeded: mode >> 16), green: UInt8(truncatingIfNeeded: mode >> 8),
        blue: UInt8(truncatingIfNeeded: mode))
      : mean
    return ColorCluster(color: color, count: pixels.count)
  }
}

extension Color {
  /// `0xRRGGBB`.
  fileprivate var packed: UInt32 {
    UInt32(red) << 16 | UInt32(green) << 8 | UInt32(blue)
  }

  /// `#rrggbb`.
  var hex: String {
    "#" + Hexadecimal.encode([red, green, blue])
  }
}
