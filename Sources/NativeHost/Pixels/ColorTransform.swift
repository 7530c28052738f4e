import CVips
import Glibc

/// From a ``ColorSignal`` to 8-bit sRGB: light by a table, a matrix, for HDR a roll-off of what is brighter than white, and sRGB's curve.
struct ColorTransform {
  private let decode: [Float]
  private let system: [Float]?
  private let luminance: [Float]
  private let matrix: [Float]
  private let shoulder: [Float]?

  /// - Parameter isDeep: whether code values have 16 bits.
  init(_ signal: ColorSignal, isDeep: Bool) {
    let most = isDeep ? 65535.0 : 255
    decode = (0...Int(most)).map { code in
      var value = Double(code) / most
      // 16–235 of 255, in whatever number of bits.
      if signal.isNarrow { value = min(max((value * 255 - 16) / 219, 0), 1) }
      return Float(signal.transfer.light(of: value))
    }
    let toXYZ = Matrix(toXYZOf: signal.primaries)
    luminance = toXYZ.rows[1].map { Float($0) }
    matrix = (Matrix(toXYZOf: .sRGB).inverse * toXYZ.adaptedToSRGB(from: signal.primaries.white)).rows.flatMap {
      $0.map { Float($0) }
    }
    shoulder = signal.transfer.isHDR ? Self.shoulder : nil
    system = signal.transfer == .hlg ? Self.system : nil
  }

  func apply(to picture: VipsPicture) throws(PixelFailure) -> VipsPicture {
    let pointer = Self.encode.withUnsafeBufferPointer { encode in
      decode.withUnsafeBufferPointer { decode in
        withOptional(system) { system in
          withOptional(shoulder) { shoulder in
            var color = CvipsColor()
            color.decode = decode.baseAddress
            color.luminance = (luminance[0], luminance[1], luminance[2])
            color.system = system
            color.matrix = (
              matrix[0], matrix[1], matrix[2], matrix[3], matrix[4], matrix[5], matrix[6], matrix[7], matrix[8]
            )
            color.shoulder = shoulder
            color.peak = Float(Luminance.peak / Luminance.white)
            color.encode = encode.baseAddress
            return cvips_convert_color(picture.pointer, &color)
          }
        }
      }
    }
    return try VipsPicture(pointer)
  }

  private func withOptional<Value>(_ table: [Float]?, _ body: (UnsafePointer<Float>?) -> Value) -> Value {
    guard let table else { return body(nil) }
    return table.withUnsafeBufferPointer { body($0.baseAddress) }
  }

  /// In cd/m².
  fileprivate enum Luminance {
    /// The luminance of diffuse white in cd/m² (ITU-R BT.2408, table 1), which becomes white.
    static let white = 203.0
    /// The brightest that is told apart; HLG's nominal peak, and what most PQ is mastered to.
    static let peak = 1000.0
  }

  private static let encode: [UInt8] = (0...65535).map { step in
    let light = Double(step) / 65535
    let code = light <= 0.0031308 ? 12.92 * light : 1.055 * pow(light, 1 / 2.4) - 0.055
    return UInt8((code * 255).rounded())
  }

  /// ITU-R BT.2390-8, section 5.4.1, from 1000 cd/m² to ``Luminance/white``: below a knee all stays as it is.
  private static let shoulder: [Float] = curve { value in
    let (peak, white) = (PQ.code(of: Luminance.peak), PQ.code(of: Luminance.white))
    let light = value * Luminance.peak
    let most = white / peak
    let knee = 1.5 * most - 0.5
    let code = PQ.code(of: light) / peak
    guard code > knee else { return 1 }
    let t = (code - knee) / (1 - knee)
    let (t2, t3) = (t * t, t * t * t)
    let rolledOff = (2 * t3 - 3 * t2 + 1) * knee + (t3 - 2 * t2 + t) * (1 - knee) + (-2 * t3 + 3 * t2) * most
    return PQ.light(of: rolledOff * peak) / light
  }

  /// What HLG's scene light is multiplied with to be that of a screen of 1000 cd/m² (BT.2100, table 5, with a system gamma of 1.2).
  private static let system: [Float] = curve { pow($0, 0.2) * Luminance.peak / Luminance.white }

  /// Of 0 to 1 by its square root, which has steps of about the size that the eye has.
  private static func curve(_ value: (Double) -> Double) -> [Float] {
    (0...Int(CVIPS_CURVE)).map { step in
      let root = Double(step) / Double(CVIPS_CURVE)
      return Float(value(root * root))
    }
  }
}

