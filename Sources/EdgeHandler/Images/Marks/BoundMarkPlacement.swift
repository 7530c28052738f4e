/// Where the mark of a bound preset lies on an output. The law: the settings say which box of the original the mark has, on the
/// original at its own size, and whatever an output shows of that box is under the mark. So no transform, and no number of
/// outputs together, ever shows anything of the box.
///
/// The mark itself stays upright and in its own proportions. Where the box is turned or squeezed into others, so many copies side
/// by side cover it as come nearest to the size that the settings would give there. Where a crop cuts the box, the mark moves
/// into view; where nothing is left of the box, the settings count on what is left of the picture, so that no output lacks a mark.
struct BoundMarkPlacement: Sendable {
  private let settings: MarkSettings
  /// The mark's original, and the box around it when it has been turned.
  private let upright: PixelSize
  private let mark: PixelSize
  private let projection: Projection
  private let x: Stretch
  private let y: Stretch
  /// What a length in px of the settings is multiplied by on this output.
  private let magnification: FixedPoint

  /// What the box, or one of many, has of an axis of the output: in px from where the original's content begins, with fractions.
  private struct Stretch: Sendable {
    /// The range covers every possible position where a crop by interest (`auto`, `entropy`) leaves the position open.
    var start: Double
    var end: Double
    /// From one box to the next.
    var step: Double?
    /// Whether it may be anywhere in between.
    var isUncertain: Bool
    /// How much of the free room lies before it.
    var alignment: FixedPoint
    var content: Int

    /// - Parameters:
    ///   - first, length, step: on the original, in its own px times `unit`.
    init(_ axis: Projection.Axis, first: Int, length: Int, step: Int?, unit: Int, alignment: FixedPoint) {
      let scale = axis.scale
      let lower = (Double(first) / Double(unit) - axis.start) * scale
      let upper = (Double(first + length) / Double(unit) - axis.start) * scale
      let slack = axis.slack * scale
      content = axis.contentLength
      start = lower - slack
      end = upper
      if axis.isReversed { (start, end) = (Double(content) - end, Double(content) - start) }
      self.step = step.map { Double($0) / Double(unit) * scale }
      isUncertain = axis.slack > 0
      self.alignment =
        axis.isReversed ? FixedPoint(millionths: FixedPoint.scale - alignment.millionths) : alignment
    }

    /// What is seen of it, with every pixel that it has a part of; `nil` for nothing.
    var visible: Range<Int>? {
      let first = max(start, 0)
      let last = min(end, Double(content))
      guard last - first > Rounding.tolerance else { return nil }
      return max(0, Rounding.down(first))..<min(content, Rounding.up(last))
    }

    /// Where something at least as long as `covered` begins that covers it and is inside the content.
    func position(_ length: Int, covering covered: Range<Int>) -> Int {
      let excess = max(0, length - covered.count)
      let wanted = covered.lowerBound - Rounding.product(excess, alignment)
      return max(0, covered.upperBound - length, min(wanted, covered.lowerBound, content - length))
    }
  }

  /// - Parameters:
  ///   - upright: size of the mark's original, at least 1 px each way.
  ///   - projection: from the marked original to the output.
  init(_ settings: MarkSettings, mark upright: PixelSize, on projection: Projection) {
    // In its box, a turned mark is placed like any other.
    var straight = settings
    straight.rotation = .zero
    let mark = settings.box(of: upright)
    self.settings = settings
    self.upright = upright
    self.mark = mark
    self.projection = projection
    let original = projection.original
    // On a small original whole px would be coarse, and an output may enlarge it.
    let side = max(1, min(original.width, original.height))
    let unit = min(1000, (999 + side) / side)
    let factor = FixedPoint(millionths: Int64(unit) * FixedPoint.scale)
    let own = MarkPlacement(
      straight.scaled(by: factor), mark: mark.scaled(by: factor), on: original.scaled(by: factor).bounds)
    let across = (own.position.x, own.size.width, own.stepX, settings.alignment.x)
    let down = (own.position.y, own.size.height, own.stepY, settings.alignment.y)
    let (alongX, alongY) = projection.exchangesAxes ? (down, across) : (across, down)
    x = Stretch(
      projection.x, first: alongX.0, length: alongX.1, step: alongX.2, unit: unit, alignment: alongX.3)
    y = Stretch(
      projection.y, first: alongY.0, length: alongY.1, step: alongY.2, unit: unit, alignment: alongY.3)
    // One mark alone does not become unreadable on small outputs. Of many the gaps would have to grow with them, and move.
    let scale = min(projection.x.scale, projection.y.scale)
    let least = settings.repetition == .none ? 1 : 0
    magnification = FixedPoint(millionths: Int64(min(max(scale, Double(least)), 1_000_000) * Double(FixedPoint.scale)))
  }

