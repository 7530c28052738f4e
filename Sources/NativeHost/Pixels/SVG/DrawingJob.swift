/// What a copy of the ``SVGWorker`` is told first; the original's bytes follow.
struct DrawingJob {
  static let byteCount = 40

  enum Kind: Int {
    /// Answered with a ``NaturalSize``; each ``RasterSize`` is then answered with itself and the pixels: RGBA, not premultiplied.
    case svg = 1
    /// Answered with a length and a document.
    case sanitized
    /// Answered with a ``RasterSize`` and the pixels.
    case bmp, ico
  }

  var kind: Kind
  var maximumPixels: Int
  /// The limit of CPU time, in seconds.
  var seconds: Int
  /// What is added to that of a copy.
  var niceness: Int
  /// The size of the original in bytes.
  var byteCount: Int

  init(_ kind: Kind, maximumPixels: Int, seconds: Int, niceness: Int, byteCount: Int) {
    self.kind = kind
    self.maximumPixels = maximumPixels
    self.seconds = seconds
    self.niceness = niceness
    self.byteCount = byteCount
  }

  init?(_ bytes: [UInt8]) {
    guard bytes.count == Self.byteCount else { return nil }
    let numbers = LittleEndian.numbers(bytes, of: 8).map { Int(truncatingIfNeeded: $0) }
    guard let kind = Kind(rawValue: numbers[0]), numbers[4] >= 0 else { return nil }
    self.init(
      kind, maximumPixels: numbers[1], seconds: numbers[2], niceness: numbers[3], byteCount: numbers[4])
  }

  var bytes: [UInt8] {
    [kind.rawValue, maximumPixels, seconds, niceness, byteCount].flatMap {
      LittleEndian.bytes(UInt64(bitPattern: Int64($0)), 8)
    }
  }
}

/// The size that an SVG gives itself, in px.
struct NaturalSize: Equatable {
  static let byteCount = 16

  let width: Double
  let height: Double

  init(width: Double, height: Double) {
    self.width = width
    self.height = height
  }

  init?(_ bytes: [UInt8]) {
    guard bytes.count == Self.byteCount else { return nil }
    let numbers = LittleEndian.numbers(bytes, of: 8).map { Double(bitPattern: $0) }
    guard numbers.allSatisfy({ $0.isFinite && $0 >= 0 }) else { return nil }
    self.init(width: numbers[0], height: numbers[1])
  }

  var bytes: [UInt8] {
    [width, height].flatMap { LittleEndian.bytes($0.bitPattern, 8) }
  }
}

/// The size of a drawn picture in pixels; the longest side is cairo's.
struct RasterSize: Equatable {
  static let byteCount = 8
  static let longestSide = 32_767

  let width: Int
  let height: Int

  var area: Int { width * height }

  init?(width: Int, height: Int) {
    guard (1...Self.longestSide).contains(width), (1...Self.longestSide).contains(height) else { return nil }
    self.width = width
    self.height = height
  }

  init?(_ bytes: [UInt8]) {
    guard bytes.count == Self.byteCount else { return nil }
    let numbers = LittleEndian.numbers(bytes, of: 4)
    self.init(width: Int(clamping: numbers[0]), height: Int(clamping: numbers[1]))
  }

  var bytes: [UInt8] {
    [width, height].flatMap { LittleEndian.bytes(UInt64($0), 4) }
  }
}

private enum LittleEndian {
  static func numbers(_ bytes: [UInt8], of count: Int) -> [UInt64] {
    stride(from: 0, to: bytes.count, by: count).map { start in
      bytes[start..<start + count].reversed().reduce(0) { $0 << 8 | UInt64($1) }
    }
  }

  static func bytes(_ number: UInt64, _ count: Int) -> [UInt8] {
    (0..<count).map { UInt8(truncatingIfNeeded: number >> UInt64($0 * 8)) }
  }
}
