import CVips
import EdgeHandler

/// A mark as it lies on a canvas.
struct DrawnMark {
  var picture: VipsPicture
  var at: PixelPoint
}

extension VipsPicture {
  static func uniform(width: Int, height: Int, _ color: Color) throws(PixelFailure) -> VipsPicture {
    let channels = color.isOpaque ? color.channels.dropLast() : color.channels[...]
    return try VipsPicture(
      cvips_uniform(Int32(width), Int32(height), Array(channels), Int32(channels.count)))
  }

  func withAlpha() throws(PixelFailure) -> VipsPicture {
    hasAlpha ? self : try VipsPicture(cvips_add_alpha(pointer)).asBytes()
  }

  /// With its alpha times `opacity`.
  func fading(_ opacity: FixedPoint) throws(PixelFailure) -> VipsPicture {
    guard opacity < .one else { return self }
    let factors = [1, 1, 1, max(opacity.double, 0)]
    return try VipsPicture(cvips_linear(pointer, factors, [0.5, 0.5, 0.5, 0.5], 4)).asBytes()
  }

  /// With another picture drawn over it, what lies outside cut off. Only the part that is covered is computed anew.
  func placing(_ picture: VipsPicture, at point: PixelPoint) throws(PixelFailure) -> VipsPicture {
    let left = max(point.x, 0)
    let top = max(point.y, 0)
    let right = min(point.x + picture.width, width)
    let bottom = min(point.y + picture.height, height)
    guard left < right, top < bottom else { return self }
    let covered = PixelRect(x: left, y: top, width: right - left, height: bottom - top)
    var over = try picture.cropped(
      to: PixelRect(x: left - point.x, y: top - point.y, width: covered.width, height: covered.height))
    if over.hasAlpha {
      over = try cropped(to: covered).under(over)
    } else if hasAlpha {
      over = try over.withAlpha()
    }
    return covered.width == width && covered.height == height
      ? over : try VipsPicture(cvips_insert(pointer, over.pointer, Int32(left), Int32(top)))
  }

  /// Composites this picture under `picture`, which has the same size; the result has alpha where this picture has.
  private func under(_ picture: VipsPicture) throws(PixelFailure) -> VipsPicture {
    let blended = try VipsPicture(cvips_over(pointer, picture.pointer)).asBytes()
    return hasAlpha ? blended : try VipsPicture(cvips_extract_bands(blended.pointer, 0, 3))
  }

  /// One layer as large as it need be to repeat the picture over a canvas.
  func tiled(
    from point: PixelPoint, stepX: Int?, stepY: Int?, over canvas: PixelSize, _ interruption: Interruption
  ) throws(PixelFailure) -> DrawnMark {
    let across = Repetition(from: point.x, side: width, step: stepX, canvas: canvas.width)
    let down = Repetition(from: point.y, side: height, step: stepY, canvas: canvas.height)
    let cell = try VipsPicture(
      cvips_embed(pointer, 0, 0, Int32(across.step), Int32(down.step), [0, 0, 0, 0], 4))
    // libvips copies cell by cell, which takes long where they are small: a sheet of them does as well.
    let (columns, rows) = (across.copies(covering: 128), down.copies(covering: 128))
    var sheet = try cell.replicated(across: columns, down: rows)
    if columns * rows > 1 { sheet = try sheet.computed(interruption) }
    let layer = try sheet.replicated(
      across: (across.count + columns - 1) / columns, down: (down.count + rows - 1) / rows)
    return DrawnMark(picture: layer, at: PixelPoint(x: across.start, y: down.start))
  }

  private func replicated(across: Int, down: Int) throws(PixelFailure) -> VipsPicture {
    try VipsPicture(cvips_replicate(pointer, Int32(across), Int32(down)))
  }

  /// On a colour. An opaque one ends transparency.
  func flattened(on color: Color) throws(PixelFailure) -> VipsPicture {
    guard hasAlpha else { return self }
    guard !color.isOpaque else {
      return try VipsPicture(cvips_flatten(pointer, Array(color.channels.prefix(3)))).asBytes()
    }
    let ground = try VipsPicture.uniform(width: width, height: height, color)
    return try ground.under(self)
  }

  /// On a larger canvas.
  func extended(to size: PixelSize, at point: PixelPoint, _ color: Color) throws(PixelFailure) -> VipsPicture {
    let picture = color.isOpaque ? self : try withAlpha()
    return try VipsPicture(
      cvips_embed(
        picture.pointer, Int32(point.x), Int32(point.y), Int32(size.width), Int32(size.height), color.channels,
        Int32(picture.bands)))
  }

  func asBytes() throws(PixelFailure) -> VipsPicture {
    format == VIPS_FORMAT_UCHAR ? self : try VipsPicture(cvips_cast(pointer, VIPS_FORMAT_UCHAR))
  }
}

/// Copies in a row that cover a canvas on one axis.
struct Repetition: Equatable {
  /// Where the first copy begins: at most one step before the canvas.
  let start: Int
  let step: Int
  let count: Int

  /// - Parameter step: `nil` for one copy.
  init(from place: Int, side: Int, step: Int?, canvas: Int) {
    guard let step else {
      (self.start, self.step, count) = (place, side, 1)
      return
    }
    let length = max(step, side, 1)
    let phase = (place % length + length) % length
    start = phase == 0 ? 0 : phase - length
    self.step = length
    count = (canvas - start + length - 1) / length
  }

  /// As many as reach this far, and no more than there are.
  func copies(covering length: Int) -> Int { min(count, (length + step - 1) / step) }
}

extension Color {
  var isOpaque: Bool { alpha == 255 }
  var channels: [Double] { [red, green, blue, alpha].map(Double.init) }
}
