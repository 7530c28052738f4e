/// Where on a canvas a mark lies and how large it is: arithmetic, without a pixel. On an output of a bound source it is the
/// canvas of ``BoundMarkPlacement`` that this is reckoned on.
///
/// A mark is never larger than the area that it is drawn on, so that it lies inside with all of it, and nothing is scaled to a
/// size that nobody sees.
struct MarkPlacement: Sendable, Equatable {
  /// What makes the mark's picture.
  var operations: [PixelOperation]
  var size: PixelSize
  var position: PixelPoint
  /// From one copy to the next; `nil` does not repeat on that axis.
  var stepX: Int?
  var stepY: Int?

  /// - Parameters:
  ///   - mark: size of the mark's original, at least 1 px each way.
  ///   - area: the part of the canvas that the mark is drawn on, at least 1 px each way.
  init(
    _ settings: MarkSettings, mark: PixelSize, fractionalSize: FractionalSize? = nil, on area: PixelRect
  ) {
    // A side that is not given follows from the other, inside the area.
    let framing = Framing(
      original: settings.box(of: mark), fractionalSize: settings.isUpright ? fractionalSize : nil,
      width: Self.side(settings.width, of: area.width),
      height: Self.side(settings.height, of: area.height), fit: settings.fit, gravity: .center,
      background: .transparent)
    size = framing.size
    operations = settings.turning(mark, then: framing.operations)

    let pad = settings.pad.pixels(of: min(area.width, area.height))
    let repeatsX = settings.repetition == .both || settings.repetition == .horizontally
    let repeatsY = settings.repetition == .both || settings.repetition == .vertically
    position = PixelPoint(
      x: area.x + Self.offset(room: area.width - size.width, pad: repeatsX ? 0 : pad, settings.alignment.x),
      y: area.y + Self.offset(room: area.height - size.height, pad: repeatsY ? 0 : pad, settings.alignment.y))
    stepX = repeatsX ? size.width + pad : nil
    stepY = repeatsY ? size.height + pad : nil
  }

  /// 1 px to the whole of the area; a side that is not given has the whole.
  private static func side(_ length: Length?, of whole: Int) -> Int {
    guard let length else { return whole }
    return min(max(1, length.pixels(of: whole)), whole)
  }

  /// What lies before the mark of the free room: `pad` at least on either side, where there is room for both, and half of the
  /// room where there is not.
  private static func offset(room: Int, pad: Int, _ fraction: FixedPoint) -> Int {
    let room = max(0, room)
    let margin = min(pad, room / 2)
    return margin + min(Rounding.product(room - 2 * margin, fraction), room - 2 * margin)
  }

  func operation(_ blob: Blob, opacity: FixedPoint) -> PixelOperation {
    let picture = Picture.decoded(blob, frames: .first, operations)
    guard stepX != nil || stepY != nil else { return .overlay(picture, at: position, opacity: opacity) }
    return .tile(picture, at: position, stepX: stepX, stepY: stepY, opacity: opacity)
  }
}

extension Mark {
  /// - Parameters:
  ///   - canvas: the output without marks.
  ///   - projection: from its original to it. A preset's mark lies by that: on padding or a border, which the caller chooses, it
  ///     would leave the picture as it is.
  func operation(_ original: Original, canvas: PixelSize, projection: Projection) -> PixelOperation {
    presetName == nil ? operation(original, canvas: canvas) : operation(original, bound: projection)
  }

  func operation(_ original: Original, canvas: PixelSize) -> PixelOperation {
    MarkPlacement(
      settings, mark: original.header.orientedSize, fractionalSize: original.header.fractionalSize, on: canvas.bounds
    )
    .operation(original.blob, opacity: settings.opacity)
  }

  func operation(_ original: Original, bound projection: Projection) -> PixelOperation {
    BoundMarkPlacement(settings, mark: original.header.orientedSize, on: projection)
      .operation(original.blob, opacity: settings.opacity)
  }
}

extension TransformPlan {
  mutating func draw(_ mark: Mark, _ original: Original) {
    marks.append(mark.operation(original, canvas: size, projection: projection))
  }
}
