import EdgeHandler

/// What a piece of work will cost at most, as far as it can be told before it begins.
///
/// Most decoders and encoders ask now and then whether they should stop. Those that do not, and those whose cost no header tells, run in a
/// process that can be ended, unless they are done so soon that nobody would notice.
struct WorkCost {
  /// The longest time in nanoseconds, about, in which nothing asks whether it should stop.
  private(set) var unbroken = 0.0
  private(set) var isPredictable = true
  /// All that are decoded and encoded.
  private(set) var pixels = 0

  /// A thread may be held past its limit by a second; a busy machine is slower than an idle one.
  private static let longestUnbroken = 0.6e9

  /// Work of so many pixels, which take some 50 ms, is given a process where it may have to yield (``WorkPriority``). For less, others
  /// need hardly wait, and what a process costs more would show.
  private static let leastThatYields = 2_000_000

  func needsProcess(_ priority: WorkPriority) -> Bool {
    !isPredictable || unbroken > Self.longestUnbroken || !priority.isFirst && pixels >= Self.leastThatYields
  }

  /// Bytes of address space for such a process: that of any process, and what codecs take for a pixel.
  var memory: Int {
    (1 << 30) + 40 * min(pixels, 1 << 32)
  }

  /// The cost of decoding an original, or of reading its header.
  init(_ bytes: UnsafeRawBufferPointer, decodes: Bool, allFrames: Bool = false, _ context: PixelContext) {
    _ = add(bytes, allFrames: allFrames, context)
    if !decodes { unbroken = 0 }
  }

  init(_ plan: RenderPlan, _ blobs: [Blob: UnsafeRawBufferPointer], _ context: PixelContext) {
    let (size, frames) = add(plan.picture, blobs, context)
    let area = min(size.area, 1 << 32)
    add(pixels: area, times: frames)
    let isStill = frames == 1 || plan.encoding.format == .gif
    unbroken += Double(area) * Double(isStill ? 1 : frames) * plan.encoding.nanosecondsPerPixel
  }

  private mutating func add(pixels area: Int, times count: Int) {
    let (product, isTooMuch) = area.multipliedReportingOverflow(by: count)
    pixels = min(pixels, 1 << 40) + (isTooMuch ? 1 << 40 : min(max(product, 0), 1 << 40))
  }

  /// Gives the size of the picture and how many frames it has.
  private mutating func add(
    _ bytes: UnsafeRawBufferPointer, allFrames: Bool, _ context: PixelContext
  ) -> (PixelSize, Int) {
    guard let format = Sniffing.format(of: bytes),
      case .success(let structure) = context.structures.structure(of: bytes, format, context.limits).structure,
      // What is too large is not decoded.
      structure.decoded.area <= context.limits.maximumPixels
    else { return (PixelSize(width: 1, height: 1), 1) }
    let frames = allFrames ? min(structure.frames, context.limits.maximumFrames) : 1
    unbroken += structure.unbroken
    if !structure.isPredictable { isPredictable = false }
    // libavif does not ask whether it should stop, and its frames depend on each other.
    if format == .avif, frames > 1 { isPredictable = false }
    add(pixels: structure.decoded.area, times: frames)
    return (structure.decoded, frames)
  }

  private mutating func add(
    _ picture: Picture, _ blobs: [Blob: UnsafeRawBufferPointer], _ context: PixelContext
  ) -> (PixelSize, Int) {
    var size: PixelSize
    var frames = 1
    let operations: [PixelOperation]
    switch picture {
    case .decoded(let blob, let wanted, let following):
      guard let bytes = blobs[blob] else { return (PixelSize(width: 1, height: 1), 1) }
      (size, frames) = add(bytes, allFrames: wanted == .all, context)
      operations = following
      // The size of an SVG that is drawn at its own is known to the process that draws it only.
      if size.area == 0, !following.contains(where: \.isResize), Sniffing.format(of: bytes) == .svg {
        size = (try? context.renderer(of: bytes).naturalSize()).map(\.rounded) ?? size
      }
    case .raster(let raster, let following):
      size = PixelSize(width: raster.width, height: raster.height)
      operations = following
    case .composed(let width, let height, _, let placed, let following):
      size = PixelSize(width: width, height: height)
      for one in placed { _ = add(one.picture, blobs, context) }
      operations = following
    }
    for operation in operations {
      switch operation {
      case .crop(let rect): size = PixelSize(width: min(rect.width, size.width), height: min(rect.height, size.height))
      case .rotate(let quarterTurns) where quarterTurns % 2 != 0:
        size = PixelSize(width: size.height, height: size.width)
      case .resize(let width, let height), .turn(_, let width, let height), .smartCrop(let width, let height, _),
        .extend(let width, let height, _, _, _):
        size = PixelSize(width: width, height: height)
      case .overlay(let mark, _, _), .tile(let mark, _, _, _, _): _ = add(mark, blobs, context)
      default: break
      }
    }
    return (size, frames)
  }
}

extension PixelOperation {
  fileprivate var isResize: Bool {
    if case .resize = self { true } else { false }
  }
}

extension Encoding {
  /// For noise, which takes some encoders ten times as long as a photograph. 0 for those that can be stopped at any row.
  fileprivate var nanosecondsPerPixel: Double {
    switch format {
    case .avif: 1500
    case .webp: lossless ? 800 : 300
    case .gif: 600
    // One of few colours is compressed in one go.
    case .png: palette ? 700 : 30
    case .jpeg, .svg: 0
    }
  }
}
