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
    var components: Int
  }

  private struct Walk {
    let bytes: UnsafeRawBufferPointer
    var frame: Frame?
    var scans = 0
    var dropped: [Range<Int>] = []
    var endsAtFrame = false
    private var segments = 0

    init(_ bytes: UnsafeRawBufferPointer) {
      self.bytes = bytes
    }

    mutating func run() throws(PixelFailure) {
      var place = 2
      while let marker = nextMarker(&place) {
        switch marker {
        case 0xD9: return
        // Restarts, and others that stand alone.
        case 0x01, 0xD0...0xD8: continue
        default: break
        }
        segments += 1
        guard segments <= JPEGStructure.maximumSegments else { throw .undecodable }
        guard let length = bytes.bigEndian(2, at: place), length >= 2, let data = bytes.part(place + 2, length - 2)
        else { return }
        switch marker {
        // Lossless and hierarchical ones.
        case 0xC3, 0xC5...0xC7, 0xCB, 0xCD...0xCF: if frame == nil { throw .unread(.process) }
        case 0xC0...0xC2, 0xC9, 0xCA:
          // libjpeg knows no second one.
          guard frame == nil, let height = data.bigEndian(2, at: 1), let width = data.bigEndian(2, at: 3),
            let components = data.bigEndian(1, at: 5)
          else { throw .undecodable }
          // Twelve, where there is a library for it.
          guard data.first == 8 || endsAtFrame else { throw .unread(.depth) }
          frame = Frame(
            size: PixelSize(width: width, height: height), isProgressive: marker == 0xC2 || marker == 0xCA,
            components: components)
          if endsAtFrame { return }
        case 0xE1:
          if data.begins(with: "Exif\0\0"), !EXIFStructure.isBounded(behindName: data) {
            dropped.append(place - 2..<place + length)
          }
        case 0xDA:
          scans += 1
          // All is in one scan: what comes behind it is not read.
          if let frame, !frame.isProgressive, data.bigEndian(1, at: 0) == frame.components { return }
        default: break
        }
        place += length
      }
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
