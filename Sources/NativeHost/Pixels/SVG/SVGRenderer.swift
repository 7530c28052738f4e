import CVips
import EdgeHandler
import Glibc

/// An original in the hands of a copy of the ``SVGWorker``, which begins when something is asked and ends with this. Of an SVG it tells the
/// size and then draws once; for another drawing there is another copy.
final class SVGRenderer {
  let maximumPixels: Int
  private let original: UnsafeRawBufferPointer
  private let server: ForkServer
  private let interruption: Interruption
  private let priority: WorkPriority
  private var size: NaturalSize?
  /// Has told the size and waits.
  private var idle: JobSocket?

  /// - Parameter original: must stay where it is as long as this.
  init(_ original: UnsafeRawBufferPointer, _ context: PixelContext) {
    self.original = original
    server = context.forkServer
    maximumPixels = context.limits.maximumPixels
    interruption = context.interruption
    priority = context.priority
  }

  /// In px, with fractions.
  func naturalSize() throws(PixelFailure) -> NaturalSize {
    if let size { return size }
    idle = try start()
    guard let size else { throw .engine }
    return size
  }

  /// All of an SVG, stretched to this size.
  func picture(_ wanted: PixelSize) throws(PixelFailure) -> VipsPicture {
    let socket: JobSocket
    if let idle { socket = idle } else { socket = try start() }
    idle = nil
    guard let size = RasterSize(width: wanted.width, height: wanted.height), size.area <= maximumPixels,
      socket.write(size.bytes)
    else { throw .undecodable }
    return try picture(socket, of: size)
  }

  /// A BMP or an ICO, which must have this size.
  func picture(_ kind: DrawingJob.Kind, _ wanted: PixelSize) throws(PixelFailure) -> VipsPicture {
    guard let size = RasterSize(width: wanted.width, height: wanted.height), size.area <= maximumPixels else {
      throw .undecodable
    }
    return try picture(try begin(kind), of: size)
  }

  /// An SVG without what could run or refer to something outside of it.
  func sanitized() throws(PixelFailure) -> [UInt8] {
    let socket = try begin(.sanitized)
    let count = try read(socket, 8).reversed().reduce(0) { $0 << 8 | Int($1) }
    guard (1...SVGEncoding.maximumBytes * 4).contains(count) else { throw .undecodable }
    return try read(socket, count)
  }

  private func start() throws(PixelFailure) -> JobSocket {
    let socket = try begin(.svg)
    guard let size = NaturalSize(try read(socket, NaturalSize.byteCount)) else { throw .undecodable }
    self.size = size
    return socket
  }

  private func begin(_ kind: DrawingJob.Kind) throws(PixelFailure) -> JobSocket {
    let socket = try server.copy(interruption)
    let left = (interruption.deadline - ContinuousClock.now) / .seconds(1)
    // A copy keeps the priority that it begins with: a drawing is short.
    let job = DrawingJob(
      kind, maximumPixels: maximumPixels, seconds: Int(min(max(left, 0), 3600)) + 1,
      niceness: priority.isLow ? Int(WorkPriority.niceness) : 0, byteCount: original.count)
    guard socket.write(job.bytes), socket.write(original, unless: { interruption.isDue }) else {
      throw interruption.isDue ? .interrupted : .undecodable
    }
    return socket
  }

  private func picture(_ socket: JobSocket, of size: RasterSize) throws(PixelFailure) -> VipsPicture {
    guard try read(socket, RasterSize.byteCount) == size.bytes else { throw .undecodable }
    let rgba = try read(socket, size.area * 4)
    let pixels = rgba.withUnsafeBytes {
      cvips_from_pixels($0.baseAddress, $0.count, Int32(size.width), Int32(size.height), 4)
    }
    let picture = try VipsPicture(pixels)
    return try VipsPicture(cvips_with_interpretation(picture.pointer, VIPS_INTERPRETATION_sRGB))
  }

  /// That a copy says less than it should, for whatever reason, is the original's fault.
  private func read(_ socket: JobSocket, _ count: Int) throws(PixelFailure) -> [UInt8] {
    if let answer = socket.read(count, unless: { interruption.isDue }) { return answer }
    throw interruption.isDue ? .interrupted : .undecodable
  }
}
