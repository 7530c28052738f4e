import CDrawing
import CIsolation
import Glibc

/// The program of the process that reads what is read by large parsers: SVG, which is scripts of strangers as much as pictures, BMP and ICO.
///
/// It loads and initialises librsvg and gdk-pixbuf once, and has one thread. Each original is then read in a copy of it, which begins with
/// everything in place, has bounds for memory and time, and ends with its answer: a fault ends nothing but itself. None of them has an
/// environment, an open file but its end of a socket or, where the system allows it, a network. librsvg, which is given bytes and no address
/// of theirs, refuses all references to files and networks.
public enum SVGWorker {
  /// For the program that has this among its commands.
  public static let arguments = ["svg-worker"]

  /// The maximum address space of a copy in bytes, beyond what librsvg needs for the largest picture: its surface and what goes with it.
  private static let maximumMemory: UInt64 = 2 << 30

  /// Takes sockets from standard output, which is one too, until that is closed; for each there is a copy that does its job. Returns the status to
  /// exit with.
  public static func run() -> Int32 {
    // fontconfig keeps a list of the fonts where it may: to write is an error then, and not the end.
    signal(SIGXFSZ, SIG_IGN)
    Confinement.limit(RLIMIT_FSIZE, 0)
    Confinement.enter(endsWithThread: false)
    // Nobody waits for the copies.
    signal(SIGCHLD, SIG_IGN)
    // Until a copy asks for it.
    signal(SIGIO, SIG_IGN)
    guard cdrawing_prepare() == 0 else { return 70 }
    while true {
      let socket = cisolation_receive_descriptor(1)
      guard socket >= 0 else { return 0 }
      if cisolation_fork() == 0 {
        close(0)
        close(1)
        _exit(work(socket))
      }
      close(socket)
    }
  }

  private static func work(_ socket: Int32) -> Int32 {
    signal(SIGCHLD, SIG_DFL)
    let socket = JobSocket(socket)
    guard socket.write([ForkServer.acknowledgement]), let head = socket.read(DrawingJob.byteCount),
      let job = DrawingJob(head)
    else { return 74 }
    Confinement.limit(RLIMIT_AS, maximumMemory)
    Confinement.limit(RLIMIT_CPU, UInt64(clamping: job.seconds))
    if job.niceness > 0 { cisolation_lower(0, Int32(clamping: job.niceness)) }
    guard let original = socket.read(job.byteCount) else { return 74 }
    socket.endsWithPeer(true)
    switch job.kind {
    case .svg: return drawSVG(original, job, socket)
    case .sanitized: return sanitize(original, socket)
    case .bmp: return decode("bmp", original, job, socket)
    case .ico: return decode("ico", original, job, socket)
    }
  }

  private static func root(of original: [UInt8]) -> SVGElement? {
    SVGEncoding.plain(original).flatMap(SVGReader.read)
  }

  /// Tells the size, and where somebody then says in how many pixels, draws.
  private static func drawSVG(_ original: [UInt8], _ job: DrawingJob, _ socket: JobSocket) -> Int32 {
    guard let root = root(of: original), SVGExpansion.isBounded(root) else { return 65 }
    root.makeDrawable(maximumPixels: job.maximumPixels)
    let layout = SVGLayout(root) ?? SVGLayout(extent: extent(of: root))
    socket.endsWithPeer(false)
    guard socket.write(NaturalSize(width: layout.width, height: layout.height).bytes),
      let request = socket.read(RasterSize.byteCount)
    else { return 0 }
    guard let size = RasterSize(request), size.area <= job.maximumPixels else { return 65 }
    socket.endsWithPeer(true)
    layout.apply(to: root)
    let document = root.document()
    guard let svg = cdrawing_svg_open(document, document.count),
      let pixels = calloc(size.area, 4)?.assumingMemoryBound(to: UInt8.self),
      cdrawing_svg_draw(svg, layout.width, layout.height, Int32(size.width), Int32(size.height), pixels) == 0
    else { return 65 }
    return send(UnsafeRawBufferPointer(start: pixels, count: size.area * 4), of: size, socket)
  }

  private static func extent(of root: SVGElement) -> [Double]? {
    let document = root.document()
    var box = [0.0, 0, 0, 0]
    guard let svg = cdrawing_svg_open(document, document.count),
      cdrawing_svg_extent(svg, SVGLayout.replaced.width, SVGLayout.replaced.height, &box) == 0
    else { return nil }
    return box
  }

  private static func sanitize(_ original: [UInt8], _ socket: JobSocket) -> Int32 {
    guard let document = root(of: original)?.document() else { return 65 }
    socket.endsWithPeer(false)
    let count = (0..<8).map { UInt8(truncatingIfNeeded: document.count >> ($0 * 8)) }
    return socket.write(count) && socket.write(document) ? 0 : 74
  }

  private static func decode(_ module: String, _ original: [UInt8], _ job: DrawingJob, _ socket: JobSocket) -> Int32 {
    var (width, height): (Int32, Int32) = (0, 0)
    guard let pixels = cdrawing_decode(module, original, original.count, job.maximumPixels, &width, &height),
      let size = RasterSize(width: Int(width), height: Int(height))
    else { return 65 }
    return send(UnsafeRawBufferPointer(start: pixels, count: size.area * 4), of: size, socket)
  }

  private static func send(_ pixels: UnsafeRawBufferPointer, of size: RasterSize, _ socket: JobSocket) -> Int32 {
    socket.endsWithPeer(false)
    return socket.write(size.bytes) && socket.write(pixels, unless: { false }) ? 0 : 74
  }
}