  func operation(_ blob: Blob, opacity: FixedPoint) -> PixelOperation {
    guard let acrossX = x.visible ?? (x.step == nil ? nil : 0..<x.content),
      let acrossY = y.visible ?? (y.step == nil ? nil : 0..<y.content)
    else { return onContent(blob, opacity) }
    guard x.step == nil, y.step == nil else { return repeated(blob, opacity, acrossX, acrossY) }
    let cluster = MarkCluster(
      covering: PixelSize(width: acrossX.count, height: acrossY.count), size: size(on: whole),
      within: projection.content.size)
    return .overlay(
      picture(cluster, blob),
      at: inContent(
        x.position(cluster.size.width, covering: acrossX), y.position(cluster.size.height, covering: acrossY)),
      opacity: opacity)
  }

  private func inContent(_ x: Int, _ y: Int) -> PixelPoint {
    PixelPoint(x: projection.x.contentStart + x, y: projection.y.contentStart + y)
  }

  // MARK: Sizes

  /// The original with all that a crop has cut off, as large as it would be on this output.
  private var whole: PixelSize {
    PixelSize(
      width: max(1, Rounding.up(Double(projection.x.side) * projection.x.scale - 0.5)),
      height: max(1, Rounding.up(Double(projection.y.side) * projection.y.scale - 0.5)))
  }

  private func size(on canvas: PixelSize) -> PixelSize {
    placement(on: canvas.bounds).size
  }

  private func placement(on area: PixelRect) -> MarkPlacement {
    var straight = settings.scaled(by: magnification)
    straight.rotation = .zero
    return MarkPlacement(straight, mark: mark.scaled(by: magnification), on: area)
  }

  // MARK: Pictures

  /// As on a picture that is nothing but what is seen.
  private func onContent(_ blob: Blob, _ opacity: FixedPoint) -> PixelOperation {
    let placement = placement(on: projection.content)
    let picture = picture(MarkCluster(of: placement.size), blob)
    guard placement.stepX != nil || placement.stepY != nil else {
      return .overlay(picture, at: placement.position, opacity: opacity)
    }
    return .tile(picture, at: placement.position, stepX: placement.stepX, stepY: placement.stepY, opacity: opacity)
  }

  private func picture(_ cluster: MarkCluster, _ blob: Blob) -> Picture {
    cluster.picture(of: .decoded(blob, frames: .first, operations(to: cluster.copy)))
  }

  /// What makes a mark of this size that shows what one of the settings' own size does.
  private func operations(to size: PixelSize) -> [PixelOperation] {
    let fit: TransformOptions.Fit
    switch settings.fit {
    // In their own proportions already, but for the rounding.
    case .contain, .scaleDown: fit = .squeeze
    case .crop, .aspectCrop: fit = .cover
    case .cover, .pad, .squeeze: fit = settings.fit
    }
    return settings.turning(
      upright,
      then: Framing(
        original: mark, width: size.width, height: size.height, fit: fit, gravity: .center, background: .transparent
      ).operations)
  }

  // MARK: Repetition

  /// Whole px after which copies come again on one axis, and cover what they have to nevertheless.
  private struct Period {
    /// The start of the first copy, at or before the content's beginning.
    var start: Int
    var length: Int
    /// Copies in a period. They are drawn with a whole step and then scaled to its length.
    var copies: Int
    var step: Int
    /// The part of a step that has to be covered.
    var covered: Int

