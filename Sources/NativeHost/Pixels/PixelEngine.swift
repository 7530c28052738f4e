import CVips
import EdgeHandler
import NIOCore

/// What came of a ``RenderPlan``.
public enum Rendering: Sendable {
  /// `damaged` has the originals that end early.
  case output(ByteBuffer, milliseconds: Int, damaged: [Blob])
  /// As `output`, in the other encoding (``RenderPlan/alternative``).
  case alternative(ByteBuffer, milliseconds: Int, damaged: [Blob])
  /// The bytes of the original itself, which is whole (``RenderPlan/original``).
  case original(ByteBuffer, milliseconds: Int)
  case undecodable
  case timedOut
  case overloaded
  case failed
}

/// Follows plans with libvips, as many at once as there are cores, one thread each, and one more of a share that has none at work.
///
/// It decides nothing: what is to be made has been computed down to the pixel. It keeps what it is asked within bounds of time, memory
/// and number, and the text of libvips' errors, which quotes originals, to itself.
public final class PixelEngine: Sendable {
  public struct Limits: Sendable {
    /// The maximum size of an original in pixels, summed over its frames.
    public var maximumPixels = 100_000_000
    public var maximumFrames = 500
    /// What may wait for a thread; one more is ``Rendering/overloaded``, or takes the place of what waits of a share with more.
    public var maximumQueued = 64
    /// For what has no limit of its own: inspecting and sampling.
    public var timeoutMilliseconds = 30_000

    public init() {}

    /// Whether so many frames of an original may be decoded. Its header may say anything.
    public func permit(_ header: ImageHeader, frames: Int) -> Bool {
      let size = PixelSize(width: header.width, height: header.height)
      return frames <= maximumFrames && size.area(times: frames) <= maximumPixels
    }
  }

  private let queue: WorkQueue
  private let limits: Limits
  private let forkServer: ForkServer
  /// For what cannot be broken off; `nil` where all is done here.
  private let workers: PixelWorkerPool?

  /// - Parameters:
  ///   - svgWorker: a program and its first arguments, which runs ``SVGWorker/run()``.
  ///   - pixelWorker: one that runs ``PixelWorker/run()``. `nil`, for programs that have no such command, has all done in this
  ///     process, whose threads are then held past their limits by what cannot be broken off.
  public init(
    threads: Int, limits: Limits, svgWorker: [String] = ["/proc/self/exe"] + SVGWorker.arguments,
    pixelWorker: [String]? = ["/proc/self/exe"] + PixelWorker.arguments
  ) {
    guard Vips.isReady else { fatalError("libvips cannot be initialised.") }
    self.limits = limits
    forkServer = ForkServer(command: svgWorker)
    workers = pixelWorker.map { PixelWorkerPool(command: $0, maximumIdle: threads) }
    queue = WorkQueue(threads: threads, maximumQueued: limits.maximumQueued)
    queue.start()
  }

  deinit {
    queue.close()
    workers?.close()
    forkServer.close()
  }

  /// Ends all work, as if it were cancelled, and returns when nothing will be called back any more.
  public func shutdown() {
    queue.shutdown()
    workers?.close()
    forkServer.close()
  }

  /// Whether what is asked of it now would not be refused; `nil` is for a share that asks for nothing else.
  public func hasRoom(for share: Share?) -> Bool { queue.hasRoom(for: share) }

  /// Calls `completion` once, on a thread of the engine, or at once on the caller's where the engine is overloaded.
  /// The closure that is returned cancels; what is cancelled before it is done ends as overloaded or failed.
  public func inspect(
    _ request: InspectRequest, original: ByteBuffer, of share: Share = Share(),
    completion: @escaping @Sendable (InspectResult) -> Void
  ) -> @Sendable () -> Void {
    queue.submit(of: share, timeoutMilliseconds: limits.timeoutMilliseconds) { [self] turn in
      guard case .run(let interruption, let priority) = turn else { return { completion(.overloaded) } }
      let result = inspected(request, original, context(interruption, priority))
      return { completion(result) }
    }
  }