/// SMPTE ST 2084, in cd/m².
private enum PQ {
  private static let (m1, m2) = (2610.0 / 16384, 2523.0 / 4096 * 128)
  private static let (c1, c2, c3) = (3424.0 / 4096, 2413.0 / 4096 * 32, 2392.0 / 4096 * 32)

  static func light(of code: Double) -> Double {
    let power = pow(code, 1 / m2)
    return 10_000 * pow(max(power - c1, 0) / (c2 - c3 * power), 1 / m1)
  }

  static func code(of light: Double) -> Double {
    let power = pow(light / 10_000, m1)
    return pow((c1 + c2 * power) / (1 + c3 * power), m2)
  }
}

extension ColorSignal.Transfer {
  /// For a code value of 0 to 1. 1 is white; of PQ, white is that of ``ColorTransform/Luminance``, and of HLG it is the scene's brightest.
  fileprivate func light(of code: Double) -> Double {
    switch self {
    case .sRGB: code <= 0.04045 ? code / 12.92 : pow((code + 0.055) / 1.055, 2.4)
    case .power(let exponent): pow(code, exponent)
    case .cinema: min(pow(code, 2.6) * 52.37 / 48, 1)
    case .pq: PQ.light(of: code) / ColorTransform.Luminance.white
    case .hlg:
      // BT.2100, table 5.
      code <= 0.5 ? code * code / 3 : (exp((code - 0.55991073) / 0.17883277) + 0.28466892) / 12
    }
  }
}

private struct Matrix {
  var rows: [[Double]]

  static func diagonal(_ values: [Double]) -> Matrix {
    Matrix(rows: (0..<3).map { row in (0..<3).map { $0 == row ? values[row] : 0 } })
  }

  static func * (left: Matrix, right: Matrix) -> Matrix {
    Matrix(
      rows: left.rows.map { row in
        (0..<3).map { column in (0..<3).reduce(0) { $0 + row[$1] * right.rows[$1][column] } }
      })
  }

  static func * (left: Matrix, right: [Double]) -> [Double] {
    left.rows.map { row in zip(row, right).reduce(0) { $0 + $1.0 * $1.1 } }
  }

  /// By cofactors. Of primaries that lie on one line, which span no colours, nothing but zeroes.
  var inverse: Matrix {
    func cofactor(_ row: Int, _ column: Int) -> Double {
      let (r1, r2, c1, c2) = ((row + 1) % 3, (row + 2) % 3, (column + 1) % 3, (column + 2) % 3)
      return rows[r1][c1] * rows[r2][c2] - rows[r1][c2] * rows[r2][c1]
    }
    let determinant = (0..<3).reduce(0) { $0 + rows[0][$1] * cofactor(0, $1) }
    return Matrix(
      rows: (0..<3).map { row in
        (0..<3).map { abs(determinant) < 1e-9 ? 0 : cofactor($0, row) / determinant }
      })
  }
}

extension Matrix {
  private static let bradford = Matrix(
    rows: [[0.8951, 0.2664, -0.1614], [-0.7502, 1.7135, 0.0367], [0.0389, -0.0685, 1.0296]])

  /// From light of these primaries to XYZ, of which white has a Y of 1 (SMPTE RP 177).
  init(toXYZOf primaries: ColorSignal.Primaries) {
    let corners = [primaries.red, primaries.green, primaries.blue]
    let columns = Matrix(rows: [corners.map(\.x), corners.map(\.y), corners.map { 1 - $0.x - $0.y }])
    self = columns * .diagonal(columns.inverse * Self.xyz(primaries.white))
  }

  private static func xyz(_ white: ColorSignal.Primaries.Chromaticity) -> [Double] {
    [white.x / white.y, 1, (1 - white.x - white.y) / white.y]
  }

  /// White becomes that of sRGB, as ICC profiles adapt it.
  func adaptedToSRGB(from white: ColorSignal.Primaries.Chromaticity) -> Matrix {
    guard white != ColorSignal.Primaries.sRGB.white else { return self }
    let own = Self.bradford * Self.xyz(white)
    let wanted = Self.bradford * Self.xyz(ColorSignal.Primaries.sRGB.white)
    let scale = (0..<3).map { abs(own[$0]) < 1e-9 ? 1 : wanted[$0] / own[$0] }
    return Self.bradford.inverse * .diagonal(scale) * Self.bradford * self
  }
}
