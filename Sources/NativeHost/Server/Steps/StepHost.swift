import EdgeHandler
import Fairness
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
public final class StepHost: Sendable {
  let handler: EdgeHandler
  let sites: SiteDirectory
  let services: ServiceEffects
  let store: OutputStore
  let origins: OriginClient
  let pixels: PixelEngine
  let samples: SamplePictures
  let claims = Mutex(Claims<CacheKey, StepRunner, Waiter>())
  private let misses = Mutex(FairQueue<StepRunner>())
  /// How many there are of ``misses``; raised under its lock.
  private let workCount = Atomic(0)
  private let maximumWork: Int
  private let isDraining = Atomic(false)

  /// Where a flow that waits for another's work goes on. Called on any thread.
  typealias Waiter = @Sendable (ClaimOutcome) -> Void

  /// - Parameter maximumWork: Misses at one time, whether they fetch, render or wait for a thread; one more is answered 503, or it
  ///   takes the place of another workspace's, which is answered so. One that comes while the engine has no room is refused before
  ///   its original is fetched.
  public init(
    handler: EdgeHandler, sites: SiteDirectory, services: ServiceEffects, store: OutputStore, origins: OriginClient,
    pixels: PixelEngine, samples: SamplePictures,
    maximumWork: Int
  ) {
    self.handler = handler
    self.sites = sites
    self.services = services
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

  /// Whether there is room for a workspace that has no miss in the making.
  private var hasRoom: Bool {
    (work < maximumWork || misses.withLock { $0.hasRoom(for: nil, room: maximumWork) }) && pixels.hasRoom(for: nil)
  }

  /// `false` where there is no room for another miss of the share. It may make room by ending what another began last.
  func beginWork(_ flow: StepRunner, of share: Share) -> Bool {
    guard pixels.hasRoom(for: share) else { return false }
    let admission = misses.withLock { misses in
      defer { workCount.store(misses.waitingCount, ordering: .relaxed) }
      return misses.append(flow, of: share, room: maximumWork)
    }
    switch admission {
    case .admitted: return true
    case .displaced(let other):
      other.giveWay()
      return true
    case .refused: return false
    }
  }

  /// Does nothing for a flow that has already given way to another share.
  func endWork(_ flow: StepRunner) {
    misses.withLock { misses in
      misses.removeAll { $0 === flow }
      workCount.store(misses.waitingCount, ordering: .relaxed)
    }
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
