import EdgeHandler

/// The segments of a JPEG (ITU-T T.81, annex B) up to its pixels, and between its scans where there are several. libjpeg keeps the
/// segments of applications in a list that it walks for each, and goes over all pixels for each scan, however little is in it.
enum JPEGStructure {
  /// As many of full length have 130 MB.
  private static let maximumSegments = 2000
  /// Photographs have about ten.
  private static let maximumScans = 100
  private static let maximumScannedPixels = 1_600_000_000

  static func read(_ bytes: UnsafeRawBufferPointer) throws(PixelFailure) -> Structure {
    var walk = Walk(bytes)
    try walk.run()
    guard let frame = walk.frame else { throw .undecodable }
    var structure = Structure(decoded: frame.size)
    if walk.scans > 1 {
      let (pixels, isTooMuch) = frame.size.area.multipliedReportingOverflow(by: walk.scans)
      guard walk.scans <= maximumScans, !isTooMuch, pixels <= maximumScannedPixels || walk.scans <= 16 else {
        throw .undecodable
      }
      structure.unbroken = Double(pixels) * 8
    }
    if !walk.hasEnd {
      // Everything before the end stays, but for what is dropped.
      let droppedBytes = walk.dropped.reduce(0) { $0 + $1.count }
      structure.cut = .jpeg(end: walk.end - droppedBytes, hasAllScans: walk.hasAllScans)
      // It is decoded twice: to see whether anything is missing, and for its pixels.
      structure.unbroken *= 2
    }
    if !walk.dropped.isEmpty { structure.replacement = bytes.without(walk.dropped) }
    return structure
  }

  /// The size that the first frame header says, for JPEGs inside of others.
  static func size(_ bytes: UnsafeRawBufferPointer) -> PixelSize? {
    var walk = Walk(bytes)
    walk.endsAtFrame = true
    try? walk.run()
    return walk.frame?.size
  }

  private struct Frame {
    var size: PixelSize
    var isProgressive: Bool
    /// Their identifiers.
    var components: [Int]
  }

  private struct Walk {
    let bytes: UnsafeRawBufferPointer
    var frame: Frame?
    var scans = 0
    var dropped: [Range<Int>] = []
    var endsAtFrame = false
    /// Whether there is an end marker, and where the last part is over that can be read.
    var hasEnd = false
    var end: Int
    private var segments = 0
    /// For each component, the bits of each coefficient that the scans so far have not told: all, or so many of the lowest.
    private var missingBits: [Int: [Int]] = [:]
    private static let all = 255

    init(_ bytes: UnsafeRawBufferPointer) {
      self.bytes = bytes
      end = bytes.count
    }

    var hasAllScans: Bool {
      frame?.components.allSatisfy { missingBits[$0]?.allSatisfy { $0 == 0 } == true } ?? false
    }

    /// Takes note of what a scan tells (ITU-T T.81, section B.2.3 and annex G).
    private mutating func read(scan data: UnsafeRawBufferPointer, _ frame: Frame) {
      let count = Int(data.first ?? 0)
      guard let first = data.bigEndian(1, at: 1 + 2 * count), let last = data.bigEndian(1, at: 2 + 2 * count),
        let bits = data.bigEndian(1, at: 3 + 2 * count)
      else { return }
      for index in 0..<count {
        guard let component = data.bigEndian(1, at: 1 + 2 * index) else { return }
        var missing = missingBits[component] ?? Array(repeating: Self.all, count: 64)
        if !frame.isProgressive {
          missing = Array(repeating: 0, count: 64)
        } else if first <= last, last < 64 {
          for coefficient in first...last { missing[coefficient] = bits & 15 }
        }
        missingBits[component] = missing
      }
    }

    mutating func run() throws(PixelFailure) {
      var place = 2
      while let marker = nextMarker(&place) {
        switch marker {
        case 0xD9:
          hasEnd = true
          return
        // Restarts, and others that stand alone.
        case 0x01, 0xD0...0xD8: continue
        default: break
        }
        segments += 1
        guard segments <= JPEGStructure.maximumSegments else { throw .undecodable }
        guard let length = bytes.bigEndian(2, at: place), length >= 2, let data = bytes.part(place + 2, length - 2)
        else {
          end = place - 2
          return
        }
        switch marker {
        // Lossless and hierarchical ones.
        case 0xC3, 0xC5...0xC7, 0xCB, 0xCD...0xCF: if frame == nil, isFrame(data) { throw .unread(.process) }
        case 0xC0...0xC2, 0xC9, 0xCA:
          // libjpeg knows no second one.
          guard frame == nil, let height = data.bigEndian(2, at: 1), let width = data.bigEndian(2, at: 3),
            let components = data.bigEndian(1, at: 5)
          else { throw .undecodable }
          // Twelve, where there is a library for it.
          if data.first == 12, isFrame(data), !endsAtFrame { throw .unread(.depth) }
          frame = Frame(
            size: PixelSize(width: width, height: height), isProgressive: marker == 0xC2 || marker == 0xCA,
            components: (0..<components).compactMap { data.bigEndian(1, at: 6 + 3 * $0) })
          if endsAtFrame { return }
        case 0xE1:
          if data.begins(with: "Exif\0\0"), !EXIFStructure.isBounded(behindName: data) {
            dropped.append(place - 2..<place + length)
          }
        case 0xDA:
          scans += 1
          // All is in one scan: what comes behind it is not read.
          guard let frame else { break }
          read(scan: data, frame)
          if !frame.isProgressive, data.bigEndian(1, at: 0) == frame.components.count {
            hasEnd = isEnded(from: place + length)
            return
          }
        default: break
        }
        place += length
      }
    }

    /// Whether it has the form of a frame header (section B.2.2), as noise has not.
    private func isFrame(_ data: UnsafeRawBufferPointer) -> Bool {
      guard data.count >= 6, (2...16).contains(data[0]) else { return false }
      return (1...4).contains(data[5]) && data.count == 6 + 3 * Int(data[5])
    }

    /// Whether there is an end marker behind the codes of the last scan.
    private func isEnded(from start: Int) -> Bool {
      if bytes.count >= start + 2, bytes[bytes.count - 2] == 0xFF, bytes[bytes.count - 1] == 0xD9 { return true }
      var place = start
      while let marker = nextMarker(&place) {
        if marker == 0xD9 { return true }
      }
      return false
    }

    /// Skips what is no marker: filling, junk, and the codes of a scan. Leaves `place` behind it.
    private func nextMarker(_ place: inout Int) -> Int? {
      while let rest = bytes.part(from: place), let start = rest.firstIndex(of: 0xFF) {
        var next = start + 1
        while next < rest.count, rest[next] == 0xFF { next += 1 }
        guard next < rest.count else { return nil }
        place += next + 1
        if rest[next] != 0, !(scans > 0 && (0xD0...0xD7).contains(rest[next])) { return Int(rest[next]) }
      }
      return nil
    }
  }
}
