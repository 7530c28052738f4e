import EdgeHandler
import Logging
import Net
import NIOCore
import NIOPosix
import Outputs
import Pixels

/// `imgedge serve`, put together: the flows, what they use, and the server in front.
public final class Service: Sendable {
  public struct Settings: Sendable {
    public var configuration = Configuration.demo
    /// Where other workspaces are kept than those of the configuration; `nil` where there are none.
    public var records: RecordLocation?
    /// What their secrets are sealed with.
    public var secretKeys: SecretKeys?
    public var server = HTTPServer.Configuration()
    public var origins = OriginClient.Configuration()
    /// On loopback; `nil` for none.
    public var metricsPort: Int?
    /// Where outputs are kept; `nil` for memory only.
    public var directory: String?
    public var maximumMemoryBytes = 256 << 20
    public var maximumDiskBytes = 10 << 30
    /// Misses at one time.
    public var maximumWork = 128
    /// Waiting for a thread for pixels; at this number no miss is begun, and one that has been begun meanwhile ends.
    public var maximumQueued = 64
    /// Event loops, and as many threads for pixels.
    public var threads = System.coreCount

    public init() {}
  }

  private let group: MultiThreadedEventLoopGroup
  private let origins: OriginClient
  private let store: OutputStore
  private let services: HostServices
  let host: StepHost
  private let server: HTTPServer
  private let metricsServer: HTTPServer?

  /// - Parameters:
  ///   - requestLog: Takes a line for each request; `nil` for none.
  ///   - logger: Takes what the operator should know.
  /// - Throws: ``OutputStoreError`` when the directory for outputs cannot be used.
  public init(
    _ settings: Settings, requestLog: LogWriter? = nil,
    logger: Logger = Logger(label: "imgedge", factory: { _ in SwiftLogNoOpLogHandler() }),
    samples: SamplePictures = .shipped()
  ) throws {
    store = try OutputStore(
      directory: settings.directory, maximumMemoryBytes: settings.maximumMemoryBytes,
      maximumDiskBytes: settings.maximumDiskBytes)
    origins = OriginClient(configuration: settings.origins)
    var limits = PixelEngine.Limits()
    limits.maximumPixels = settings.configuration.limits.maximumPixels
    limits.maximumFrames = settings.configuration.limits.maximumFrames
    limits.maximumQueued = settings.maximumQueued
    limits.timeoutMilliseconds = settings.configuration.limits.transformTimeoutMilliseconds
    var configuration = settings.configuration
    configuration.capabilities = Abilities.lacking
    Abilities.report(to: logger)
    services = try HostServices(records: settings.records, keys: settings.secretKeys, origins: origins) { line in
      logger.error("\(line)")
    }
    let sites = SiteDirectory(
      SiteCache(configuration, records: settings.records == nil ? nil : .host), effects: services.effects,
      note: { logger.error("a workspace cannot be read", metadata: ["reason": "\($0)"]) })
    let host = StepHost(
      handler: EdgeHandler(configuration: configuration), sites: sites, services: services.effects, store: store,
      origins: origins,
      pixels: PixelEngine(threads: settings.threads, limits: limits), samples: samples,
      maximumWork: settings.maximumWork)
    self.host = host
    let metrics = Metrics()
    let group = MultiThreadedEventLoopGroup(numberOfThreads: settings.threads)
    self.group = group
    let server = HTTPServer(
      configuration: settings.server, group: group,
      responder: EdgeResponder(host: host, metrics: metrics, log: requestLog),
      note: { shortage in
        switch shortage {
        case .connections(let maximum):
          logger.warning("connections are turned away", metadata: ["maximum": "\(maximum)"])
        case .sockets(let reason): logger.warning("no connection can be accepted", metadata: ["error": "\(reason)"])
        }
      })
    self.server = server
    let store = store
    metricsServer = settings.metricsPort.map { port in
      var configuration = HTTPServer.Configuration()
      configuration.port = port
      configuration.maximumConnections = 64
      let responder = MetricsResponder {
        Self.metricsText(metrics, host: host, store: store.usage, connectionCount: server.connectionCount)
      }
      return HTTPServer(configuration: configuration, group: group, responder: responder)
    }
  }

  private static func metricsText(
    _ metrics: Metrics, host: StepHost, store: OutputStore.Usage, connectionCount: Int
  ) -> String {
    var text = PrometheusText()
    metrics.write(to: &text)
    text.gauge("imgedge_misses_in_flight", "Misses that fetch, render or wait for a thread.", host.work)
    text.gauge("imgedge_originals_bytes", "What originals in memory take.", host.origins.heldByteCount)
    text.gauge("imgedge_connections", "Connections that are open.", connectionCount)
    text.family("imgedge_store_bytes", "gauge", "What outputs take.")
    text.sample("imgedge_store_bytes", [("place", "memory")], store.memoryBytes)
    text.sample("imgedge_store_bytes", [("place", "disk")], store.diskBytes)
    text.family("imgedge_store_outputs", "gauge", "Outputs that are kept.")
    text.sample("imgedge_store_outputs", [("place", "memory")], store.memoryCount)
    text.sample("imgedge_store_outputs", [("place", "disk")], store.diskCount)
    text.family("imgedge_lacking", "gauge", "Formats that the libraries of this machine cannot read or write.")
    for format in Abilities.lacking.unwritableNames {
      text.sample("imgedge_lacking", [("format", format), ("use", "write")], 1)
    }
    for format in Abilities.lacking.unreadableNames {
      text.sample("imgedge_lacking", [("format", format), ("use", "read")], 1)
    }
    return text.text
  }

  /// Puts other workspaces in the place of those of the configuration.
  public func replaceWorkspaces(_ workspaces: [Workspace]) {
    host.sites.replaceFixed(workspaces)
  }

  /// Blocks until the service listens. Returns the port.
  public func start() throws -> Int {
    _ = try metricsServer?.start().wait()
    return try server.start().wait().port ?? 0
  }

  /// Blocks until what is in flight has been answered, or `grace` is over, and everything has ended.
  public func stop(grace: TimeAmount) throws {
    host.beginDraining()
    try server.drain(grace: grace).wait()
    try metricsServer?.drain(grace: .zero).wait()
    // What nobody waits for any more may still be on its way back to the loops.
    origins.shutdown()
    host.pixels.shutdown()
    services.close()
    store.flush()
    try group.syncShutdownGracefully()
  }
}
