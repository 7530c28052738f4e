import EdgeHandler
import Net
import NIOCore
import NIOPosix
import Outputs
import Pixels

/// `imgedge serve`, put together: the flows, what they use, and the server in front.
public final class Service: Sendable {
  public struct Settings: Sendable {
    public var configuration = Configuration.demo
    public var server = HTTPServer.Configuration()
    public var origins = OriginClient.Configuration()
    /// Where outputs are kept; `nil` for memory only.
    public var directory: String?
    public var maximumMemoryBytes = 256 << 20
    public var maximumDiskBytes = 10 << 30
    /// Misses at one time.
    public var maximumWork = 256
    /// Plans that wait for a thread.
    public var maximumQueued = 64
    public var threads = System.coreCount

    public init() {}
  }

  private let group: MultiThreadedEventLoopGroup
  private let origins: OriginClient
  private let store: OutputStore
  private let host: FlowHost
  private let server: HTTPServer

  /// - Throws: ``OutputStoreError`` when the directory for outputs cannot be used.
  public init(_ settings: Settings, samples: SamplePictures = .shipped()) throws {
    store = try OutputStore(
      directory: settings.directory, maximumMemoryBytes: settings.maximumMemoryBytes,
      maximumDiskBytes: settings.maximumDiskBytes)
    origins = OriginClient(configuration: settings.origins)
    var limits = PixelEngine.Limits()
    limits.maximumPixels = settings.configuration.limits.maximumPixels
    limits.maximumFrames = settings.configuration.limits.maximumFrames
    limits.maximumQueued = settings.maximumQueued
    host = FlowHost(
      handler: EdgeHandler(configuration: settings.configuration), store: store, origins: origins,
      pixels: PixelEngine(threads: settings.threads, limits: limits), samples: samples,
      maximumWork: settings.maximumWork)
    group = MultiThreadedEventLoopGroup(numberOfThreads: settings.threads)
    server = HTTPServer(configuration: settings.server, group: group, responder: EdgeResponder(host: host))
  }

  /// Blocks until the service listens. Returns the port.
  public func start() throws -> Int {
    try server.start().wait().port ?? 0
  }

  /// Blocks until what is in flight has been answered, or `grace` is over, and everything has ended.
  public func stop(grace: TimeAmount) throws {
    host.beginDraining()
    try server.drain(grace: grace).wait()
    origins.shutdown()
    store.flush()
    try group.syncShutdownGracefully()
  }
}
