import CZlibLibrary

/// The pixels of a PNG that ends early, or whose checksums are wrong, compressed anew: as far as they go, and zeroes from there. So that
/// the decoder finds a whole picture, whose every pixel is defined, and it is known which are real.
///
/// By zlib, since libdeflate gives nothing of a stream that is not whole.
struct PNGRecompression {
  private(set) var file: [UInt8] = []
  /// How many rows of each pass are there. A picture that is not interlaced is one pass.
  private(set) var rows: [Int] = []
  /// Whether no pixel is missing and nothing contradicts a checksum of them all.
  private(set) var isWhole = false
  let passes: [PNGPass]

  fileprivate static let pieceBytes = 64 << 10

  /// - Parameter png: with a header that the reader of structures has taken.
  init(_ png: UnsafeRawBufferPointer, _ interruption: Interruption) throws(PixelFailure) {
    guard let passes = PNGPass.all(of: png) else { throw .undecodable }
    self.passes = passes
    var pixels = try Recompressor(passes)
    var tail: [UInt8] = []
    var hasPixels = false
    file = Array(png.prefix(8))
    var place = 8
    while let length = png.bigEndian(4, at: place), let name = png.name(at: place + 4) {
      guard !interruption.isDue else { throw .interrupted }
      if name == "IDAT" {
        hasPixels = true
        let data = png.part(place + 8, length) ?? png.part(from: place + 8)
        try data.map { data throws(PixelFailure) in try pixels.take(data, interruption) }
      } else {
        guard name != "IEND", let chunk = png.part(place, length + 12) else { break }
        if hasPixels { tail += chunk } else { file += chunk }
      }
      place += 12 + length
    }
    let stream = try pixels.finish(interruption)
    stream.withUnsafeBytes { PNGChunk.append("IDAT", [$0], to: &file) }
    file += tail
    PNGChunk.append("IEND", [], to: &file)
    isWhole = pixels.isWhole
    var left = pixels.produced
    for pass in passes {
      rows.append(pass.rowBytes == 0 ? 0 : min(left / pass.rowBytes, pass.height))
      left = max(left - pass.rowBytes * pass.height, 0)
    }
    guard rows.first.map({ $0 > 0 }) == true else { throw .undecodable }
  }

  /// From one zlib stream to another.
  private struct Recompressor {
    private let inflater: Stream
    private let deflater: Stream
    private var output: [UInt8] = []
    private let total: Int
    /// Bytes of rows that are real.
    private(set) var produced = 0
    private(set) var isWhole = false
    /// Where the next row begins, of which pass and which row of it.
    private var nextRow = 0
    private var (pass, row) = (0, 0)
    private var isOver = false
    private let passes: [PNGPass]

    init(_ passes: [PNGPass]) throws(PixelFailure) {
      self.passes = passes
      total = passes.reduce(0) { $0 + $1.rowBytes * $1.height }
      inflater = Stream { inflateEnd($0) }
      deflater = Stream { deflateEnd($0) }
      let size = Int32(MemoryLayout<z_stream>.size)
      guard inflateInit_(inflater.pointer, ZLIB_VERSION, size) == Z_OK,
        deflateInit_(deflater.pointer, 1, ZLIB_VERSION, size) == Z_OK
      else { throw .engine }
    }

    mutating func take(_ data: UnsafeRawBufferPointer, _ interruption: Interruption) throws(PixelFailure) {
      let stream = inflater.pointer
      // zlib's type says otherwise, but it only reads them.
      stream.pointee.next_in = UnsafeMutablePointer(mutating: data.baseAddress?.assumingMemoryBound(to: UInt8.self))
      stream.pointee.avail_in = UInt32(clamping: data.count)
      var piece = [UInt8](repeating: 0, count: PNGRecompression.pieceBytes)
      while !isOver {
        guard !interruption.isDue else { throw .interrupted }
        let (code, count) = piece.withUnsafeMutableBufferPointer { room in
          stream.pointee.next_out = room.baseAddress
          stream.pointee.avail_out = UInt32(room.count)
          let code = inflate(stream, Z_NO_FLUSH)
          return (code, room.count - Int(stream.pointee.avail_out))
        }
        let good = check(piece.prefix(min(count, total - produced)))
        write(piece.prefix(good), flush: Z_NO_FLUSH)
        produced += good
        switch code {
        case Z_OK, Z_BUF_ERROR:
          // The checksum of all may be missing, but is not wrong.
          if produced == total { isWhole = true }
          if count < piece.count, stream.pointee.avail_in == 0 { return }
          if produced == total, count > 0, count < piece.count || good < count { isOver = good < count }
          if code == Z_BUF_ERROR { return }
        case Z_STREAM_END:
          isWhole = produced == total
          isOver = true
        default:
          isWhole = false
          isOver = true
        }
      }
    }

