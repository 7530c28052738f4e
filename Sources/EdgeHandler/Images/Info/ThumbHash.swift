/// A few cosine terms of a picture's lightness, colours and alpha as about 25 bytes (https://github.com/evanw/thumbhash).
///
/// Nothing but `+ − × ÷`, and rounding halves up, so that the two builds agree to the bit (see ``LinearLight``).
struct ThumbHash: Sendable {
  let bytes: [UInt8]

  /// As it is passed on.
  var text: String { Base64.encode(bytes) }

  /// - Parameter raster: at most 100 px each way.
  init(_ raster: Raster) {
    let picture = Channels(raster)
    let (width, height) = (raster.width, raster.height)
    let longest = max(width, height)
    let limit = picture.hasAlpha ? 5 : 7
    let across = max(1, Self.rounded(Double(limit * width) / Double(longest)))
    let down = max(1, Self.rounded(Double(limit * height) / Double(longest)))
    func terms(_ channel: [Double], _ columns: Int, _ rows: Int) -> Terms {
      Terms(channel, width: width, height: height, columns: columns, rows: rows)
    }
    let lightness = terms(picture.lightness, max(3, across), max(3, down))
    let yellowBlue = terms(picture.yellowBlue, 3, 3)
    let redGreen = terms(picture.redGreen, 3, 3)
    let alpha = picture.hasAlpha ? terms(picture.alpha, 5, 5) : nil

    let isLandscape = width > height
    let first =
      Self.rounded(63 * lightness.average) | Self.rounded(31.5 + 31.5 * yellowBlue.average) << 6
      | Self.rounded(31.5 + 31.5 * redGreen.average) << 12 | Self.rounded(31 * lightness.scale) << 18
      | (alpha == nil ? 0 : 1) << 23
    let second =
      (isLandscape ? down : across) | Self.rounded(63 * yellowBlue.scale) << 3 | Self.rounded(63 * redGreen.scale) << 9
      | (isLandscape ? 1 : 0) << 15
    var hash = [first, first >> 8, first >> 16, second, second >> 8]
    if let alpha { hash.append(Self.rounded(15 * alpha.average) | Self.rounded(15 * alpha.scale) << 4) }
    var half: Int?
    for channel in [lightness, yellowBlue, redGreen] + (alpha.map { [$0] } ?? []) {
      for term in channel.others {
        let digit = Self.rounded(15 * term)
        if let low = half {
          hash.append(low | digit << 4)
          half = nil
        } else {
          half = digit
        }
      }
    }
    if let half { hash.append(half) }
    bytes = hash.map { UInt8(truncatingIfNeeded: $0) }
  }

  /// Rounds what is at least 0 and small; 0 for anything else.
  private static func rounded(_ value: Double) -> Int {
    value > 0 && value < 1_000_000 ? Int(value + 0.5) : 0
  }

  /// What is transparent has the average colour, so that it costs no terms.
  private struct Channels {
    var lightness: [Double] = []
    var yellowBlue: [Double] = []
    var redGreen: [Double] = []
    var alpha: [Double] = []
    var hasAlpha: Bool

    init(_ raster: Raster) {
      let count = raster.width * raster.height
      var (red, green, blue, total) = (0.0, 0.0, 0.0, 0.0)
      func value(_ pixel: Int, _ channel: Int) -> Double { Double(raster.rgba[pixel * 4 + channel]) }
      for pixel in 0..<count {
        let alpha = value(pixel, 3) / 255
        red += alpha / 255 * value(pixel, 0)
        green += alpha / 255 * value(pixel, 1)
        blue += alpha / 255 * value(pixel, 2)
        total += alpha
      }
      if total > 0 {
        red /= total
        green /= total
        blue /= total
      }
      hasAlpha = total < Double(count)
      for pixel in 0..<count {
        let alpha = value(pixel, 3) / 255
        let r = red * (1 - alpha) + alpha / 255 * value(pixel, 0)
        let g = green * (1 - alpha) + alpha / 255 * value(pixel, 1)
        let b = blue * (1 - alpha) + alpha / 255 * value(pixel, 2)
        lightness.append((r + g + b) / 3)
        yellowBlue.append((r + g) / 2 - b)
        redGreen.append(r - g)
        self.alpha.append(alpha)
      }
    }
  }

  /// The cosine terms of one channel, those in the upper left triangle of a grid.
  private struct Terms {
    var average = 0.0
    /// Row by row, 0–1 each, where ½ is none of it.
    var others: [Double] = []
    /// The largest of them.
    var scale = 0.0

    init(_ channel: [Double], width: Int, height: Int, columns: Int, rows: Int) {
      func cosines(_ terms: Int, over count: Int) -> [Double] {
        var cosines: [Double] = []
        for term in 0..<terms {
          for place in 0..<count { cosines.append(Cosine.ofPi(term * (2 * place + 1), over: 2 * count)) }
        }
        return cosines
      }
      let across = cosines(columns, over: width)
      let down = cosines(rows, over: height)
      for row in 0..<rows {
        var column = 0
        while column * rows < columns * (rows - row) {
          var sum = 0.0
          for y in 0..<height {
            let factor = down[row * height + y]
            for x in 0..<width { sum += channel[y * width + x] * across[column * width + x] * factor }
          }
          sum /= Double(width * height)
          // What rounding has left of nothing: the largest of such would be scaled to a whole term.
          if sum.magnitude < 1e-9 { sum = 0 }
          if row == 0, column == 0 {
            average = sum
          } else {
            others.append(sum)
            scale = max(scale, sum.magnitude)
          }
          column += 1
        }
      }
      for index in others.indices where scale > 0 { others[index] = 0.5 + 0.5 / scale * others[index] }
    }
  }
}
