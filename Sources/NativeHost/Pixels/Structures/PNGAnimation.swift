import EdgeHandler

/// What a PNG says of its animation (PNG 3, section 11.3.6, known as APNG): which chunks hold the pixels of each frame, where it lies and how
/// it is drawn over what is there. Read here because libpng and libspng, which libvips stands on, know the default image only.
struct PNGAnimation {
  /// What becomes of a frame's part of the canvas before the next one is drawn (`dispose_op`).
  enum Disposal: Int {
    case none, background, previous
  }

  /// How a frame is drawn (`blend_op`).
  enum Blending: Int {
    case source, over
  }

  struct Frame {
    var area: PixelRect
    var delayInMilliseconds: Int
    var disposal: Disposal
    var blending: Blending
    /// Parts of one zlib stream.
    fileprivate(set) var data: [UnsafeRawBufferPointer] = []

    /// From what follows the sequence number of an `fcTL` chunk; `nil` where it does not fit the canvas or says what nobody knows.
    fileprivate init?(_ control: UnsafeRawBufferPointer, canvas: PixelSize) {
      guard control.count == 22, let width = control.bigEndian(4, at: 0), let height = control.bigEndian(4, at: 4),
        let x = control.bigEndian(4, at: 8), let y = control.bigEndian(4, at: 12),
        let numerator = control.bigEndian(2, at: 16), let denominator = control.bigEndian(2, at: 18),
        let disposal = control.bigEndian(1, at: 20).flatMap(Disposal.init(rawValue:)),
        let blending = control.bigEndian(1, at: 21).flatMap(Blending.init(rawValue:)),
        width > 0, height > 0, x <= canvas.width, y <= canvas.height, width <= canvas.width - x,
        height <= canvas.height - y
      else { return nil }
      area = PixelRect(x: x, y: y, width: width, height: height)
      // Hundredths of a second where the denominator is 0.
      let parts = denominator == 0 ? 100 : denominator
      delayInMilliseconds = (numerator * 1000 + parts / 2) / parts
      self.disposal = disposal
      self.blending = blending
    }
  }

  let canvas: PixelSize
  /// 0: for ever.
  private(set) var plays = 0
  /// As far as they are whole and in order, and no more than were asked for.
  private(set) var frames: [Frame] = []
  /// How many there are: what the file announces where there are more than were asked for.
  private(set) var count = 0
  /// Whether the file announces frames that it does not hold, as one that has been cut off does.
  private(set) var lacksFrames = false
  private let header: UnsafeRawBufferPointer
  /// Chunks before the pixels, each as it stands.
  private var ancillaries: [(name: String, chunk: UnsafeRawBufferPointer)] = []

  /// A file can announce 2³¹, which a host's module cannot count to.
  private static let maximumCount = 1_000_000

  /// Those that say what the numbers of all frames mean.
  private static let ofColor: Set<String> = ["PLTE", "tRNS", "iCCP", "cICP", "gAMA", "cHRM", "sRGB", "sBIT"]

  /// `nil` for a still, and for what is broken before its first frame.
  /// - Parameters:
  ///   - bytes: of a PNG whose chunks have been read within bounds: ``PNGStructure``.
  ///   - most: frames that are wanted.
  init?(_ bytes: UnsafeRawBufferPointer, most: Int) {
    guard let header = bytes.part(16, 13), let width = header.bigEndian(4, at: 0),
      let height = header.bigEndian(4, at: 4)
    else { return nil }
    self.header = header
    canvas = PixelSize(width: width, height: height)
    var announced: Int?
    var (hasPixels, sequence, place) = (false, 0, 33)
    walk: while let length = bytes.bigEndian(4, at: place), let name = bytes.name(at: place + 4) {
      guard let data = bytes.part(place + 8, length), let chunk = bytes.part(place, length + 12) else {
        // What is cut off belongs to the frame that was begun.
        if !frames.isEmpty, name == "IDAT" || name == "fdAT" { frames.removeLast() }
        break
      }
      place += length + 12
      switch name {
      case "acTL":
        guard !hasPixels, announced == nil, let count = data.bigEndian(4, at: 0), let plays = data.bigEndian(4, at: 4)
        else { break walk }
        (announced, self.plays) = (count, plays)
      case "fcTL":
        guard let announced, frames.count < announced, data.bigEndian(4, at: 0) == sequence,
          let frame = data.part(from: 4).flatMap({ Frame($0, canvas: canvas) }),
          // Before the default image stands that of its own frame alone.
          hasPixels || (frames.isEmpty && frame.area == PixelRect(x: 0, y: 0, width: width, height: height)),
          frames.last.map({ !$0.data.isEmpty }) ?? true
        else { break walk }
        guard frames.count < most else {
          count = min(announced, Self.maximumCount)
          break walk
        }
        sequence += 1
        frames.append(frame)
      case "fdAT":
        guard hasPixels, !frames.isEmpty, data.bigEndian(4, at: 0) == sequence, let data = data.part(from: 4)
        else { break walk }
        sequence += 1
        frames[frames.count - 1].data.append(data)
      case "IDAT":
        // Without animation control before it, a PNG has none.
        guard announced != nil else { return nil }
        hasPixels = true
        if frames.count == 1 { frames[0].data.append(data) }
      case "IEND": break walk
      default:
        if !hasPixels { ancillaries.append((name, chunk)) }
      }
    }
    if frames.last?.data.isEmpty ?? false { frames.removeLast() }
    guard !frames.isEmpty else { return nil }
    count = max(count, frames.count)
    lacksFrames = announced.map { $0 > frames.count } ?? false
  }

  /// Whether something of the canvas can be seen through, whatever the frames have on them.
  var uncovers: Bool {
    let whole = PixelRect(x: 0, y: 0, width: canvas.width, height: canvas.height)
    guard let first = frames.first, first.area == whole else { return true }
    return first.disposal != .none || frames.dropLast().contains { $0.disposal == .background }
  }

  /// Whether no frame is transparent anywhere.
  var isOpaque: Bool {
    // Colour types 4 and 6 have alpha.
    !uncovers && header[9] & 4 == 0 && !ancillaries.contains { $0.name == "tRNS" }
  }

  /// A PNG of a frame alone, in its own size.
  func file(ofFrame index: Int) -> [UInt8] {
    let frame = frames[index]
    var file: [UInt8] = [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]
    file.reserveCapacity(frame.data.reduce(4096) { $0 + $1.count })
    var header = Array(header)
    for (place, value) in [(0, frame.area.width), (4, frame.area.height)] {
      for index in 0..<4 { header[place + index] = UInt8(truncatingIfNeeded: value >> (24 - 8 * index)) }
    }
    header.withUnsafeBytes { PNGChunk.append("IHDR", [$0], to: &file) }
    for (name, chunk) in ancillaries where Self.ofColor.contains(name) { file += chunk }
    PNGChunk.append("IDAT", frame.data, to: &file)
    PNGChunk.append("IEND", [], to: &file)
    return file
  }
}
