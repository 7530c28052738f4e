@testable import EdgeHandler

/// Follows a plan as a pixel engine would, but over sizes only, and says where it does not hold together: a cut that leaves
/// the picture, a side without pixels, a canvas that is smaller than what lies on it.
enum PlanCheck {
  static func faults(_ plan: RenderPlan, original: @escaping (Blob) -> ImageHeader?) -> [String] {
    var walk = Walk(original: original)
    if let size = walk.size(plan.picture), size.width > 16384 || size.height > 16384 {
      walk.faults.append("the output has \(size)")
    }
    if plan.timeoutMilliseconds < 1 { walk.faults.append("no time is given to render") }
    return walk.faults
  }

  /// The size of a picture after the operations; `nil` where they are inconsistent.
  static func size(_ start: PixelSize, after operations: [PixelOperation]) -> PixelSize? {
    var walk = Walk(original: { _ in nil })
    let size = walk.size(start, after: operations)
    return walk.faults.isEmpty ? size : nil
  }

  /// The size of a picture in which every original has the given size; `nil` where the operations are inconsistent.
  static func size(_ picture: Picture, originals: PixelSize) -> PixelSize? {
    var walk = Walk(original: { _ in
      ImageHeader(format: .png, width: originals.width, height: originals.height)
    })
    let size = walk.size(picture)
    return walk.faults.isEmpty ? size : nil
  }

  private struct Walk {
    let original: (Blob) -> ImageHeader?
    var faults: [String] = []

    mutating func size(_ picture: Picture) -> PixelSize? {
      switch picture {
      case .decoded(let blob, _, let operations):
        guard let header = original(blob) else {
          faults.append("a blob is decoded in which no picture is known")
          return nil
        }
        return size(header.orientedSize, after: operations)
      case .raster(let raster, let operations):
        return size(PixelSize(width: raster.width, height: raster.height), after: operations)
      case .composed(let width, let height, _, let placed, let operations):
        for one in placed { _ = size(one.picture) }
        return size(PixelSize(width: width, height: height), after: operations)
      }
    }

    mutating func size(_ start: PixelSize, after operations: [PixelOperation]) -> PixelSize? {
      var size = start
      func fits(_ rect: PixelRect) -> Bool {
        rect.x >= 0 && rect.y >= 0 && rect.x + rect.width <= size.width && rect.y + rect.height <= size.height
      }
      for operation in operations {
        let before = size
        switch operation {
        case .crop(let rect):
          if !fits(rect) { faults.append("\(rect) is cut out of \(before)") }
          size = PixelSize(width: rect.width, height: rect.height)
        case .rotate(let quarterTurns):
          if !(1...3).contains(quarterTurns) { faults.append("\(quarterTurns) quarter turns") }
          if quarterTurns % 2 == 1 { size = PixelSize(width: before.height, height: before.width) }
        case .resize(let width, let height), .turn(_, let width, let height):
          size = PixelSize(width: width, height: height)
        case .smartCrop(let width, let height, _):
          if width > before.width || height > before.height { faults.append("\(operation) of \(before)") }
          size = PixelSize(width: width, height: height)
        case .extend(let width, let height, let x, let y, _):
          size = PixelSize(width: width, height: height)
          if !fits(PixelRect(x: x, y: y, width: before.width, height: before.height)) {
            faults.append("\(before) is put outside: \(operation)")
          }
        case .overlay(let picture, _, _): _ = self.size(picture)
        case .tile(let picture, _, let stepX, let stepY, _):
          if let tile = self.size(picture), stepX ?? tile.width < tile.width || stepY ?? tile.height < tile.height {
            faults.append("tiles of \(tile) overlap: \(stepX ?? 0), \(stepY ?? 0)")
          }
        case .flip, .flatten, .blur, .sharpen, .brightness, .contrast, .saturation, .gamma: break
        }
        if size.width < 1 || size.height < 1 { faults.append("nothing is left of \(before) after \(operation)") }
        // Between two cuts a picture may be longer than an output; an engine still has to hold it.
        if max(size.width, size.height) > 200_000 { faults.append("\(operation) makes \(size)") }
      }
      return size
    }
  }
}
