/// The turning of a mark. To everything that places marks a turned one is a picture of the size of the box around it, so that what holds of
/// a box (that it is inside, that it covers) holds of a turned mark's.
extension MarkSettings {
  /// The box around a mark of this size when it has been turned.
  func box(of mark: PixelSize) -> PixelSize {
    if let quarterTurns {
      return quarterTurns % 2 == 0 ? mark : PixelSize(width: mark.height, height: mark.width)
    }
    let (cosine, sine) = (Self.cosine(rotation).magnitude, Self.cosine(rotation, before: 90).magnitude)
    let (width, height) = (Double(mark.width), Double(mark.height))
    return PixelSize(
      width: max(1, Rounding.up(width * cosine + height * sine)),
      height: max(1, Rounding.up(width * sine + height * cosine)))
  }

  /// What turns a mark of this size, and then makes of its box what `operations` make of it.
  func turning(_ mark: PixelSize, then operations: [PixelOperation]) -> [PixelOperation] {
    if let quarterTurns {
      return quarterTurns == 0 ? operations : [.rotate(quarterTurns: quarterTurns)] + operations
    }
    let box = box(of: mark)
    // Scaled before it is turned, a drawing stays sharp, and of a large picture less has to be turned.
    if case .resize(let width, let height)? = operations.first, Self.isAlike(box, width, height) {
      let scaled = PixelOperation.resize(
        width: max(1, Rounding.scale(mark.width, by: width, over: box.width)),
        height: max(1, Rounding.scale(mark.height, by: height, over: box.height)))
      return [scaled, .turn(degrees: rotation, width: width, height: height)] + operations.dropFirst()
    }
    return [.turn(degrees: rotation, width: box.width, height: box.height)] + operations
  }

  /// Whether the sides are in the box's proportions, but for a pixel of rounding.
  private static func isAlike(_ box: PixelSize, _ width: Int, _ height: Int) -> Bool {
    let difference = Int64(width) * Int64(box.height) - Int64(height) * Int64(box.width)
    return difference.magnitude <= (Int64(box.width) + Int64(box.height)).magnitude
  }

  /// Whether the mark is drawn as it is.
  var isUpright: Bool { rotation == .zero }

  /// 0–3 where the mark is turned by right angles.
  private var quarterTurns: Int? {
    let quarter = 90 * FixedPoint.scale
    return rotation.millionths % quarter == 0 ? Int(rotation.millionths / quarter) : nil
  }

  /// The cosine of an angle from 0 to below 360 degrees, or of what it lacks to another.
  private static func cosine(_ degrees: FixedPoint, before other: Int64 = 0) -> Double {
    let whole = 360 * FixedPoint.scale
    let angle = (degrees.millionths + whole - other * FixedPoint.scale) % whole
    return Cosine.ofPi(Int(angle), over: Int(whole / 2))
  }
}
