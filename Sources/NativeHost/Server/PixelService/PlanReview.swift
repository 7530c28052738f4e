import EdgeHandler

/// Holds a plan against the limits of the handler before any of it begins, so that who can order work cannot order more than a
/// request can ask for.
///
/// The size of a picture is followed through its operations. Where a plan does not tell it, because what it begins with is an
/// original as it is, the original's header does.
struct PlanReview {
  private struct Drawn {
    /// `nil` while it is that of an original that has not been looked at, which the engine bounds.
    var size: PixelSize?
    var frames = 1
    var blob: Blob?
  }

  /// The deepest plan of the handler is a grid (1) of cells (2) with marks (3).
  private static let maximumDepth = 4
  private static let maximumPictures = 128
  private static let maximumOperations = 1024
  /// A side between two operations, and pixels: what `Framing` scales to before it cuts.
  private static let longestIntermediate = 100_000
  private static let largestIntermediate = 100_000_000
  /// The ranges of the parameters, which are the same for every workspace.
  private static let blurRadii = FixedPoint.zero...FixedPoint(millionths: 250_000_000)
  private static let factors = FixedPoint.zero...FixedPoint(millionths: 10_000_000)
  private static let opacities = FixedPoint.zero...FixedPoint.one

  private let limits: Limits
  private let headers: [Blob: ImageHeader]
  private var pictureCount = 0
  private var operationCount = 0
  /// Originals whose headers must be known to say that all is within the limits.
  private(set) var unknown: Set<Blob> = []

  /// - Parameter headers: of the originals that have been looked at.
  init(_ plan: RenderPlan, limits: Limits, headers: [Blob: ImageHeader] = [:]) throws(WireError) {
    self.limits = limits
    self.headers = headers
    guard plan.encoding.ground.alpha == 255, plan.alternative?.ground.alpha ?? 255 == 255 else {
      throw WireError("ground: a JPEG's is opaque")
    }
    let drawn = try review(plan.picture, depth: 1)
    try requireOutput(drawn)
  }

  private mutating func review(_ picture: Picture, depth: Int) throws(WireError) -> Drawn {
    guard depth <= Self.maximumDepth else { throw WireError("the pictures are nested too deeply") }
    pictureCount += 1
    guard pictureCount <= Self.maximumPictures else { throw WireError("there are too many pictures") }
    switch picture {
    case .decoded(let blob, let frames, let operations):
      let header = headers[blob]
      if frames == .all, header == nil { unknown.insert(blob) }
      let count = frames == .all ? header?.frames ?? 1 : 1
      return try review(operations, on: Drawn(size: header?.orientedSize, frames: count, blob: blob), depth)
    case .raster(let raster, let operations):
      return try review(operations, on: Drawn(size: PixelSize(width: raster.width, height: raster.height)), depth)
    case .composed(let width, let height, _, let placed, let operations):
      let canvas = Drawn(size: PixelSize(width: width, height: height))
      try requireOutput(canvas)
      for one in placed { try requireOutput(try review(one.picture, depth: depth + 1)) }
      return try review(operations, on: canvas, depth)
    }
  }

  private mutating func review(
    _ operations: [PixelOperation], on drawn: Drawn, _ depth: Int
  ) throws(WireError) -> Drawn {
    operationCount += operations.count
    guard operationCount <= Self.maximumOperations else { throw WireError("there are too many operations") }
    var drawn = drawn
    for operation in operations { try review(operation, on: &drawn, depth) }
    return drawn
  }

  private mutating func review(_ operation: PixelOperation, on drawn: inout Drawn, _ depth: Int) throws(WireError) {
    switch operation {
    case .crop(let rect):
      let size = PixelSize(width: rect.width, height: rect.height)
      guard rect.x >= 0, rect.y >= 0, size.isPositive else { throw WireError("crop: is not within the picture") }
      if let whole = drawn.size {
        guard rect.x <= whole.width - size.width, rect.y <= whole.height - size.height else {
          throw WireError("crop: is not within the picture")
        }
      } else {
        // Within an original, which the engine bounds.
        guard size.area <= limits.maximumPixels else { throw WireError("crop: is larger than an original may be") }
      }
      drawn.size = size
    case .flip: break
    case .rotate(let turns):
      if turns % 2 != 0, let size = drawn.size { drawn.size = PixelSize(width: size.height, height: size.width) }
    case .resize(let width, let height), .turn(_, let width, let height):
      let size = PixelSize(width: width, height: height)
      guard size.isPositive, max(width, height) <= Self.longestIntermediate,
        size.area <= max(Self.largestIntermediate, limits.maximumPixels)
      else { throw WireError("resize or turn: to more than pictures are scaled to") }
      drawn.size = size
    case .smartCrop(let width, let height, _):
      let size = PixelSize(width: width, height: height)
      let isWithin = drawn.size.map { width <= $0.width && height <= $0.height } ?? (size.area <= limits.maximumPixels)
      guard size.isPositive, isWithin else { throw WireError("smartCrop: is larger than the picture") }
      drawn.size = size
    case .extend(let width, let height, let x, let y, _):
      try requireOutput(drawn)
      let canvas = PixelSize(width: width, height: height)
      let room = drawn.size.map { PixelSize(width: width - $0.width, height: height - $0.height) } ?? canvas
      guard x >= 0, y >= 0, x <= room.width, y <= room.height else {
        throw WireError("extend: the picture is not within the canvas")
      }
      drawn.size = canvas
      try requireOutput(drawn)
    case .flatten: try requireOutput(drawn)
    case .blur(let radius): try require(radius, in: Self.blurRadii, of: drawn)
    case .sharpen(let factor), .brightness(let factor), .contrast(let factor), .saturation(let factor),
      .gamma(let factor):
      try require(factor, in: Self.factors, of: drawn)
    case .overlay(let picture, _, let opacity):
      try require(opacity, in: Self.opacities, of: drawn)
      try requireOutput(try review(picture, depth: depth + 1))
    case .tile(let picture, _, let stepX, let stepY, let opacity):
      try require(opacity, in: Self.opacities, of: drawn)
      let copy = try review(picture, depth: depth + 1)
      try requireOutput(copy)
      guard let size = copy.size else { return }
      guard stepX ?? size.width >= size.width, stepY ?? size.height >= size.height else {
        throw WireError("tile: the copies overlap")
      }
    }
  }

  private mutating func require(
    _ value: FixedPoint, in range: ClosedRange<FixedPoint>, of drawn: Drawn
  ) throws(WireError) {
    guard range.contains(value) else { throw WireError("a number is out of its range") }
    try requireOutput(drawn)
  }

  /// What is more than cut, turned and scaled is no larger than an output.
  private mutating func requireOutput(_ drawn: Drawn) throws(WireError) {
    guard let size = drawn.size else {
      if let blob = drawn.blob { unknown.insert(blob) }
      return
    }
    guard size.isPositive, max(size.width, size.height) <= limits.maximumOutputSide,
      size.area <= limits.maximumOutputPixels / max(drawn.frames, 1)
    else {
      throw WireError("\(size.width) × \(size.height) px, \(drawn.frames) times, are more than an output may have")
    }
  }
}

extension PixelSize {
  fileprivate var isPositive: Bool { width > 0 && height > 0 }
  /// Pixels, or the most there can be.
  fileprivate var area: Int {
    let (area, isTooMuch) = width.multipliedReportingOverflow(by: height)
    return isTooMuch ? .max : area
  }
}
