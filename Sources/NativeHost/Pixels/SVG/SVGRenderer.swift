import CVips
import EdgeHandler
import Glibc

/// An original in the hands of a copy of the ``SVGWorker``, which begins when something is asked. Of an SVG it reports the size and then draws
/// as often as it is asked; when this ends, it waits for the next work with the same original.
final class SVGRenderer {
  let maximumPixels: Int
  private let original: UnsafeRawBufferPointer
  private let server: ForkServer
  private let interruption: Interruption
  private let priority: WorkPriority
  private var size: NaturalSize?
  /// Has reported the size.
  private var waiting: WaitingCopy?

  /// - Parameter original: must stay where it is as long as this.
  init(_ original: UnsafeRawBufferPointer, _ context: PixelContext) {
    self.original = original
    server = context.forkServer
    maximumPixels = context.limits.maximumPixels
    interruption = context.interruption
    priority = context.priority
  }

  deinit {
    if let waiting { server.keep(waiting) }
  }

  /// In px, with fractions.
  func naturalSize() throws(PixelFailure) -> NaturalSize {
    if let size { return size }
    let copy: WaitingCopy
    if let kept = server.waitingCopy(for: original, isLow: priority.isLow) { copy = kept } else { copy = try start() }
    (size, waiting) = (copy.size, copy)
    return copy.size
  }

  /// All of an SVG, stretched to this size.
  func picture(_ wanted: PixelSize) throws(PixelFailure) -> VipsPicture {
    guard let size = RasterSize(width: wanted.width, height: wanted.height), size.area <= maximumPixels else {
      throw .undecodable
    }
    if let copy = waiting {
      waiting = nil
      do throws(PixelFailure) {
        return try picture(copy, of: size)
      } catch {
        // It may have ended while it waited, or its time was used up: another one decides.
        guard error == .undecodable else { throw error }
      }
    }
    let copy = try start()
    return try picture(copy, of: size)
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

  private func start() throws(PixelFailure) -> WaitingCopy {
    let isLow = priority.isLow
    let socket = try begin(.svg)
    guard let size = NaturalSize(try read(socket, NaturalSize.byteCount)) else { throw .undecodable }
    return WaitingCopy(socket: socket, size: size, original: original, isLow: isLow)
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

  private func picture(_ copy: WaitingCopy, of size: RasterSize) throws(PixelFailure) -> VipsPicture {
    guard copy.socket.write(size.bytes) else { throw .undecodable }
    let picture = try picture(copy.socket, of: size)
    waiting = copy
    return picture
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
