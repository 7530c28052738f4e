import EdgeHandler
import NIOCore

/// What came of a ``RenderPlan``.
public enum Rendering: Sendable {
  case output(ByteBuffer, milliseconds: Int)
  case undecodable
  case timedOut
  case overloaded
  case failed
}

/// Follows plans with libvips, as many at once as there are cores, one thread each.
public final class PixelEngine: Sendable {
  public struct Limits: Sendable {
    /// Of one original, summed over its frames.
    public var maximumPixels = 100_000_000
    public var maximumFrames = 500
    /// Plans that wait for a thread; one more is ``Rendering/overloaded``.
    public var maximumQueued = 64

    public init() {}
  }

  public init(threads: Int, limits: Limits) {}

  /// Calls `completion` once, on a thread of the engine. The closure that is returned cancels.
  public func inspect(
    _ request: InspectRequest, original: ByteBuffer, completion: @escaping @Sendable (InspectResult) -> Void
  ) -> @Sendable () -> Void {
    completion(.unsupported)
    return {}
  }

  /// `blobs` holds every blob that the plan names.
  public func render(
    _ plan: RenderPlan, blobs: [Blob: ByteBuffer], completion: @escaping @Sendable (Rendering) -> Void
  ) -> @Sendable () -> Void {
    completion(.failed)
    return {}
  }

  public func sample(
    _ request: SampleRequest, original: ByteBuffer, completion: @escaping @Sendable (SampleResult) -> Void
  ) -> @Sendable () -> Void {
    completion(.undecodable)
    return {}
  }
}
