/// What the numbers of a picture mean where no ICC profile says so: code points of ITU-T H.273 (CICP), or a PNG's `gAMA` and `cHRM`.
struct ColorSignal: Equatable {
  /// From code values to light.
  enum Transfer: Equatable {
    case sRGB
    /// Light is the code value to this power; 1 is linear.
    case power(Double)
    /// SMPTE ST 428-1, of cinemas.
    case cinema
    /// SMPTE ST 2084.
    case pq
    /// ARIB STD-B67, as ITU-R BT.2100 has it.
    case hlg

    var isHDR: Bool { self == .pq || self == .hlg }
  }

  /// CIE 1931 chromaticities.
  struct Primaries: Equatable {
    struct Chromaticity: Equatable {
      var x: Double
      var y: Double

      init(_ x: Double, _ y: Double) {
        (self.x, self.y) = (x, y)
      }
    }

    var red: Chromaticity
    var green: Chromaticity
    var blue: Chromaticity
    var white = Chromaticity(0.3127, 0.3290)

    /// BT.709 has them too.
    static let sRGB = Primaries(
      red: Chromaticity(0.64, 0.33), green: Chromaticity(0.30, 0.60), blue: Chromaticity(0.15, 0.06))

    /// Whether they span any colours, and white is one.
    var isUsable: Bool {
      let corners = [red, green, blue]
      let area = (green.x - red.x) * (blue.y - red.y) - (blue.x - red.x) * (green.y - red.y)
      return abs(area) > 0.0001 && white.y > 0.01
        && (corners + [white]).allSatisfy { $0.x >= 0 && $0.y >= 0 && $0.x + $0.y <= 1 }
    }

    func isNear(_ other: Primaries) -> Bool {
      zip([red, green, blue, white], [other.red, other.green, other.blue, other.white]).allSatisfy {
        abs($0.x - $1.x) < 0.0015 && abs($0.y - $1.y) < 0.0015
      }
    }
  }

  var primaries: Primaries
  var transfer: Transfer
  /// Whether black is 16 and white 235 (of 8 bits), as in television.
  var isNarrow = false
  /// Whether it counts more than an ICC profile does.
  var outranksProfile = false

  init(primaries: Primaries, transfer: Transfer) {
    self.primaries = primaries
    self.transfer = transfer
  }

  /// Whether there is nothing to convert.
  var isSRGB: Bool { transfer == .sRGB && primaries == .sRGB && !isNarrow }

  /// H.273, tables 2 and 3. `nil` for code points that are reserved, private or of no colour.
  init?(primaries: Int, transfer: Int) {
    guard let primaries = Primaries(codePoint: primaries), let transfer = Transfer(codePoint: transfer) else {
      return nil
    }
    self.init(primaries: primaries, transfer: transfer)
  }
}

extension ColorSignal.Primaries {
  fileprivate init?(codePoint: Int) {
    typealias Chromaticity = ColorSignal.Primaries.Chromaticity
    let illuminantC = Chromaticity(0.310, 0.316)
    switch codePoint {
    // 2 is unspecified.
    case 1, 2: self = .sRGB
    case 4:
      self.init(
        red: Chromaticity(0.67, 0.33), green: Chromaticity(0.21, 0.71), blue: Chromaticity(0.14, 0.08),
        white: illuminantC)
    case 5: self.init(red: Chromaticity(0.64, 0.33), green: Chromaticity(0.29, 0.60), blue: Chromaticity(0.15, 0.06))
    case 6, 7:
      self.init(red: Chromaticity(0.630, 0.340), green: Chromaticity(0.310, 0.595), blue: Chromaticity(0.155, 0.070))
    case 8:
      self.init(
        red: Chromaticity(0.681, 0.319), green: Chromaticity(0.243, 0.692), blue: Chromaticity(0.145, 0.049),
        white: illuminantC)
    case 9:
      self.init(red: Chromaticity(0.708, 0.292), green: Chromaticity(0.170, 0.797), blue: Chromaticity(0.131, 0.046))
    case 10:
      self.init(
        red: Chromaticity(1, 0), green: Chromaticity(0, 1), blue: Chromaticity(0, 0),
        white: Chromaticity(1.0 / 3, 1.0 / 3))
    case 11, 12:
      self.init(red: Chromaticity(0.680, 0.320), green: Chromaticity(0.265, 0.690), blue: Chromaticity(0.150, 0.060))
      if codePoint == 11 { white = Chromaticity(0.314, 0.351) }
    case 22:
      self.init(red: Chromaticity(0.630, 0.340), green: Chromaticity(0.295, 0.605), blue: Chromaticity(0.155, 0.077))
    default: return nil
    }
  }
}

extension ColorSignal.Transfer {
  fileprivate init?(codePoint: Int) {
    switch codePoint {
    // The curves of television are those of cameras: what screens do with such pictures is near to sRGB, and what browsers do is just that.
    case 1, 2, 6, 7, 11, 12, 13, 14, 15: self = .sRGB
    case 4: self = .power(2.2)
    case 5: self = .power(2.8)
    case 8: self = .power(1)
    case 16: self = .pq
    case 17: self = .cinema
    case 18: self = .hlg
    default: return nil
    }
  }
}
