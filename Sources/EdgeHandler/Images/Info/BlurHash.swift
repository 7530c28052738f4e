/// A few cosine terms of a picture as text (https://github.com/woltapp/blurhash/blob/master/Algorithm.md).
struct BlurHash: Sendable {
  /// As written, in the alphabet of base 83.
  let text: String
  private let columns: Int
  private let rows: Int
  /// Linear RGB of each term, row by row; the first is the average.
  private var terms: [Term]

  private struct Term: Sendable {
    var red: Double
    var green: Double
    var blue: Double
  }

  static let grammar = "a BlurHash: 6 to 166 characters of base 83, as many as the first one says"

  private static let alphabet = Array(
    "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz#$%*+,-.:;=?@[]^_{|}~".utf8)

  // MARK: From text

  /// A blank counts as `+`, which is what a form's decoder has made of it.
  init?(parsing text: String) {
    let bytes = text.utf8.map { $0 == 0x20 ? UInt8(ascii: "+") : $0 }
    guard (6...166).contains(bytes.count), let size = Self.number(bytes[..<1]) else { return nil }
    columns = size % 9 + 1
    rows = size / 9 + 1
    guard rows <= 9, bytes.count == 4 + 2 * columns * rows, let largest = Self.number(bytes[1..<2]),
      let average = Self.number(bytes[2..<6]), average <= 0xFF_FFFF
    else { return nil }
    self.text = String(decoding: bytes, as: UTF8.self)
    terms = [
      Term(
        red: LinearLight.values[average >> 16], green: LinearLight.values[average >> 8 & 255],
        blue: LinearLight.values[average & 255])
    ]
    let scale = Double(largest + 1) / 166
    func term(_ step: Int) -> Double {
      let value = Double(min(step, 18) - 9) / 9
      return (value < 0 ? -value * value : value * value) * scale
    }
    for start in stride(from: 6, to: bytes.count, by: 2) {
      guard let value = Self.number(bytes[start..<start + 2]) else { return nil }
      terms.append(Term(red: term(value / 361), green: term(value / 19 % 19), blue: term(value % 19)))
    }
  }

  private static func number(_ digits: ArraySlice<UInt8>) -> Int? {
    var value = 0
    for byte in digits {
      guard let digit = alphabet.firstIndex(of: byte) else { return nil }
      value = value * 83 + digit
    }
    return value
  }

  // MARK: To pixels

  /// - Parameters:
  ///   - size: at most 64 px each way.
  ///   - punch: multiplies every term but the average.
  func raster(_ size: PixelSize, punch: Double) -> Raster? {
    let width = min(max(1, size.width), 64)
    let height = min(max(1, size.height), 64)
    let across = Self.cosines(columns, over: width)
    let down = Self.cosines(rows, over: height)
    var rgba: [UInt8] = []
    rgba.reserveCapacity(width * height * 4)
    for y in 0..<height {
      for x in 0..<width {
        var sum = terms[0]
        for index in 1..<max(1, terms.count) {
          let basis = across[index % columns * width + x] * down[index / columns * height + y] * punch
          sum.red += terms[index].red * basis
          sum.green += terms[index].green * basis
          sum.blue += terms[index].blue * basis
        }
        rgba.append(LinearLight.encode(sum.red))
        rgba.append(LinearLight.encode(sum.green))
        rgba.append(LinearLight.encode(sum.blue))
        rgba.append(255)
      }
    }
    return Raster(width: width, height: height, rgba: rgba)
  }

  /// The values of `cos(π × term × place ÷ count)`, term by term.
  private static func cosines(_ terms: Int, over count: Int) -> [Double] {
    var cosines: [Double] = []
    for term in 0..<terms {
      for place in 0..<count { cosines.append(Cosine.ofPi(term * place, over: count)) }
    }
    return cosines
  }

  // MARK: From pixels

  /// With 4 × 4 terms. Transparent pixels count as lying on white.
  init(_ raster: Raster) {
    let side = 4
    let across = Self.cosines(side, over: raster.width)
    let down = Self.cosines(side, over: raster.height)
    var sums = Array(repeating: Term(red: 0, green: 0, blue: 0), count: side * side)
    for y in 0..<raster.height {
      for x in 0..<raster.width {
        let pixel = raster.linear(x, y)
        for index in 0..<side * side {
          let basis = across[index % side * raster.width + x] * down[index / side * raster.height + y]
          sums[index].red += pixel.red * basis
          sums[index].green += pixel.green * basis
          sums[index].blue += pixel.blue * basis
        }
      }
    }
    var largest = 0.0
    for index in sums.indices {
      let scale = (index == 0 ? 1 : 2) / Double(raster.width * raster.height)
      sums[index].red *= scale
      sums[index].green *= scale
      sums[index].blue *= scale
      guard index > 0 else { continue }
      largest = max(largest, sums[index].red.magnitude, sums[index].green.magnitude, sums[index].blue.magnitude)
    }
    let step = Self.clamped(largest * 166 - 0.5, to: 82)
    let scale = Double(step + 1) / 166
    func digit(_ value: Double) -> Int {
      let root = (value.magnitude / scale).squareRoot()
      return Self.clamped((value < 0 ? -root : root) * 9 + 9.5, to: 18)
    }
    var output: [UInt8] = []
    Self.append(side - 1 + (side - 1) * 9, digits: 1, to: &output)
    Self.append(step, digits: 1, to: &output)
    let average =
      Int(LinearLight.encode(sums[0].red)) << 16 | Int(LinearLight.encode(sums[0].green)) << 8
      | Int(LinearLight.encode(sums[0].blue))
    Self.append(average, digits: 4, to: &output)
    for term in sums.dropFirst() {
      Self.append((digit(term.red) * 19 + digit(term.green)) * 19 + digit(term.blue), digits: 2, to: &output)
    }
    text = String(decoding: output, as: UTF8.self)
    columns = side
    rows = side
    terms = sums
  }

  /// Rounds down.
  private static func clamped(_ value: Double, to most: Int) -> Int {
    guard value > 0 else { return 0 }
    return value < Double(most) ? Int(value) : most
  }

  private static func append(_ value: Int, digits: Int, to output: inout [UInt8]) {
    var divisor = 1
    for _ in 1..<digits { divisor *= 83 }
    while divisor > 0 {
      output.append(alphabet[value / divisor % 83])
      divisor /= 83
    }
  }
}

extension Raster {
  /// On white, 0–1.
  fileprivate func linear(_ x: Int, _ y: Int) -> (red: Double, green: Double, blue: Double) {
    let start = (y * width + x) * 4
    let color = Color(red: rgba[start], green: rgba[start + 1], blue: rgba[start + 2], alpha: rgba[start + 3]).opaque
    return (
      LinearLight.values[Int(color.red)], LinearLight.values[Int(color.green)], LinearLight.values[Int(color.blue)]
    )
  }
}
