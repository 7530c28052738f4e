import CVips
import EdgeHandler

/// One of the eight ways to lay a rectangle: its axes are exchanged or not, and then each is mirrored or not.
struct Orientation: Equatable {
  var isTransposed = false
  var mirrorsX = false
  var mirrorsY = false

  static let upright = Orientation()

  init(isTransposed: Bool = false, mirrorsX: Bool = false, mirrorsY: Bool = false) {
    self.isTransposed = isTransposed
    self.mirrorsX = mirrorsX
    self.mirrorsY = mirrorsY
  }

  /// What turns stored pixels upright, of an EXIF orientation (CIPA DC-008, tag 0x0112).
  init(exif: Int) {
    isTransposed = exif >= 5 && exif <= 8
    mirrorsX = [2, 3, 6, 7].contains(exif)
    mirrorsY = [3, 4, 7, 8].contains(exif)
  }

  mutating func flip(horizontal: Bool, vertical: Bool) {
    if horizontal { mirrorsX.toggle() }
    if vertical { mirrorsY.toggle() }
  }

  /// Clockwise.
  mutating func rotate(quarterTurns: Int) {
    for _ in 0..<(quarterTurns & 3) {
      (isTransposed, mirrorsX, mirrorsY) = (!isTransposed, !mirrorsY, mirrorsX)
    }
  }

  func applied(to size: PixelSize) -> PixelSize {
    isTransposed ? PixelSize(width: size.height, height: size.width) : size
  }

  /// Where a part of the turned image, which has the size given, lay before it was turned.
  func original(of rect: PixelRect, in size: PixelSize) -> PixelRect {
    let x = mirrorsX ? size.width - rect.x - rect.width : rect.x
    let y = mirrorsY ? size.height - rect.y - rect.height : rect.y
    return isTransposed
      ? PixelRect(x: y, y: x, width: rect.height, height: rect.width)
      : PixelRect(x: x, y: y, width: rect.width, height: rect.height)
  }

  /// Whether rows can be made from the top while the original's are read from the top.
  var keepsRowOrder: Bool { !isTransposed && !mirrorsY }

  /// The picture must be readable in any order unless the orientation ``keepsRowOrder``.
  func apply(to picture: VipsPicture) throws(PixelFailure) -> VipsPicture {
    let pointer = picture.pointer
    switch (isTransposed, mirrorsX, mirrorsY) {
    case (false, false, false): return picture
    case (false, true, false): return try VipsPicture(cvips_flip(pointer, VIPS_DIRECTION_HORIZONTAL))
    case (false, false, true): return try VipsPicture(cvips_flip(pointer, VIPS_DIRECTION_VERTICAL))
    case (false, true, true): return try VipsPicture(cvips_rotate(pointer, VIPS_ANGLE_D180))
    case (true, true, false): return try VipsPicture(cvips_rotate(pointer, VIPS_ANGLE_D90))
    case (true, false, true): return try VipsPicture(cvips_rotate(pointer, VIPS_ANGLE_D270))
    case (true, _, _):
      let turned = try VipsPicture(cvips_rotate(pointer, VIPS_ANGLE_D90))
      let direction = mirrorsX ? VIPS_DIRECTION_VERTICAL : VIPS_DIRECTION_HORIZONTAL
      return try VipsPicture(cvips_flip(turned.pointer, direction))
    }
  }
}
