import NIOCore
import NIOPosix
import Pixels

/// `imgedge pixels`, put together.
public final class PixelService: Sendable {
  public struct Settings: Sendable {
    /// 0 takes a free one.
    public var port = 8081
    public var limits = PixelEngine.Limits()
    public var threads = System.coreCount
    /// Of a request: the originals of a grid, each as large as one may be.
    public var maximumBodyBytes = 1 << 30

    public init() {}
  }

  private let group: MultiThreadedEventLoopGroup
  private let server: HTTPServer
  private let engine: PixelEngine

  public init(_ settings: Settings) {
    var configuration = HTTPServer.Configuration()
    configuration.port = settings.port
    configuration.body = .collect(maximumBytes: settings.maximumBodyBytes)
    group = MultiThreadedEventLoopGroup(numberOfThreads: settings.threads)
    engine = PixelEngine(threads: settings.threads, limits: settings.limits)
    server = HTTPServer(configuration: configuration, group: group, responder: PixelResponder(engine: engine))
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
