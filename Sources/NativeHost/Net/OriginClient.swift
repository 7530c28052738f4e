import Dispatch
import EdgeHandler
import NIOCore

/// What came of an ``OutboundRequest``.
public enum Fetched: Sendable {
  /// `body` is empty unless `status` is 200. `milliseconds` counts from the call, and so does waiting for a connection.
  /// `holding` is to be kept for as long as `body` is.
  case response(
    status: Int, location: String?, contentType: String?, contentRange: String?, retryAfter: String?, body: ByteBuffer,
    holding: Holding, milliseconds: Int)
  case failed(FetchFailure)
}

/// Fetches originals and performs small exchanges with libcurl, on one thread for all, which does nothing that takes long.
///
/// Everything that leaves the service towards an origin goes through here, and this is what keeps it harmless: only `http` and
/// `https`, only to addresses that ``AddressPolicy`` lets through, checked on the address that the connection is made to (an exchange
/// with a server that the operator's settings name may go to any); no
/// redirect is followed, no proxy, cookie or stored credential used, and no answer can hold more memory or time than its request allows.
public final class OriginClient: Sendable {
  public struct Configuration: Sendable {
    /// Networks, in CIDR notation, that may be connected to although they are not public. What `IPNetwork(parsing:)` does not read
    /// opens nothing: check it where it is entered.
    public var allowedNetworks: [String] = []
    /// Exchanges at one time; others wait, within their own time limit. One share gets at most half of them.
    public var maximumConnections = 256
    /// Exchanges at one time with one origin (scheme, host and port), so that a slow one does not take all connections. One share
    /// gets at most half of them: origins are shared too, as the endpoint of an object store is.
    public var maximumConnectionsPerOrigin = 128
    /// The maximum size of all bodies together, in bytes, for as long as their ``Holding``s are kept; an exchange over
    /// it ends with
    /// ``FetchFailure/overloaded``. Never less than what the one request allows.
    public var maximumHeldBytes = 1 << 30
    /// From the look-up of the name to the end of the TLS handshake.
    public var connectTimeoutMilliseconds = 5000
    /// A PEM file that replaces the system's certificate authorities.
    public var certificateAuthorities: String?

    public init() {}
  }

  private let loop: FetchLoop
  private let held: HeldBytes

  public init(configuration: Configuration) {
    held = HeldBytes(maximum: configuration.maximumHeldBytes)
    loop = FetchLoop(configuration: configuration)
    loop.start()
  }

  deinit {
    loop.close()
  }

  /// The size of all bodies that are being read or worked on, in bytes.
  public var heldByteCount: Int { held.count }

  /// Calls `completion` once, on the client's thread, which it must not hold up (after ``shutdown()``: on the caller's, at once).
  /// The closure that is returned cancels: unless the exchange is over already, it ends as ``FetchFailure/unreachable``.
  public func fetch(
    _ request: OutboundRequest, of share: Share = Share(), completion: @escaping @Sendable (Fetched) -> Void
  ) -> @Sendable () -> Void {
    let holding = Holding(of: held, share: share, largest: request.maximumBytes)
    let transfer = OriginTransfer(request, of: share, holding: holding, completion: completion)
    guard loop.post(.start(transfer)) else {
      completion(.failed(.unreachable))
      return {}
    }
    return { [weak loop] in _ = loop?.post(.cancel(transfer)) }
  }

  /// One small exchange with a service. Calls `completion` once, on the client's thread, which it must not hold up (after ``shutdown()``:
  /// on another). The closure that is returned cancels: what has not been sent then never is.
  ///
  /// Each exchange has a connection of its own. On one that was used before, a request could be lost or sent twice, and nobody could tell.
  public func exchange(
    _ request: ExchangeRequest, completion: @escaping @Sendable (ExchangeResult) -> Void
  ) -> @Sendable () -> Void {
    let transfer = ExchangeTransfer(request, completion: completion)
    let start = { @Sendable [weak loop] in
      if loop?.post(.start(transfer)) != true { transfer.fail(.unreachable) }
    }
    if request.delayMilliseconds > 0 {
      DispatchQueue.global().asyncAfter(deadline: .now() + .milliseconds(request.delayMilliseconds), execute: start)
    } else {
      start()
    }
    return { [weak loop] in _ = loop?.post(.cancel(transfer)) }
  }

  /// Ends all exchanges as ``FetchFailure/unreachable`` and returns when the thread has ended. Not to be called in a completion.
  public func shutdown() {
    loop.close()
    loop.join()
  }
}
