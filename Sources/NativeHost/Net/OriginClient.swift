import EdgeHandler
import NIOCore

/// What came of an ``OutboundRequest``.
public enum Fetched: Sendable {
  /// `body` is empty unless `status` is 200.
  case response(status: Int, location: String?, contentType: String?, body: ByteBuffer, milliseconds: Int)
  case failed(FetchFailure)
}

/// Fetches originals with libcurl, on one thread for all.
public final class OriginClient: Sendable {
  public struct Configuration: Sendable {
    /// Networks, in CIDR notation, that may be connected to although they are not public.
    public var allowedNetworks: [String] = []
    public var userAgent = "imgedge"
    public var maximumConnections = 256

    public init() {}
  }

  public init(configuration: Configuration) {}

  /// Calls `completion` once, on the client's thread. The closure that is returned cancels.
  public func fetch(
    _ request: OutboundRequest, completion: @escaping @Sendable (Fetched) -> Void
  ) -> @Sendable () -> Void {
    completion(.failed(.unreachable))
    return {}
  }
}
