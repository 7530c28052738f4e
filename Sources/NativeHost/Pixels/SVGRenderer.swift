import CVips
import EdgeHandler
import Glibc

/// An SVG in the hands of an ``SVGWorker``, a process that is started when something is asked and ends with this. It tells the size
/// and then draws once; for another drawing there is another process.
final class SVGRenderer {
  let maximumPixels: Int
  private let svg: UnsafeRawBufferPointer
  /// The worker's program and first arguments.
  private let command: [String]
  private let interruption: Interruption
  private let priority: WorkPriority
  private var size: PixelSize?
  /// Has told the size and waits.
  private var idle: WorkerProcess?

  /// - Parameter svg: must stay where it is as long as this.
  init(_ svg: UnsafeRawBufferPointer, _ context: PixelContext) {
    self.svg = svg
    command = context.svgWorker
    maximumPixels = context.limits.maximumPixels
    interruption = context.interruption
    priority = context.priority
  }

  func naturalSize() throws(PixelFailure) -> PixelSize {
    if let size { return size }
    let (process, size) = try start()
    self.size = size
    idle = process
    return size
  }

  func picture(scale: Double) throws(PixelFailure) -> VipsPicture {
    let process: WorkerProcess
    if let idle { process = idle } else { process = try start().process }
    idle = nil
    guard process.write(SVGWorker.request(scale: scale)) else { throw .undecodable }
    let size = try readSize(process)
    guard Int64(size.width) * Int64(size.height) <= Int64(maximumPixels) else { throw .undecodable }
    let rgba = try read(process, size.width * size.height * 4)
    let pixels = rgba.withUnsafeBytes {
      cvips_from_pixels($0.baseAddress, $0.count, Int32(size.width), Int32(size.height), 4)
    }
    let picture = try VipsPicture(pixels)
    return try VipsPicture(cvips_with_interpretation(picture.pointer, VIPS_INTERPRETATION_sRGB))
  }

  private func start() throws(PixelFailure) -> (process: WorkerProcess, size: PixelSize) {
    guard let process = WorkerProcess(command + ["\(maximumPixels)"], input: svg) else { throw .engine }
    priority.enter(process)
    return (process, try readSize(process))
  }

  private func readSize(_ process: WorkerProcess) throws(PixelFailure) -> PixelSize {
    guard let size = SVGSize(try read(process, SVGSize.byteCount)) else { throw .undecodable }
    return PixelSize(width: size.width, height: size.height)
  }

  /// That a worker says less than it should, for whatever reason, is the SVG's fault.
  private func read(_ process: WorkerProcess, _ count: Int) throws(PixelFailure) -> [UInt8] {
    if let answer = process.read(count, unless: { interruption.isDue }) { return answer }
    throw interruption.isDue ? .interrupted : .undecodable
  }
}