    /// `nil` where copies lie side by side: where not one would be seen whole, where they could be anywhere, and where the space
    /// between them is hardly a pixel.
    init?(_ stretch: Stretch, step exact: Double) {
      let size = stretch.end - stretch.start
      guard !stretch.isUncertain, exact >= 1 else { return nil }
      let steps = Double(Rounding.up(stretch.start / exact))
      let first = stretch.start - steps * exact
      start = Rounding.down(first)
      let whole = (Rounding.down(exact), Rounding.down(size))
      if whole.0 == Rounding.up(exact), whole.1 == Rounding.up(size), start == Rounding.up(first) {
        (length, copies, step, covered) = (whole.0, 1, whole.0, whole.1)
        guard covered <= room(in: stretch.content) else { return nil }
        return
      }
      // Rounded down, a period takes the copies after it backwards. Of few copies each is as much longer as that can be; of many
      // a period holds so many that it is less than a pixel on the whole way.
      let most = Rounding.up(Double(stretch.content) / exact) + 1
      var copies = 1
      while most > Self.few, copies < most {
        let exactly = exact * Double(copies)
        if (exactly - Double(Rounding.down(exactly))) * Double(most) < Double(copies) { break }
        copies += 1
      }
      length = Rounding.down(exact * Double(copies))
      guard length >= copies else { return nil }
      step = (length + copies - 1) / copies
      let excess = exact - Double(length) / Double(copies)
      // One pixel for where the first copy begins.
      covered = Rounding.up(
        (size + 1 + max(0, excess) * Double(most)) * Double(copies) * Double(step) / Double(length))
      self.copies = copies
      guard covered <= room(in: stretch.content) else { return nil }
    }

    /// How long copies may be so that one is seen whole. (Scaled to its length a period is no longer than it was drawn.)
    func room(in content: Int) -> Int {
      let first = start < 0 ? start + (step - 1 - start) / step * step : start
      return min(step, content - first)
    }

    private static let few = 8
  }

  private func repeated(
    _ blob: Blob, _ opacity: FixedPoint, _ acrossX: Range<Int>, _ acrossY: Range<Int>
  ) -> PixelOperation {
    let periodX = x.step.flatMap { Period(x, step: $0) }
    let periodY = y.step.flatMap { Period(y, step: $0) }
    let size = size(on: whole)
    func covered(_ stretch: Stretch, _ period: Period?, _ visible: Range<Int>, _ size: Int) -> Int {
      stretch.step == nil ? visible.count : period?.covered ?? min(size, stretch.content)
    }
    let cluster = MarkCluster(
      covering: PixelSize(
        width: covered(x, periodX, acrossX, size.width), height: covered(y, periodY, acrossY, size.height)),
      size: size,
      within: PixelSize(
        width: periodX?.room(in: x.content) ?? x.content, height: periodY?.room(in: y.content) ?? y.content))
    let stepX = x.step == nil ? nil : periodX?.step ?? cluster.size.width
    let stepY = y.step == nil ? nil : periodY?.step ?? cluster.size.height
    let at = inContent(
      x.step == nil ? x.position(cluster.size.width, covering: acrossX) : periodX?.start ?? 0,
      y.step == nil ? y.position(cluster.size.height, covering: acrossY) : periodY?.start ?? 0)
    let copy = picture(cluster, blob)
    let period = PixelSize(
      width: periodX?.length ?? cluster.size.width, height: periodY?.length ?? cluster.size.height)
    let drawn = PixelSize(
      width: periodX.map { $0.copies * $0.step } ?? cluster.size.width,
      height: periodY.map { $0.copies * $0.step } ?? cluster.size.height)
    guard drawn != period else {
      return .tile(copy, at: at, stepX: stepX, stepY: stepY, opacity: opacity)
    }
    let layer = Picture.composed(
      width: drawn.width, height: drawn.height, background: .transparent, [],
      [
        .tile(copy, at: PixelPoint(x: 0, y: 0), stepX: stepX, stepY: stepY, opacity: .one),
        .resize(width: period.width, height: period.height),
      ])
    return .tile(
      layer, at: at, stepX: x.step == nil ? nil : period.width, stepY: y.step == nil ? nil : period.height,
      opacity: opacity)
  }
}

