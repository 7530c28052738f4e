import CIsolation
import CVips
import EdgeHandler
import Glibc

/// The program of a process that reads one SVG and ends.
///
/// SVG is read by a large parser and an engine for drawing, scripts of strangers as much as pictures. So it is done where a fault
/// ends nothing but itself: in a process with no environment, no open file but its two ends, bounds for memory and time and, where
/// the system allows it, no network. librsvg, which is given bytes and no address of theirs, refuses all references to files and networks.
public enum SVGWorker {
  /// For the program that has this among its commands.
  public static let arguments = ["svg-worker"]

  /// Beyond what librsvg needs for the largest picture: its surface and libvips' copy of it.
  private static let maximumMemory: UInt64 = 2 << 30

  /// Reads an SVG from standard input and writes its size to standard output (two 32-bit numbers, least byte first), a socket. A scale
  /// may be asked for there (a 64-bit floating-point number, least byte first), which is answered with the size at that scale and the
  /// pixels: RGBA, not premultiplied. Returns the status to exit with.
  public static func run(maximumPixels: Int) -> Int32 {
    Confinement.limit(RLIMIT_AS, maximumMemory)
    Confinement.limit(RLIMIT_CPU, 60)
    // fontconfig keeps a list of the fonts where it may: to write is an error then, and not the end.
    signal(SIGXFSZ, SIG_IGN)
    Confinement.limit(RLIMIT_FSIZE, 0)
    Confinement.enter()
    guard Vips.isReady else { return 70 }
    vips_operation_block_set("VipsForeignLoadSvg", 0)
    let input = readAll()
    return input.withUnsafeBytes { bytes in
      guard Sniffing.format(of: bytes) == .svg, let (_, size) = picture(bytes, scale: 1) else { return 65 }
      guard write(size.bytes) else { return 74 }
      guard let scale = requestedScale() else { return 0 }
      guard let (picture, size) = picture(bytes, scale: scale),
        Int64(size.width) * Int64(size.height) <= Int64(maximumPixels), picture.bands == 4,
        let pixels = try? picture.pixels()
      else { return 65 }
      return write(size.bytes) && write(pixels) ? 0 : 74
    }
  }

  static func request(scale: Double) -> [UInt8] {
    (0..<8).map { UInt8(truncatingIfNeeded: scale.bitPattern >> ($0 * 8)) }
  }

  private static func requestedScale() -> Double? {
    var bytes = [UInt8](repeating: 0, count: 8)
    guard recv(1, &bytes, bytes.count, Int32(MSG_WAITALL)) == bytes.count else { return nil }
    return Double(bitPattern: bytes.reversed().reduce(0) { $0 << 8 | UInt64($1) })
  }

  private static func picture(_ svg: UnsafeRawBufferPointer, scale: Double) -> (VipsPicture, SVGSize)? {
    guard let picture = try? VipsPicture(cvips_load_svg(svg.baseAddress, svg.count, scale)),
      let size = SVGSize(width: picture.width, height: picture.height)
    else { return nil }
    return (picture, size)
  }

  private static func readAll() -> [UInt8] {
    var all: [UInt8] = []
    var part = [UInt8](repeating: 0, count: 1 << 16)
    while true {
      let count = read(0, &part, part.count)
      guard count > 0 else { return all }
      all += part[..<count]
    }
  }

  private static func write(_ bytes: [UInt8]) -> Bool {
    var rest = bytes[...]
    while !rest.isEmpty {
      let count = rest.withUnsafeBytes { Glibc.write(1, $0.baseAddress, $0.count) }
      guard count > 0 else { return false }
      rest = rest.dropFirst(count)
    }
    return true
  }
}

/// What a worker's answer begins with.
struct SVGSize {
  static let byteCount = 8

  let width: Int
  let height: Int

  init?(width: Int, height: Int) {
    guard (1...10_000_000).contains(width), (1...10_000_000).contains(height) else { return nil }
    self.width = width
    self.height = height
  }

  init?(_ bytes: some Collection<UInt8>) {
    guard bytes.count >= Self.byteCount else { return nil }
    func number(_ bytes: some Collection<UInt8>) -> Int {
      bytes.reversed().reduce(0) { $0 << 8 | Int($1) }
    }
    self.init(width: number(bytes.prefix(4)), height: number(bytes.dropFirst(4).prefix(4)))
  }

  var bytes: [UInt8] {
    [width, height].flatMap { number in (0..<4).map { UInt8(truncatingIfNeeded: number >> ($0 * 8)) } }
  }
}