    /// How many of these bytes are of rows whose filter exists.
    private mutating func check(_ bytes: ArraySlice<UInt8>) -> Int {
      while nextRow < produced + bytes.count {
        while pass < passes.count, row >= passes[pass].height || passes[pass].rowBytes == 0 {
          (pass, row) = (pass + 1, 0)
        }
        guard pass < passes.count else { return bytes.count }
        guard bytes[bytes.startIndex + nextRow - produced] <= 4 else {
          isOver = true
          isWhole = false
          return nextRow - produced
        }
        nextRow += passes[pass].rowBytes
        row += 1
      }
      return bytes.count
    }

    private mutating func write(_ bytes: some Collection<UInt8>, flush: Int32) {
      var input = Array(bytes)
      var room = [UInt8](repeating: 0, count: PNGRecompression.pieceBytes)
      let stream = deflater.pointer
      input.withUnsafeMutableBufferPointer { input in
        stream.pointee.next_in = input.baseAddress
        stream.pointee.avail_in = UInt32(input.count)
        var isDone = false
        while !isDone {
          let count = room.withUnsafeMutableBufferPointer { room in
            stream.pointee.next_out = room.baseAddress
            stream.pointee.avail_out = UInt32(room.count)
            _ = deflate(stream, flush)
            return room.count - Int(stream.pointee.avail_out)
          }
          output += room.prefix(count)
          isDone = count < room.count
        }
      }
    }

    /// The whole stream.
    mutating func finish(_ interruption: Interruption) throws(PixelFailure) -> [UInt8] {
      var missing = total - produced
      let zeroes = [UInt8](repeating: 0, count: PNGRecompression.pieceBytes)
      while missing > 0 {
        guard !interruption.isDue else { throw .interrupted }
        write(zeroes.prefix(missing), flush: Z_NO_FLUSH)
        missing -= min(missing, zeroes.count)
      }
      write([], flush: Z_FINISH)
      return output
    }
  }

  private final class Stream {
    let pointer = UnsafeMutablePointer<z_stream>.allocate(capacity: 1)
    private let end: (UnsafeMutablePointer<z_stream>) -> Int32

    init(_ end: @escaping (UnsafeMutablePointer<z_stream>) -> Int32) {
      self.end = end
      pointer.initialize(to: z_stream())
    }

    deinit {
      _ = end(pointer)
      pointer.deallocate()
    }
  }
}

/// The rows of a PNG that come one after the other: all, or every n-th pixel of every m-th (PNG 3, section 8).
struct PNGPass {
  /// The column of the first pixel.
  let x: Int
  let y: Int
  let stepX: Int
  let stepY: Int
  let height: Int
  /// With the filter's byte; 0 where the pass has no pixel.
  let rowBytes: Int

  /// `nil` where the header is not one.
  static func all(of png: UnsafeRawBufferPointer) -> [PNGPass]? {
    guard let width = png.bigEndian(4, at: 16), let height = png.bigEndian(4, at: 20),
      let depth = png.bigEndian(1, at: 24), let kind = png.bigEndian(1, at: 25), let method = png.bigEndian(1, at: 28),
      [1, 2, 4, 8, 16].contains(depth), width > 0, height > 0, width < 1 << 31, height < 1 << 31
    else { return nil }
    let channels: Int
    switch kind {
    case 0, 3: channels = 1
    case 2: channels = 3
    case 4: channels = 2
    case 6: channels = 4
    default: return nil
    }
    let grids =
      method == 0
      ? [(0, 0, 1, 1)]
      : [(0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2), (0, 1, 1, 2)]
    return grids.map { x, y, stepX, stepY in
      let across = (width - x + stepX - 1) / stepX
      let down = (height - y + stepY - 1) / stepY
      return PNGPass(
        x: x, y: y, stepX: stepX, stepY: stepY, height: max(down, 0),
        rowBytes: across <= 0 || down <= 0 ? 0 : 1 + (across * depth * channels + 7) / 8)
    }
  }
}
