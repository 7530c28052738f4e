import EdgeHandler
import Glibc
import NIOCore
import Synchronization
import Testing

@testable import Pixels

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
        engine.render(.long(timeoutMilliseconds: 900_000), blobs: blobs) { continuation.yield($0.name) })
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
    let cancel = engine.render(.long(timeoutMilliseconds: 900_000), blobs: blobs) {
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
      timeoutMilliseconds: 900_000)
    let name = await withCheckedContinuation { continuation in
      _ = engine.render(plan, blobs: blobs) { continuation.resume(returning: $0.name) }
    }
    #expect(name == "output")
  }
}

/// Work that lasts until a test lets it go, and what has come of it.
private final class Floodgate: Sendable {
  private struct State {
    var isOpen = false
    var running: Set<String> = []
    var done: [String] = []
    var refused: [String] = []
  }

  private let state = Mutex(State())

  var running: Set<String> { state.withLock { $0.running } }
  var done: [String] { state.withLock { $0.done } }
  var refused: [String] { state.withLock { $0.refused } }

  func open() { state.withLock { $0.isOpen = true } }

  func submit(_ name: String, of share: Share, to queue: WorkQueue, isHeld: Bool = true) {
    _ = queue.submit(of: share, timeoutMilliseconds: 600_000) { [self] turn in
      guard case .run = turn else { return { [self] in state.withLock { $0.refused.append(name) } } }
      state.withLock { _ = $0.running.insert(name) }
      while isHeld && !state.withLock({ $0.isOpen }) { usleep(500) }
      return { [self] in
        state.withLock {
          $0.running.remove(name)
          $0.done.append(name)
        }
      }
    }
  }
}

@Suite(.ownThread) struct WorkQueueFairnessTests {
  private let gate = Floodgate()
  private let noisy = Share(workspace: "noisy")
  private let quiet = Share(workspace: "quiet")
  private let third = Share(workspace: "third")

  private func queue(threads: Int, queued: Int) -> WorkQueue {
    let queue = WorkQueue(threads: threads, maximumQueued: queued)
    queue.start()
    return queue
  }

  @Test(
    "a share is served at once while another holds all threads and the whole queue", arguments: [1, 2, 4], [0, 1, 8])
  func aFloodHoldsUpNobodyElse(threads: Int, queued: Int) async throws {
    let queue = queue(threads: threads, queued: queued)
    for number in 0..<(threads + queued + 5) { gate.submit("noisy \(number)", of: noisy, to: queue) }
    #expect(gate.refused.count == 5)
    try await until { gate.running.count == threads }
    #expect(!queue.hasRoom(for: noisy))
    #expect(queue.hasRoom(for: quiet) && queue.hasRoom(for: nil))
    for number in 0..<20 {
      gate.submit("quiet \(number)", of: quiet, to: queue, isHeld: false)
      try await until { gate.done.count == number + 1 }
    }
    #expect(gate.running.count == threads, "alone, the flood gets no thread more")
    gate.open()
    try await until { gate.done.count == threads + queued + 20 }
    #expect(gate.refused.count == 5)
    try await offPool { queue.shutdown() }
  }

  @Test("a full queue takes a newcomer in the place of what came last of the share with the most")
  func theLongestGivesWay() async throws {
    let queue = queue(threads: 1, queued: 4)
    gate.submit("running", of: noisy, to: queue)
    try await until { gate.running.count == 1 }
    for number in 1...4 { gate.submit("noisy \(number)", of: noisy, to: queue) }
    // The first has the spare thread, the others wait.
    gate.submit("quiet 1", of: quiet, to: queue)
    try await until { gate.running.count == 2 }
    gate.submit("quiet 2", of: quiet, to: queue)
    #expect(gate.refused == ["noisy 4"])
    gate.submit("quiet 3", of: quiet, to: queue)
    #expect(gate.refused == ["noisy 4", "noisy 3"])
    gate.submit("quiet 4", of: quiet, to: queue)
    #expect(gate.refused == ["noisy 4", "noisy 3", "quiet 4"])
    gate.submit("third 1", of: third, to: queue)
    #expect(gate.refused == ["noisy 4", "noisy 3", "quiet 4", "noisy 2"])
    gate.open()
    try await until { gate.done.count == 6 }
    #expect(Set(gate.done) == ["running", "noisy 1", "quiet 1", "quiet 2", "quiet 3", "third 1"])
    try await offPool { queue.shutdown() }
  }

  @Test("shares have their turns, however much more one has waiting")
  func turns() async throws {
    let queue = queue(threads: 1, queued: 100)
    gate.submit("noisy", of: noisy, to: queue)
    gate.submit("quiet", of: quiet, to: queue)
    try await until { gate.running.count == 2 }
    for number in 0..<50 { gate.submit("noisy \(number)", of: noisy, to: queue, isHeld: false) }
    for number in 0..<3 { gate.submit("third \(number)", of: third, to: queue, isHeld: false) }
    gate.open()
    try await until { gate.done.count == 55 }
    let last = gate.done.lastIndex { $0.hasPrefix("third") } ?? 55
    #expect(last < 40, "\(gate.done)")
    try await offPool { queue.shutdown() }
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
    case .alternative: "alternative"
    case .original: "original"
    case .undecodable: "undecodable"
    case .timedOut: "timedOut"
    case .overloaded: "overloaded"
    case .failed: "failed"
    }
  }
}
