import CVips
import EdgeHandler

/// Originals that are read by copies of the ``SVGWorker``.
extension EncodedPicture {
  /// A still at the scale that a run of geometry asks for.
  func open(
    for geometry: Geometry, of stored: PixelSize, _ quality: Quality
  ) throws(PixelFailure) -> VipsPicture {
    guard format == .svg else { return try open(reduction: geometry.reduction, quality) }
    return try isolated.picture(drawnSize(geometry, stored))
  }

  /// All of the drawing in the pixels of the output, as far as it may have so many; beyond, they are enlarged.
  private func drawnSize(_ geometry: Geometry, _ stored: PixelSize) -> PixelSize {
    let source = geometry.source
    let scaled = geometry.scaled ?? PixelSize(width: source.width, height: source.height)
    let width = Double(stored.width) * Double(scaled.width) / Double(source.width)
    let height = Double(stored.height) * Double(scaled.height) / Double(source.height)
    let most = Double(isolated.maximumPixels)
    let side = Double(RasterSize.longestSide)
    let reduction = max(1, (width * height / most).squareRoot(), width / side, height / side)
    // Rounded down where it is a limit that decides.
    func pixels(_ length: Double) -> Int { max(1, Int(reduction > 1 ? length / reduction : length.rounded())) }
    var size = PixelSize(width: pixels(width), height: pixels(height))
    // A side of at least one pixel may have made it too many again.
    if size.area > isolated.maximumPixels {
      size.width = min(size.width, isolated.maximumPixels)
      size.height = max(1, isolated.maximumPixels / size.width)
    }
    return size
  }

  func bitmap(_ structure: Structure) throws(PixelFailure) -> VipsPicture {
    let picture = try isolated.picture(format == .ico ? .ico : .bmp, structure.decoded)
    return structure.hasAlpha ? picture : try VipsPicture(cvips_extract_bands(picture.pointer, 0, 3))
  }

  /// An SVG without what could run or refer to something outside of it.
  func sanitized() throws(PixelFailure) -> [UInt8] {
    guard format == .svg else { throw .engine }
    return try isolated.sanitized()
  }
}

extension NaturalSize {
  /// In whole px, at least one each way where there is anything.
  var rounded: PixelSize {
    func side(_ length: Double) -> Int { length > 0 ? Int(min(max(length.rounded(), 1), 10_000_000)) : 0 }
    return PixelSize(width: side(width), height: side(height))
  }

  /// `nil` where ``rounded`` says it all, or a number is beyond all measure.
  var fractional: FractionalSize? {
    func number(_ length: Double) -> FixedPoint? {
      let millionths = (length * Double(FixedPoint.scale)).rounded()
      return millionths >= 1 && millionths <= 1e13 ? FixedPoint(millionths: Int64(millionths)) : nil
    }
    guard let width = number(width), let height = number(height) else { return nil }
    let size = rounded
    guard width.double != Double(size.width) || height.double != Double(size.height) else { return nil }
    return FractionalSize(width: width, height: height)
  }
}