  /// `blobs` holds every blob that the plan names.
  public func render(
    _ plan: RenderPlan, blobs: [Blob: ByteBuffer], of share: Share = Share(),
    completion: @escaping @Sendable (Rendering) -> Void
  ) -> @Sendable () -> Void {
    queue.submit(of: share, timeoutMilliseconds: plan.timeoutMilliseconds) { [self] turn in
      let rendering: Rendering =
        switch turn {
        case .run(let interruption, let priority): rendered(plan, blobs, context(interruption, priority))
        case .refused(.full): .overloaded
        case .refused(.timedOut): .timedOut
        case .refused(.cancelled): .failed
        }
      return { completion(rendering) }
    }
  }

  public func sample(
    _ request: SampleRequest, original: ByteBuffer, of share: Share = Share(),
    completion: @escaping @Sendable (SampleResult) -> Void
  ) -> @Sendable () -> Void {
    queue.submit(of: share, timeoutMilliseconds: limits.timeoutMilliseconds) { [self] turn in
      let result: SampleResult =
        switch turn {
        case .run(let interruption, let priority): sampled(request, original, context(interruption, priority))
        case .refused(.timedOut): .timedOut
        case .refused: .overloaded
        }
      return { completion(result) }
    }
  }

  // MARK: On a thread of the queue

  private func inspected(
    _ request: InspectRequest, _ original: ByteBuffer, _ context: PixelContext
  ) -> InspectResult {
    original.withUnsafeReadableBytes { bytes in
      let cost = WorkCost(bytes, decodes: request.content != nil, allFrames: request.content == .all, context)
      guard let workers, cost.needsProcess(context.priority) else {
        return withExtendedLifetime(context) { Inspection.result(of: request, original, context) }
      }
      do throws(PixelWorkerPool.Failure) {
        let blobs = [request.blob: bytes]
        guard case .inspected(let result) = try workers.answer(.inspect(request), blobs: blobs, cost, context) else {
          return .overloaded
        }
        return result
      } catch {
        return error == .died ? .undecodable : .overloaded
      }
    }
  }

  private func sampled(
    _ request: SampleRequest, _ original: ByteBuffer, _ context: PixelContext
  ) -> SampleResult {
    original.withUnsafeReadableBytes { bytes in
      let cost = WorkCost(bytes, decodes: true, context)
      guard let workers, cost.needsProcess(context.priority) else {
        return withExtendedLifetime(context) { Sampling.result(of: request, original, context) }
      }
      do throws(PixelWorkerPool.Failure) {
        let blobs = [request.blob: bytes]
        guard case .sampled(let result) = try workers.answer(.sample(request), blobs: blobs, cost, context) else {
          return .overloaded
        }
        return result
      } catch {
        switch error {
        case .died: return .undecodable
        case .interrupted where !context.interruption.isCancelled: return .timedOut
        case .interrupted, .notStarted: return .overloaded
        }
      }
    }
  }

  private func rendered(
    _ plan: RenderPlan, _ originals: [Blob: ByteBuffer], _ context: PixelContext
  ) -> Rendering {
    PlanRun.withBytes(of: Array(originals)) { blobs in
      let cost = WorkCost(plan, blobs, context)
      guard let workers, cost.needsProcess(context.priority) else {
        return withExtendedLifetime(context) { PlanRun.outcome(of: plan, originals, context) }
      }
      do throws(PixelWorkerPool.Failure) {
        guard case .rendered(let rendering) = try workers.answer(.render(plan), blobs: blobs, cost, context) else {
          return .failed
        }
        return rendering
      } catch {
        switch error {
        case .died: return blobs.isEmpty ? .failed : .undecodable
        case .interrupted: return context.interruption.isCancelled ? .failed : .timedOut
        case .notStarted: return .failed
        }
      }
    }
  }

  private func context(_ interruption: Interruption, _ priority: WorkPriority) -> PixelContext {
    PixelContext(limits: limits, forkServer: forkServer, interruption: interruption, priority: priority)
  }
}
