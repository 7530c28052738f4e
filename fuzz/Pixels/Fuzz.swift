import Dispatch
import EdgeHandler
import NIOCore
import Pixels

// Fuzzes what reads originals: the bytes of an input go through all that can be asked of the engine. libvips itself is not
// instrumented, so it is the readers around it that the fuzzer finds its way into.

let limits: PixelEngine.Limits = {
  var limits = PixelEngine.Limits()
  limits.maximumPixels = 1_000_000
  limits.maximumFrames = 20
  return limits
}()
let engine: PixelEngine = {
  // SVG is left to a process of its own, which is not started here.
  return PixelEngine(threads: 1, limits: limits, svgWorker: ["/bin/false"], pixelWorker: nil)
}()

/// What `work` calls back with.
func result<Result>(_ work: (@escaping @Sendable (Result) -> Void) -> Void) -> Result? {
  let done = DispatchSemaphore(value: 0)
  nonisolated(unsafe) var result: Result?
  work {
    result = $0
    done.signal()
  }
  done.wait()
  return result
}

/// The entry of libFuzzer (https://llvm.org/docs/LibFuzzer.html#fuzz-target).
@_cdecl("LLVMFuzzerTestOneInput")
public func check(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
  let bytes = ByteBuffer(bytes: UnsafeBufferPointer(start: start, count: count))
  let original = Blob(id: 1)
  let inspected = result {
    _ = engine.inspect(InspectRequest(blob: original, content: .all), original: bytes, completion: $0)
  }
  guard case .image(let header) = inspected, header.format != .svg,
    limits.permit(header, frames: header.frames)
  else { return 0 }
  _ = result { _ = engine.sample(SampleRequest(blob: original, longestSide: 8), original: bytes, completion: $0) }
  for metadata in [Encoding.Metadata.copyright, .keep] {
    let plan = RenderPlan(
      picture: .decoded(original, frames: .all, [.resize(width: 8, height: 8)]),
      encoding: Encoding(format: .webp, metadata: metadata), timeoutMilliseconds: 5000)
    if case .failed = result({ _ = engine.render(plan, blobs: [original: bytes], completion: $0) }) {
      fatalError("An original made the engine fail.")
    }
  }
  return 0
}
