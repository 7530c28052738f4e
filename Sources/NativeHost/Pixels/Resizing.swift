import CVips
import EdgeHandler

extension VipsPicture {
  /// All that a run of geometry asks for. `self` is the stored picture or that at a smaller scale.
  func applying(_ geometry: Geometry, stored: PixelSize, _ interruption: Interruption) throws(PixelFailure)
    -> VipsPicture
  {
    var picture = self
    let whole = PixelRect(x: 0, y: 0, width: width, height: height)
    let source = geometry.source.scaled(from: stored, to: size)
    if source != whole { picture = try picture.cropped(to: source) }
    picture = try ColorConversion.prepare(picture)
    if let scaled = geometry.scaled, scaled != picture.size { picture = try picture.resized(to: scaled) }
    picture = try ColorConversion.finish(picture)
    if geometry.window.width != picture.width || geometry.window.height != picture.height {
      picture = try picture.cropped(to: geometry.window.relative(to: geometry))
    }
    if !geometry.orientation.keepsRowOrder { picture = try picture.computed(interruption) }
    return try geometry.orientation.apply(to: picture)
  }

  func cropped(to rect: PixelRect) throws(PixelFailure) -> VipsPicture {
    let rect = rect.clipped(to: size)
    return try VipsPicture(
      cvips_extract_area(pointer, Int32(rect.x), Int32(rect.y), Int32(rect.width), Int32(rect.height)))
  }

  /// One of the frames of this size that lie one below the other.
  func frame(_ index: Int, of size: PixelSize) throws(PixelFailure) -> VipsPicture {
    try cropped(to: PixelRect(x: 0, y: index * size.height, width: size.width, height: size.height))
  }

  /// To exactly this size, with alpha premultiplied so that what cannot be seen does not bleed into what can.
  func resized(to size: PixelSize) throws(PixelFailure) -> VipsPicture {
    let smaller = PixelSize(width: min(size.width, width), height: min(size.height, height))
    let reduced =
      smaller == self.size
      ? self : try VipsPicture(cvips_reduce(pointer, Int32(smaller.width), Int32(smaller.height)))
    guard smaller != size else { return reduced }
    return try reduced.enlarged(to: size)
  }

  private func enlarged(to size: PixelSize) throws(PixelFailure) -> VipsPicture {
    let weighted = hasAlpha ? try VipsPicture(cvips_premultiply(pointer)) : self
    let enlarged = try VipsPicture(cvips_enlarge(weighted.pointer, Int32(size.width), Int32(size.height)))
    let exact = hasAlpha ? try VipsPicture(cvips_unpremultiply(enlarged.pointer)) : enlarged
    return try exact.rounded(to: format)
  }

  private func rounded(to format: VipsBandFormat) throws(PixelFailure) -> VipsPicture {
    guard self.format != format else { return self }
    // The cast cuts decimals off.
    let half = try VipsPicture(cvips_linear(pointer, [1], [0.5], 1))
    return try VipsPicture(cvips_cast(half.pointer, format))
  }
}

extension PixelRect {
  /// The same part of the same picture at another scale, to the nearest pixel.
  fileprivate func scaled(from old: PixelSize, to new: PixelSize) -> PixelRect {
    guard old != new else { return self }
    func place(_ value: Int, _ old: Int, _ new: Int) -> Int {
      Int((Double(value) * Double(new) / Double(old)).rounded())
    }
    let (left, right) = (place(x, old.width, new.width), place(x + width, old.width, new.width))
    let (top, bottom) = (place(y, old.height, new.height), place(y + height, old.height, new.height))
    return PixelRect(x: left, y: top, width: right - left, height: bottom - top).clipped(to: new)
  }

  /// Without a resize the window is the source, which has been cut already.
  fileprivate func relative(to geometry: Geometry) -> PixelRect {
    geometry.scaled == nil
      ? PixelRect(x: x - geometry.source.x, y: y - geometry.source.y, width: width, height: height) : self
  }
}
