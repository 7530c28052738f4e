import EdgeHandler
import Net
import NIOCore
import NIOPosix
import Pixels

/// `imgedge pixels`, put together.
public final class PixelService: Sendable {
  public struct Settings: Sendable {
    /// What a caller must know; see ``isSecret(_:)``.
    public var secret: String
    /// 0 takes a free one.
    public var port = 8081
    /// The limits of every work, the same as the handler's.
    public var limits = Limits()
    /// Waiting for a thread.
    public var maximumQueued = 64
    public var threads = System.coreCount
    /// The maximum size of all request bodies together, in bytes; one body of the allowed size always fits.
    public var maximumHeldBytes = 1 << 30

    public init(secret: String) {
      self.secret = secret
    }

    /// Whether a text can be sent as a bearer token (RFC 6750, section 2.1) and is too long to be guessed.
    public static func isSecret(_ text: String) -> Bool {
      text.utf8.count >= 32
        && text.utf8.allSatisfy { byte in
          switch byte {
          case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"): true
          case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-")...UInt8(ascii: "/"): true
          case UInt8(ascii: "_"), UInt8(ascii: "~"), UInt8(ascii: "+"), UInt8(ascii: "="): true
          default: false
          }
        }
    }
  }

  private let group: MultiThreadedEventLoopGroup
  private let server: HTTPServer
  private let engine: PixelEngine

  public init(_ settings: Settings) {
    var limits = PixelEngine.Limits()
    limits.maximumPixels = settings.limits.maximumPixels
    limits.maximumFrames = settings.limits.maximumFrames
    limits.maximumQueued = settings.maximumQueued
    limits.timeoutMilliseconds = settings.limits.transformTimeoutMilliseconds
    group = MultiThreadedEventLoopGroup(numberOfThreads: settings.threads)
    engine = PixelEngine(threads: settings.threads, limits: limits)
    // Tried before anybody waits for the answer.
    _ = Abilities.lacking
    server = HTTPServer(
      configuration: Self.configuration(settings), group: group,
      responder: PixelResponder(engine: engine, limits: settings.limits))
  }

  static func configuration(_ settings: Settings) -> HTTPServer.Configuration {
    var admission = HTTPServer.BodyAdmission()
    let caller = PixelAdmission(secret: settings.secret)
    admission.refusal = { caller.refusal(of: $0) }
    // Where that is less, one original and the text before it.
    let maximum = max(
      settings.maximumHeldBytes, settings.limits.maximumOriginalBytes + PixelParcel.maximumTextBytes + 4)
    admission.held = HeldBytes(maximum: maximum)
    var configuration = HTTPServer.Configuration()
    configuration.port = settings.port
    configuration.body = .collect(maximumBytes: maximum, admission)
    return configuration
  }

  /// Blocks until the service listens. Returns the port.
  public func start() throws -> Int {
    try server.start().wait().port ?? 0
  }

  /// Blocks until what is in flight has been answered, or `grace` is over.
  public func stop(grace: TimeAmount) throws {
    try server.drain(grace: grace).wait()
    engine.shutdown()
    try group.syncShutdownGracefully()
  }
}
