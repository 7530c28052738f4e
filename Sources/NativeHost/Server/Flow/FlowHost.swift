import EdgeHandler
import Glibc
import Net
import NIOCore
import Outputs
import Pixels
import Synchronization

/// What all requests share: the handler and everything that performs its effects.
///
/// Law of this folder: it performs effects and nothing else. A rule about what is answered belongs in `EdgeHandler`, because the
/// other build does not have this code.
public final class FlowHost: Sendable {
  let handler: EdgeHandler
  let store: OutputStore
  let origins: OriginClient
  let pixels: PixelEngine
  let samples: SamplePictures
  let claims = Mutex(Claims<CacheKey, Flow, Waiter>())
  private let workCount = Atomic(0)
  private let maximumWork: Int
  private let isDraining = Atomic(false)

  /// Where a flow that waits for another's work goes on. Called on any thread.
  typealias Waiter = @Sendable (ClaimOutcome) -> Void

  /// - Parameter maximumWork: Misses at one time, whether they fetch, render or wait for a thread; one more is answered 503. So is
  ///   one that comes while the engine has no room, before its original is fetched.
  public init(
    handler: EdgeHandler, store: OutputStore, origins: OriginClient, pixels: PixelEngine, samples: SamplePictures,
    maximumWork: Int
  ) {
    self.handler = handler
    self.store = store
    self.origins = origins
    self.pixels = pixels
    self.samples = samples
    self.maximumWork = maximumWork
  }

  /// Says that no new work should be sent here.
  public func beginDraining() {
    isDraining.store(true, ordering: .relaxed)
  }

  var context: Context {
    Context(now: Int64(time(nil)), isReady: !isDraining.load(ordering: .relaxed) && hasRoom)
  }

  /// Misses in the making.
  public var work: Int { workCount.load(ordering: .relaxed) }

  private var hasRoom: Bool { work < maximumWork && pixels.hasRoom }

  /// `false` where there is no room for another miss.
  func beginWork() -> Bool {
    guard hasRoom else { return false }
    let (_, count) = workCount.add(1, ordering: .relaxed)
    if count <= maximumWork { return true }
    endWork()
    return false
  }

  func endWork() {
    workCount.subtract(1, ordering: .relaxed)
  }
}

/// What those who wait behind a claim get.
enum ClaimOutcome: Sendable {
  /// Found in the store after all.
  case found(Output)
  case made(Output, lifetimeSeconds: Int)
  case failed(Problem)
  /// The claimant has ended without an outcome: the claim is the waiter's now.
  case passed
}