/// Copies of a mark, side by side, that together cover a box: one where it has about the box's proportions.
struct MarkCluster: Sendable, Equatable {
  /// The size of each copy.
  var copy: PixelSize
  /// The size of all copies together; the last ones are cut off at its edges.
  var size: PixelSize

  init(of size: PixelSize) {
    copy = size
    self.size = size
  }

  /// - Parameters:
  ///   - box: at least 1 px each way, and at most `limit`.
  ///   - size: the one that a copy had best have. It becomes another where a whole number of copies asks for that.
  ///   - limit: what the copies may cover.
  init(covering box: PixelSize, size wanted: PixelSize, within limit: PixelSize) {
    var copy = wanted
    if copy.width > limit.width {
      copy = PixelSize(
        width: limit.width, height: max(1, Rounding.scale(copy.height, by: limit.width, over: copy.width)))
    }
    if copy.height > limit.height {
      copy = PixelSize(
        width: max(1, Rounding.scale(copy.width, by: limit.height, over: copy.height)), height: limit.height)
    }
    guard !Self.reaches(copy.width, box.width) || !Self.reaches(copy.height, box.height) else {
      size = PixelSize(width: max(copy.width, box.width), height: max(copy.height, box.height))
      self.copy = size
      return
    }
    let isTaller = Int64(box.height) * Int64(copy.width) >= Int64(box.width) * Int64(copy.height)
    if isTaller {
      let rows = max(1, Rounding.scale(box.height, by: 1, over: copy.height))
      let height = (box.height + rows - 1) / rows
      let width = Rounding.scale(copy.width, by: height, over: copy.height)
      self.copy = PixelSize(width: Self.side(width, box.width, limit.width), height: height)
    } else {
      let columns = max(1, Rounding.scale(box.width, by: 1, over: copy.width))
      let width = (box.width + columns - 1) / columns
      let height = Rounding.scale(copy.height, by: width, over: copy.width)
      self.copy = PixelSize(width: width, height: Self.side(height, box.height, limit.height))
    }
    let columns = (box.width + self.copy.width - 1) / self.copy.width
    let rows = (box.height + self.copy.height - 1) / self.copy.height
    self.size = PixelSize(
      width: min(limit.width, columns * self.copy.width), height: min(limit.height, rows * self.copy.height))
  }

  /// Whether one copy has about the length that is to be covered: it may be stretched by a quarter.
  private static func reaches(_ length: Int, _ whole: Int) -> Bool {
    whole <= length + max(2, length / 4)
  }

  private static func side(_ length: Int, _ whole: Int, _ limit: Int) -> Int {
    min(limit, max(1, reaches(length, whole) ? max(length, whole) : length))
  }

  func picture(of mark: Picture) -> Picture {
    guard copy != size else { return mark }
    return .composed(
      width: size.width, height: size.height, background: .transparent, [],
      [
        .tile(mark, at: PixelPoint(x: 0, y: 0), stepX: copy.width, stepY: copy.height, opacity: .one)
      ])
  }
}

extension PixelSize {
  fileprivate func scaled(by factor: FixedPoint) -> PixelSize {
    PixelSize(width: max(1, Rounding.product(width, factor)), height: max(1, Rounding.product(height, factor)))
  }
}

extension PixelRect {
  fileprivate var size: PixelSize { PixelSize(width: width, height: height) }
}

extension MarkSettings {
  /// The same on an image of so many times as many px each way.
  fileprivate func scaled(by factor: FixedPoint) -> MarkSettings {
    var settings = self
    settings.width = width?.scaled(by: factor)
    settings.height = height?.scaled(by: factor)
    settings.pad = pad.scaled(by: factor)
    return settings
  }
}
