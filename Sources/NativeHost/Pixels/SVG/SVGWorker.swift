import CDrawing
import CIsolation
import Glibc

/// The program of the process that reads what is read by large parsers: SVG, which is scripts of strangers as much as pictures, BMP and ICO.
///
/// It loads and initialises librsvg and gdk-pixbuf once, and has one thread. Each original is then read in a copy of it, which begins with
/// everything in place, has bounds for memory and time, and ends with its answer: a fault ends nothing but itself. One that has been given an
/// SVG waits a while for what else is to be drawn of it (``WaitingCopy``), and is never given another original. None of them has an
/// environment, an open file but its end of a socket or, where the system allows it, a network. librsvg, which is given bytes and no address
/// of theirs, refuses all references to files and networks.
public enum SVGWorker {
  /// For the program that has this among its commands.
  public static let arguments = ["svg-worker"]
  /// As ``arguments``, for a process of which each copy loads what it needs itself.
  public static let unpreparedArguments = arguments + ["--unprepared"]

  /// The maximum address space of a copy in bytes, beyond what librsvg needs for the largest picture: its surface and what goes with it.
  private static let maximumMemory: UInt64 = 2 << 30

  /// Takes sockets from standard output, which is one too, until that is closed; for each there is a copy that does its job. Returns the status to
  /// exit with.
  public static func run(isPrepared: Bool = true) -> Int32 {
    // fontconfig keeps a list of the fonts where it may: to write is an error then, and not the end.
    signal(SIGXFSZ, SIG_IGN)
    Confinement.limit(RLIMIT_FSIZE, 0)
    Confinement.enter(endsWithThread: false)
    // Nobody waits for the copies.
    signal(SIGCHLD, SIG_IGN)
    // Until a copy asks for it.
    signal(SIGIO, SIG_IGN)
    if isPrepared {
      // A copy has the thread that makes it alone: it would wait for ever for another that libraries believe to be there.
      guard prepare(), cdrawing_end_threads() == 0 else { return beginUnprepared() }
    }
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

  /// For libraries that keep a thread, or lack what the sample needs: slower, and as right. Returns where that cannot be done.
  private static func beginUnprepared() -> Int32 {
    let words = CommandLine.arguments.prefix(1) + unpreparedArguments
    var arguments: [UnsafeMutablePointer<CChar>?] = words.map { strdup($0) } + [nil]
    execv("/proc/self/exe", &arguments)
    return 70
  }

  /// Reads and draws what has a bit of everything, so that no copy has to make the tables that this needs. No filter is in it: librsvg has
  /// threads for them.
  private static func prepare() -> Bool {
    cdrawing_prepare()
    let sample = """
      <?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" viewBox="0 0 20 10">
      <style>:root{--c:rgb(9,8,7)} .a{fill:var(--c,#fff);stroke:none}</style><defs><linearGradient id="g" x2="1">
      <stop offset="0"/><stop offset="1" stop-color="hsl(9,9%,9%)" stop-opacity=".5"/></linearGradient><radialGradient id="r" xlink:href="#g"/>
      <clipPath id="c"><rect width="9" height="9" rx="2"/></clipPath><mask id="m"><circle r="9" fill="#fff"/></mask>
      <pattern id="p" width="3" height="3" patternUnits="userSpaceOnUse"><path d="M0 0h1"/></pattern><symbol id="s"><path d="M1 1l2 2"/></symbol>
      </defs><g transform="rotate(9) scale(.5)" opacity=".5" clip-path="url(#c)"><path class="a" d="M0 0L9 9C1 2 3 4 5 6A1 1 0 0 1 9 9Z"/></g>
      <use href="#s" mask="url(#m)"/><ellipse rx="3" ry="2" style="fill:url(#r);stroke:var(--c);stroke-width:1.5"/>
      <polygon points="1,1 2,2 3,1" fill="url(#p)"/><polyline points="1,1 2,2" stroke="red" stroke-dasharray="1 2"/><line x2="9" stroke="#0f0"/>
      <image width="1" height="1" href="data:image/png;base64,iVBORw0KGgo="/><text x="1" y="9" font-family="sans-serif" font-size="4px">A&amp;b</text></svg>
      """
    guard let root = root(of: Array(sample.utf8)), SVGExpansion.isBounded(root) else { return false }
    root.makeDrawable(maximumPixels: 1000)
    guard let layout = SVGLayout(root) else { return false }
    layout.apply(to: root)
    let document = root.document()
    guard let size = RasterSize(width: 20, height: 10), let svg = cdrawing_svg_open(document, document.count) else {
      return false
    }
    defer { cdrawing_svg_close(svg) }
    var pixels = [UInt8](repeating: 0, count: size.area * 4)
    return cdrawing_svg_draw(svg, layout.width, layout.height, Int32(size.width), Int32(size.height), &pixels) == 0
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

  /// Reports the size, and draws as often as somebody then says in how many pixels.
  private static func drawSVG(_ original: [UInt8], _ job: DrawingJob, _ socket: JobSocket) -> Int32 {
    guard let root = root(of: original), SVGExpansion.isBounded(root) else { return 65 }
    root.makeDrawable(maximumPixels: job.maximumPixels)
    let layout = SVGLayout(root) ?? SVGLayout(extent: extent(of: root))
    socket.endsWithPeer(false)
    guard socket.write(NaturalSize(width: layout.width, height: layout.height).bytes) else { return 74 }
    var drawing: OpaquePointer?
    while let request = nextSize(socket) {
      guard let size = RasterSize(request), size.area <= job.maximumPixels else { return 65 }
      socket.endsWithPeer(true)
      if drawing == nil {
        layout.apply(to: root)
        let document = root.document()
        drawing = cdrawing_svg_open(document, document.count)
      }
      guard let drawing, let pixels = calloc(size.area, 4)?.assumingMemoryBound(to: UInt8.self) else { return 65 }
      defer { free(pixels) }
      guard cdrawing_svg_draw(drawing, layout.width, layout.height, Int32(size.width), Int32(size.height), pixels) == 0
      else { return 65 }
      let result = send(UnsafeRawBufferPointer(start: pixels, count: size.area * 4), of: size, socket)
      guard result == 0 else { return result }
    }
    return 0
  }

  /// `nil` when nobody has asked for long enough, or nobody will.
  private static func nextSize(_ socket: JobSocket) -> [UInt8]? {
    let isLarge = cisolation_allocated() > WaitingCopy.mostMemory
    let time = isLarge ? WaitingCopy.longestWaitOfLarge : WaitingCopy.longestWait
    return socket.waits(atMost: Int32(time)) ? socket.read(RasterSize.byteCount) : nil
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
