import EdgeHandler

/// What decoding an original will cost, as its container and the headers inside of it promise, read before any library sees it.
///
/// Law of this folder: readers look at headers and lengths, never at pixels; their time grows with the number of parts, which is
/// bounded; nothing in them traps on any input. What is beyond all reason ends as ``PixelFailure/undecodable``. They are written
/// here because no library on hand tells a file's structure without also decoding what is in it.
struct Structure {
  /// The size of the largest picture that the decoder returns for one frame, or allocates memory for.
  var decoded: PixelSize
  /// The count of an animation's frames; libraries are asked to look for no more than one over the limit.
  var frames = 1
  /// Whether ``decoded`` is not what the container says of itself.
  var isLying = false
  /// Whether decoding costs what the headers promise.
  var isPredictable = true
  /// The longest time in nanoseconds, about, that a decoder works on one frame without asking whether it should stop.
  var unbroken: Double = 0
  /// Whether an animation has parts without any pixel of a frame, which are transparent.
  var uncovers = false
  /// Whether frames of an animation are smaller than its canvas. A decoder that scales them down puts each on the nearest pixel.
  var hasPartialFrames = false
  /// Where the frames are among those that libvips decodes, if not all are shown.
  var places: [Int]?
  /// What colours mean, where they are not sRGB's and perhaps no profile says so.
  var color: ColorSignal?
  /// Whether colours are stored times alpha.
  var isPremultiplied = false
  /// Grey, or alpha, of which the decoder leaves black at 16 and white at 235 (of 8 bits).
  var narrowBands = NarrowBands()
  /// How the samples of a TIFF are to be taken.
  var tiff: TIFFStructure.Samples?
  /// Whether a BMP or an ICO has alpha; of other formats the decoder tells.
  var hasAlpha = false
  /// How the original ends, where that is too early; `nil` where it is complete.
  var cut: Cut?
  /// What is read in place of the original: it lacks what is never shown and would cost much, or has it in an order that is read.
  var replacement: [UInt8]?

  init(decoded: PixelSize) {
    self.decoded = decoded
  }

  struct NarrowBands: Equatable {
    var grey = false
    var alpha = false
  }

  static func read(
    _ bytes: UnsafeRawBufferPointer, _ format: ImageHeader.Format, _ limits: PixelEngine.Limits
  ) throws(PixelFailure) -> Structure {
    switch format {
    case .jpeg: try JPEGStructure.read(bytes)
    case .png: try PNGStructure.read(bytes).adding(PNGAnimation(bytes, most: mostFrames(limits)))
    case .gif: try GIFStructure.read(bytes, limits)
    case .webp: try WebPStructure.read(bytes, limits)
    case .tiff: try TIFFStructure.read(bytes)
    case .avif: try moving(bytes)
    case .heic: try HEIFStructure.read(bytes)
    case .bmp: try BMPStructure.read(bytes, limits)
    case .ico: try ICOStructure.read(bytes)
    // It is read by a process of its own.
    case .svg: Structure(decoded: PixelSize(width: 0, height: 0))
    }
  }
}

extension Structure {
  /// How many are looked at: one more than may be decoded, so that there are too many.
  static func mostFrames(_ limits: PixelEngine.Limits) -> Int {
    max(limits.maximumFrames, 1) + 1
  }

  /// The structure of an AVIF with or without moving pictures, and with or without a still.
  fileprivate static func moving(_ bytes: UnsafeRawBufferPointer) throws(PixelFailure) -> Structure {
    guard let sequence = AVIFSequence(bytes) else { return try HEIFStructure.read(bytes) }
    var structure: Structure
    do throws(PixelFailure) {
      structure = try HEIFStructure.read(bytes)
    } catch {
      guard let still = sequence.still else { throw error }
      structure = try still.withUnsafeBytes { bytes in
        Result { () throws(PixelFailure) in try HEIFStructure.read(bytes) }
      }.get()
      structure.replacement = still
    }
    guard AVIFSequence.isDecodable, sequence.size == structure.decoded, !structure.isLying else { return structure }
    structure.frames = min(sequence.count, 1_000_000)
    return structure
  }

  fileprivate func adding(_ animation: PNGAnimation?) -> Structure {
    guard let animation else { return self }
    var structure = self
    structure.frames = animation.count
    structure.uncovers = animation.count > 1 && animation.uncovers
    return structure
  }
}

/// The end of an original that is not where it should be, or may not be. Whether a pixel is missing shows when it is decoded.
enum Cut {
  /// The end marker is missing.
  /// - Parameters:
  ///   - end: where the last part that can be read ends.
  ///   - hasAllScans: whether the scans up to there, the last as a whole, would have everything of the picture.
  case jpeg(end: Int, hasAllScans: Bool)
  /// The chunks of pixels, or what comes behind them, are not all there, or a checksum of theirs is wrong.
  case png
  /// The frame of this number, counted from 0, is the last, and is there in part; `nil` where it ends between frames.
  case gif(partialFrame: Int?)
}

/// Bounds that hold for every format.
enum StructureLimit {
  /// The maximum size of an inflated colour profile, in bytes. Large ones, for printing, have two or three million.
  static let profileBytes = 4 << 20
  /// The maximum size of an inflated text that is kept, in bytes.
  static let textBytes = 1 << 20
}

extension PixelSize {
  /// Pixels, or the most there can be.
  var area: Int {
    let (area, isTooMuch) = max(width, 0).multipliedReportingOverflow(by: max(height, 0))
    return isTooMuch ? .max : area
  }

  /// Pixels of so many pictures of this size, or the most there can be.
  func area(times count: Int) -> Int {
    let (sum, isTooMuch) = area.multipliedReportingOverflow(by: max(count, 0))
    return isTooMuch ? .max : sum
  }
}

extension UnsafeRawBufferPointer {
  /// A copy that lacks these parts, which are in order.
  func without(_ parts: [Range<Int>]) -> [UInt8] {
    var copy: [UInt8] = []
    copy.reserveCapacity(count)
    var place = 0
    for part in parts where part.lowerBound >= place && part.upperBound <= count {
      copy += self[place..<part.lowerBound]
      place = part.upperBound
    }
    copy += self[place...]
    return copy
  }
}
