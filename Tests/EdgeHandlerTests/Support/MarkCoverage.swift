@testable import EdgeHandler

/// Follows one point of an original through the operations of a plan, and says whether what is drawn there is a mark. It knows
/// nothing of how marks are placed: only what each operation does, as ``PixelOperation`` says.
struct MarkCoverage {
  let original: PixelSize
  let mark: PixelSize
  let operations: [PixelOperation]
  /// Where crops by interest lie in the room that they have, 0–1: the pixels would decide.
  var interest: (x: Double, y: Double) = (0, 0)

  enum Sight {
    /// Cut off.
    case nowhere
    case bare
    case marked
  }

  func sight(_ x: Double, _ y: Double) -> Sight {
    var (x, y) = (x, y)
    var size = original
    for (index, operation) in operations.enumerated() {
      switch operation {
      case .crop(let rect):
        (x, y) = (x - Double(rect.x), y - Double(rect.y))
        size = PixelSize(width: rect.width, height: rect.height)
      case .smartCrop(let width, let height, _):
        x -= (interest.x * Double(size.width - width)).rounded()
        y -= (interest.y * Double(size.height - height)).rounded()
        size = PixelSize(width: width, height: height)
      case .flip(let horizontal, let vertical):
        if horizontal { x = Double(size.width) - x }
        if vertical { y = Double(size.height) - y }
      case .rotate(let quarterTurns):
        for _ in 0..<quarterTurns {
          (x, y) = (Double(size.height) - y, x)
          size = PixelSize(width: size.height, height: size.width)
        }
      case .resize(let width, let height):
        x *= Double(width) / Double(size.width)
        y *= Double(height) / Double(size.height)
        size = PixelSize(width: width, height: height)
      case .extend(let width, let height, let left, let top, _):
        (x, y) = (x + Double(left), y + Double(top))
        size = PixelSize(width: width, height: height)
      case .overlay, .tile:
        return operations[index...].contains { covers($0, x, y) } ? .marked : .bare
      default: break
      }
      // Only cuts lose a point, and what is put around brings none back.
      guard x >= 0, y >= 0, x < Double(size.width), y < Double(size.height) else { return .nowhere }
    }
    return .bare
  }

  private func covers(_ operation: PixelOperation, _ x: Double, _ y: Double) -> Bool {
    switch operation {
    case .overlay(let picture, let at, _): return covers(picture, x - Double(at.x), y - Double(at.y))
    case .tile(let picture, let at, let stepX, let stepY, _):
      func within(_ place: Double, _ step: Int?) -> Double {
        guard let step else { return place }
        let rest = place.truncatingRemainder(dividingBy: Double(step))
        return rest < 0 ? rest + Double(step) : rest
      }
      return covers(picture, within(x - Double(at.x), stepX), within(y - Double(at.y), stepY))
    default: return false
    }
  }

  private func covers(_ picture: Picture, _ x: Double, _ y: Double) -> Bool {
    guard let size = PlanCheck.size(picture, originals: mark), x >= 0, y >= 0, x < Double(size.width),
      y < Double(size.height)
    else { return false }
    switch picture {
    case .decoded: return true
    case .composed(let width, let height, _, _, let operations):
      let x = x * Double(width) / Double(size.width)
      let y = y * Double(height) / Double(size.height)
      return operations.contains { covers($0, x, y) }
    case .raster: return false
    }
  }
}
