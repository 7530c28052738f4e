import CVips
import EdgeHandler
import Glibc

extension VipsPicture {
  /// One operation that looks at one frame alone and needs no other picture.
  func adjusted(by operation: PixelOperation) throws(PixelFailure) -> VipsPicture {
    switch operation {
    case .extend(let width, let height, let x, let y, let color):
      return try extended(to: PixelSize(width: width, height: height), at: PixelPoint(x: x, y: y), color)
    case .turn(let degrees, let width, let height): return try turned(degrees.double, width: width, height: height)
    case .flatten(let color): return try flattened(on: color)
    case .blur(let radius): return try VipsPicture(cvips_blur(pointer, radius.double / 2))
    case .sharpen(let sigma): return try VipsPicture(cvips_sharpen(pointer, sigma.double))
    case .brightness(let factor): return try mapped { $0 * factor.double }
    case .contrast(let factor): return try mapped { ($0 - 128) * factor.double + 128 }
    case .gamma(let exponent): return try mapped { pow($0 / 255, exponent.double) * 255 }
    case .saturation(let factor): return try saturated(factor.double)
    case .crop, .flip, .rotate, .resize, .smartCrop, .overlay, .tile:
      // These are not of one frame alone, or have been taken into a ``Geometry``.
      throw .engine
    }
  }

  /// The picture must have been computed: rows of the result are of many of its own.
  private func turned(_ degrees: Double, width: Int, height: Int) throws(PixelFailure) -> VipsPicture {
    let whole = try withAlpha()
    let weighted = try VipsPicture(cvips_premultiply(whole.pointer))
    let angle = degrees / 180 * Double.pi
    let turned = try VipsPicture(cvips_turn(weighted.pointer, cos(angle), sin(angle), Int32(width), Int32(height)))
    let exact = try VipsPicture(cvips_unpremultiply(turned.pointer))
    return try VipsPicture(cvips_round(exact.pointer)).asBytes()
  }

  /// Each colour channel by itself, through a table.
  private func mapped(_ curve: (Double) -> Double) throws(PixelFailure) -> VipsPicture {
    var values: [UInt8] = []
    for value in 0...255 {
      let mapped = UInt8(min(max(curve(Double(value)).rounded(), 0), 255))
      values += [mapped, mapped, mapped]
      if hasAlpha { values.append(UInt8(value)) }
    }
    let image = values.withUnsafeBytes { cvips_from_pixels($0.baseAddress, $0.count, 256, 1, Int32(bands)) }
    let lookUp = try VipsPicture(image)
    // The result is taken for what the table is, without this for something that has no alpha.
    let table = try VipsPicture(cvips_with_interpretation(lookUp.pointer, pointer.pointee.Type))
    return try VipsPicture(cvips_map(pointer, table.pointer))
  }

  private func saturated(_ factor: Double) throws(PixelFailure) -> VipsPicture {
    let luma = [0.2126, 0.7152, 0.0722]
    var matrix: [Double] = []
    for row in 0..<bands {
      for column in 0..<bands {
        let own = row == column ? 1.0 : 0
        matrix.append(row < 3 && column < 3 ? luma[column] * (1 - factor) + own * factor : own)
      }
    }
    let coefficients = try VipsPicture(cvips_from_doubles(matrix, Int32(bands), Int32(bands)))
    let exact = try VipsPicture(cvips_recombine(pointer, coefficients.pointer))
    return try VipsPicture(cvips_round(exact.pointer)).asBytes()
  }

  func mostInterestingCorner(
    of size: PixelSize, _ interest: PixelOperation.Interest
  ) throws(PixelFailure) -> PixelPoint {
    let kind = interest == .attention ? VIPS_INTERESTING_ATTENTION : VIPS_INTERESTING_ENTROPY
    let width = Int32(min(size.width, self.width))
    let height = Int32(min(size.height, self.height))
    let part = try VipsPicture(cvips_smartcrop(pointer, width, height, kind))
    return PixelPoint(
      x: -Int(vips_image_get_xoffset(part.pointer)), y: -Int(vips_image_get_yoffset(part.pointer)))
  }
}
