/// How an image of one size becomes one of another: the arithmetic of the fits, without a pixel.
struct Framing: Sendable, Equatable {
  /// In the order in which they are done.
  var operations: [PixelOperation]
  /// After all of them.
  var size: PixelSize

  /// An image may be scaled to a longer side than this only by cutting first: libvips ends at 10 million.
  private static let longestIntermediate = 100_000
  /// Nor to more pixels than this, most of which would be cut off again: as many as an original may have.
  private static let largestIntermediate: Int64 = 100_000_000

  /// What the aspect ratio is taken from: pixels, or a drawing's own size in millionths of them.
  private struct Shape {
    var width: Int64
    var height: Int64

    init(_ size: PixelSize, _ fractional: FractionalSize?) {
      width = fractional?.width.millionths ?? Int64(size.width)
      height = fractional?.height.millionths ?? Int64(size.height)
    }

    /// The height at this width.
    func height(at width: Int) -> Int { Rounding.scale(height, by: Int64(width), over: self.width) }
    func width(at height: Int) -> Int { Rounding.scale(width, by: Int64(height), over: self.height) }
  }

  /// - Parameters:
  ///   - original: at least 1 px each way.
  ///   - fractionalSize: what it was rounded from.
  ///   - width, height: of the box; with one of them the other follows from the aspect ratio.
  init(
    original: PixelSize, fractionalSize: FractionalSize? = nil, width: Int?, height: Int?, fit: TransformOptions.Fit,
    gravity: Gravity, background: Color
  ) {
    let shape = Shape(original, fractionalSize)
    guard width != nil || height != nil else {
      self.init(resizing: original, to: original)
      return
    }
    let scaled = Self.inside(original, shape, width: width, height: height, enlarges: fit != .scaleDown)
    guard let width, let height else {
      self.init(resizing: original, to: scaled)
      return
    }
    let box = PixelSize(width: width, height: height)
    switch fit {
    case .contain, .scaleDown: self.init(resizing: original, to: scaled)
    case .squeeze: self.init(resizing: original, to: box)
    case .pad:
      self.init(resizing: original, to: scaled)
      guard scaled != box else { return }
      let x = Self.offset(slack: box.width - scaled.width, gravity.fractions.x)
      let y = Self.offset(slack: box.height - scaled.height, gravity.fractions.y)
      operations.append(.extend(width: box.width, height: box.height, x: x, y: y, background))
      size = box
    case .cover: self.init(filling: box, with: original, shape, gravity: gravity)
    case .aspectCrop:
      // The box itself, or as much smaller as it takes to lie inside the original.
      let kept = Self.inside(
        box, Shape(box, nil), width: original.width, height: original.height, enlarges: false)
      self.init(filling: kept, with: original, shape, gravity: gravity)
    case .crop:
      let covers = original.width >= box.width && original.height >= box.height
      if covers {
        self.init(filling: box, with: original, shape, gravity: gravity)
      } else {
        let kept = PixelSize(
          width: min(box.width, original.width), height: min(box.height, original.height))
        self.init(cutting: original, to: kept, gravity: gravity)
      }
    }
  }

  private init(resizing original: PixelSize, to size: PixelSize) {
    operations = size == original ? [] : [.resize(width: size.width, height: size.height)]
    self.size = size
  }

  /// Scales until the box is full, then cuts what is over.
  private init(filling box: PixelSize, with original: PixelSize, _ shape: Shape, gravity: Gravity) {
    let isWider = Rounding.product(shape.width, box.height) > Rounding.product(shape.height, box.width)
    let scaled =
      isWider
      ? PixelSize(width: max(box.width, shape.width(at: box.height)), height: box.height)
      : PixelSize(width: box.width, height: max(box.height, shape.height(at: box.width)))
    if max(scaled.width, scaled.height) > Self.longestIntermediate
      || Rounding.area(scaled) > max(Self.largestIntermediate, Rounding.area(original))
    {
      let part =
        isWider
        ? PixelSize(
          width: max(1, Rounding.scale(original.height, by: box.width, over: box.height)), height: original.height)
        : PixelSize(
          width: original.width, height: max(1, Rounding.scale(original.width, by: box.height, over: box.width)))
      self.init(cutting: original, to: part, gravity: gravity)
      operations.append(.resize(width: box.width, height: box.height))
    } else {
      self.init(resizing: original, to: scaled)
      operations += Framing(cutting: scaled, to: box, gravity: gravity).operations
    }
    size = box
  }

  private init(cutting original: PixelSize, to size: PixelSize, gravity: Gravity) {
    self.size = size
    guard size != original else {
      operations = []
      return
    }
    switch gravity {
    case .interest(let interest):
      operations = [.smartCrop(width: size.width, height: size.height, interest)]
    case .point(let x, let y):
      operations = [
        .crop(
          PixelRect(
            x: Self.start(of: size.width, within: original.width, around: x),
            y: Self.start(of: size.height, within: original.height, around: y), width: size.width, height: size.height))
      ]
    }
  }

  /// The largest size of the same shape inside the box, at least 1 px each way.
  private static func inside(
    _ original: PixelSize, _ shape: Shape, width: Int?, height: Int?, enlarges: Bool
  ) -> PixelSize {
    let byWidth = width.map { PixelSize(width: $0, height: max(1, shape.height(at: $0))) }
    let byHeight = height.map { PixelSize(width: max(1, shape.width(at: $0)), height: $0) }
    let size: PixelSize
    switch (byWidth, byHeight) {
    case (let byWidth?, let byHeight?):
      let widthLimits =
        Rounding.product(shape.height, byWidth.width) <= Rounding.product(shape.width, byHeight.height)
      size = widthLimits ? byWidth : byHeight
    case (let byWidth?, nil): size = byWidth
    case (nil, let byHeight?): size = byHeight
    case (nil, nil): size = original
    }
    let isLarger = size.width > original.width || size.height > original.height
    return isLarger && !enlarges ? original : size
  }

  /// Where a window begins whose middle is as near as possible to a point.
  private static func start(of window: Int, within length: Int, around fraction: FixedPoint) -> Int {
    let middle = Rounding.product(length, fraction)
    return min(max(0, middle - window / 2), max(0, length - window))
  }

  /// How much of the free room lies before the image.
  private static func offset(slack: Int, _ fraction: FixedPoint) -> Int {
    min(Rounding.product(max(0, slack), fraction), max(0, slack))
  }
}

extension Gravity {
  fileprivate var fractions: (x: FixedPoint, y: FixedPoint) {
    switch self {
    case .point(let x, let y): (x, y)
    case .interest: (FixedPoint(millionths: 500_000), FixedPoint(millionths: 500_000))
    }
  }
}
