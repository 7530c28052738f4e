import EdgeHandler

/// A run of crops, flips, rotations and at most one resize, as one step that begins at stored pixels: cut a part, scale it,
/// cut a part of that, turn it.
///
/// Turning last costs least, for the picture is smallest then and everything before it can be done row by row; and a resize that
/// comes first can be left to the decoder in part.
struct Geometry: Equatable {
  /// What is kept of the stored pixels.
  private(set) var source: PixelRect
  /// What `source` is scaled to, before it is turned.
  private(set) var scaled: PixelSize?
  /// What is kept of the scaled pixels.
  private(set) var window: PixelRect
  private(set) var orientation: Orientation

  init(stored: PixelSize, orientation: Orientation = .upright) {
    source = PixelRect(x: 0, y: 0, width: stored.width, height: stored.height)
    window = source
    self.orientation = orientation
  }

  /// After everything.
  var size: PixelSize {
    orientation.applied(to: PixelSize(width: window.width, height: window.height))
  }

  /// By how much the less reduced axis is reduced.
  var reduction: Double {
    guard let scaled else { return 1 }
    return min(Double(source.width) / Double(scaled.width), Double(source.height) / Double(scaled.height))
  }

  /// Takes the operation in, or returns false where it is of another kind or would be a second resize.
  mutating func append(_ operation: PixelOperation) -> Bool {
    switch operation {
    case .crop(let rect): cut(rect)
    case .flip(let horizontal, let vertical): orientation.flip(horizontal: horizontal, vertical: vertical)
    case .rotate(let quarterTurns): orientation.rotate(quarterTurns: quarterTurns)
    case .resize(let width, let height):
      guard scaled == nil else { return false }
      source = window
      let size = orientation.applied(to: PixelSize(width: max(width, 1), height: max(height, 1)))
      scaled = size
      window = PixelRect(x: 0, y: 0, width: size.width, height: size.height)
    default: return false
    }
    return true
  }

  private mutating func cut(_ rect: PixelRect) {
    let part = orientation.original(of: rect.clipped(to: size), in: size)
    window.x += part.x
    window.y += part.y
    window.width = part.width
    window.height = part.height
    if scaled == nil { source = window }
  }
}

extension PixelRect {
  /// The part that lies within a picture of this size, and at least one pixel.
  func clipped(to size: PixelSize) -> PixelRect {
    let left = min(max(x, 0), size.width - 1)
    let top = min(max(y, 0), size.height - 1)
    let right = min(max(x + width, left + 1), size.width)
    let bottom = min(max(y + height, top + 1), size.height)
    return PixelRect(x: left, y: top, width: right - left, height: bottom - top)
  }
}
