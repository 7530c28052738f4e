/// Which part of an oriented original an output shows, and where on the output that part lies: what the operations of a plan do
/// to the places of pixels.
///
/// Nothing but `+ − × ÷`, which IEEE 754 rounds alike everywhere: the two builds must agree to the pixel.
struct Projection: Sendable, Equatable {
  /// One axis of the output, and what of the original lies along it.
  struct Axis: Sendable, Equatable {
    /// The original's side along this axis, in its own px.
    let side: Int
    /// Where the shown part of the original begins and how long it is, in the original's own px.
    private(set) var start = 0.0
    private(set) var length: Double
    /// How much further on the shown part may begin: where a crop by interest lies is settled by the pixels, after the plan.
    private(set) var slack = 0.0
    /// Whether the original's first pixel is the output's last.
    fileprivate(set) var isReversed = false
    /// Where the shown part lies on the output, in px.
    fileprivate(set) var contentStart = 0
    fileprivate(set) var contentLength: Int
    fileprivate var outputLength: Int

    fileprivate init(side: Int) {
      self.side = side
      length = Double(side)
      contentLength = side
      outputLength = side
    }

    /// Px of the output to a px of the original.
    var scale: Double { Double(contentLength) / length }

    fileprivate mutating func cut(from first: Int, count: Int) {
      let before = isReversed ? outputLength - first - count : first
      let whole = Double(max(1, outputLength))
      start += length * Double(before) / whole
      length = length * Double(count) / whole
      resize(to: count)
    }

    fileprivate mutating func cutAnywhere(count: Int) {
      let whole = Double(max(1, outputLength))
      slack += length * Double(outputLength - count) / whole
      length = length * Double(count) / whole
      resize(to: count)
    }

    fileprivate mutating func resize(to count: Int) {
      contentStart = 0
      contentLength = count
      outputLength = count
    }

    fileprivate mutating func extend(to count: Int, at place: Int) {
      contentStart += place
      outputLength = count
    }
  }

  let original: PixelSize
  /// Whether the original's rows are the output's columns.
  private(set) var exchangesAxes = false
  private(set) var x: Axis
  private(set) var y: Axis

  /// - Parameters:
  ///   - original: oriented, at least 1 px each way.
  ///   - operations: what is done to it, in order. Nothing is cut, turned or resized after the canvas has been extended.
  init(_ original: PixelSize, after operations: [PixelOperation]) {
    self.original = original
    x = Axis(side: original.width)
    y = Axis(side: original.height)
    for operation in operations { append(operation) }
  }

  /// The part of the output that shows the original: without what is put around it.
  var content: PixelRect {
    PixelRect(x: x.contentStart, y: y.contentStart, width: x.contentLength, height: y.contentLength)
  }

  private mutating func append(_ operation: PixelOperation) {
    switch operation {
    case .crop(let rect):
      x.cut(from: rect.x, count: rect.width)
      y.cut(from: rect.y, count: rect.height)
    case .smartCrop(let width, let height, _):
      x.cutAnywhere(count: width)
      y.cutAnywhere(count: height)
    case .flip(let horizontal, let vertical):
      if horizontal { x.isReversed.toggle() }
      if vertical { y.isReversed.toggle() }
    case .rotate(let quarterTurns):
      for _ in 0..<max(0, quarterTurns % 4) {
        swap(&x, &y)
        x.isReversed.toggle()
        exchangesAxes.toggle()
      }
    case .resize(let width, let height):
      x.resize(to: width)
      y.resize(to: height)
    case .extend(let width, let height, let left, let top, _):
      x.extend(to: width, at: left)
      y.extend(to: height, at: top)
    // Only marks are turned by other angles.
    case .turn, .flatten, .blur, .sharpen, .brightness, .contrast, .saturation, .gamma, .overlay, .tile: break
    }
  }
}
