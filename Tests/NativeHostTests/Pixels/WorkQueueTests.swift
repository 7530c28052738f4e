import EdgeHandler
import NIOCore
import Pixels
import Synchronization
import Testing

@Suite(.ownThread) struct WorkQueueTests {
  private func engine(threads: Int, queued: Int) -> PixelEngine {
    var limits = PixelEngine.Limits()
    limits.maximumQueued = queued
    return PixelEngine(threads: threads, limits: limits)
  }

  @Test func refusesWhatIsTooMuch() async throws {
    let engine = engine(threads: 1, queued: 2)
    let blobs = [Workbench.original: try TestPictures.bytes("f.png")]
    let (outcomes, continuation) = AsyncStream.makeStream(of: String.self)
    var cancellations: [@Sendable () -> Void] = []
    for _ in 0..<8 {
      cancellations.append(
        engine.render(.long(timeoutMilliseconds: 60_000), blobs: blobs) { continuation.yield($0.name) })
    }
    // One runs and two wait, whatever the pace; of the others nobody has to wait for an answer.
    var iterator = outcomes.makeAsyncIterator()
    for _ in 0..<5 { #expect(await iterator.next() == "overloaded") }
    for cancel in cancellations { cancel() }
    for _ in 0..<3 { #expect(await iterator.next() == "failed") }
  }

  @Test func endsWhatTakesTooLong() async throws {
    let engine = engine(threads: 1, queued: 8)
    let blobs = [Workbench.original: try TestPictures.bytes("f.png")]
    let (outcomes, continuation) = AsyncStream.makeStream(of: String.self)
    // The second waits for the first, which is given time enough to outlast it.
    let cancel = engine.render(.long(timeoutMilliseconds: 60_000), blobs: blobs) {
      continuation.yield("1 \($0.name)")
    }
    _ = engine.render(.long(timeoutMilliseconds: 50), blobs: blobs) { continuation.yield("2 \($0.name)") }
    var iterator = outcomes.makeAsyncIterator()
    #expect(await iterator.next() == "2 timedOut")
    cancel()
    #expect(await iterator.next() == "1 failed")
    _ = engine.render(.long(timeoutMilliseconds: 50), blobs: blobs) { continuation.yield("3 \($0.name)") }
    #expect(await iterator.next() == "3 timedOut")
  }

  @Test func callsNobodyBackAfterItHasBeenShutDown() async throws {
    let engine = engine(threads: 1, queued: 8)
    let blobs = [Workbench.original: try TestPictures.bytes("f.png")]
    let outcomes = Mutex<[String]>([])
    for _ in 0..<3 {
      _ = engine.render(.long(timeoutMilliseconds: 600_000), blobs: blobs) { rendering in
        outcomes.withLock { $0.append(rendering.name) }
      }
    }
    try await offPool { engine.shutdown() }
    #expect(outcomes.withLock { $0 } == ["failed", "failed", "failed"])
    _ = engine.render(.long(timeoutMilliseconds: 600_000), blobs: blobs) { rendering in
      outcomes.withLock { $0.append(rendering.name) }
    }
    #expect(outcomes.withLock { $0.count } == 4)
  }

  @Test func worksOnAfterInterruptions() async throws {
    let engine = engine(threads: 2, queued: 8)
    let blobs = [Workbench.original: try TestPictures.bytes("f.png")]
    for _ in 0..<4 {
      let name = await withCheckedContinuation { continuation in
        _ = engine.render(.long(timeoutMilliseconds: 20), blobs: blobs) { continuation.resume(returning: $0.name) }
      }
      #expect(name == "timedOut")
    }
    let plan = RenderPlan(
      picture: .decoded(Workbench.original, frames: .first, []), encoding: Encoding(format: .png),
      timeoutMilliseconds: 60_000)
    let name = await withCheckedContinuation { continuation in
      _ = engine.render(plan, blobs: blobs) { continuation.resume(returning: $0.name) }
    }
    #expect(name == "output")
  }
}

extension RenderPlan {
  /// Takes half a minute.
  static func long(timeoutMilliseconds: Int) -> RenderPlan {
    let work = [PixelOperation](repeating: .saturation(FixedPoint(millionths: 1_500_000)), count: 200)
    return RenderPlan(
      picture: .decoded(Workbench.original, frames: .first, [.resize(width: 4000, height: 4000)] + work),
      encoding: Encoding(format: .jpeg), timeoutMilliseconds: timeoutMilliseconds)
  }
}

extension Rendering {
  var name: String {
    switch self {
    case .output: "output"
    case .undecodable: "undecodable"
    case .timedOut: "timedOut"
    case .overloaded: "overloaded"
    case .failed: "failed"
    }
  }
}
