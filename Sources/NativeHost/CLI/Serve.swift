import ArgumentParser
import EdgeHandler
import Glibc
import Logging
import NIOCore
import Server

struct Serve: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Serve images.",
    discussion: """
      Every option also reads an environment variable: --base-domain reads IMGEDGE_BASE_DOMAIN. The option wins.
      Ends with status 64 when an option is wrong, 78 when the workspaces are, and 1 when it cannot listen or keep outputs.
      """)

  @OptionGroup var workspaceOptions: WorkspaceOptions
  @OptionGroup var recordOptions: RecordOptions
  @OptionGroup(title: "Listening") var listening: ListeningOptions
  @OptionGroup(title: "Originals") var originals: OriginalOptions
  @OptionGroup(title: "Capacity") var capacity: CapacityOptions
  @Option(help: ArgumentHelp("trace, debug, info (a line for each request), notice, warning, error. Default: info."))
  var logLevel: String?
  @Flag(help: "Only say whether the options and the workspaces are right.")
  var check = false

  func run() throws {
    do {
      try serve()
    } catch let failure as Failure {
      throw failure.report()
    }
  }

  private func serve() throws {
    var settings = Service.Settings()
    settings.configuration = try workspaceOptions.configuration()
    try listening.apply(to: &settings)
    try originals.apply(to: &settings)
    try capacity.apply(to: &settings)
    settings.records = try recordOptions.location(data: settings.directory)
    settings.secretKeys = try RecordOptions.keys()
    let grace = try Setting("grace", listening.grace).milliseconds(in: 0...3600) ?? 30_000
    let level =
      try Setting("log-level", logLevel).parsed("one of trace, debug, info, notice, warning, error and critical") {
        Logger.Level(rawValue: $0)
      } ?? .info

    if check { return }

    let signals = TerminationSignals()
    let writer = LogWriter()
    defer { writer.close() }
    let logger = Logger(label: "imgedge") { _ in JSONLogHandler(writer: writer, level: level) }
    let asked = settings.server.maximumConnections
    let files = OpenFiles.raiseLimit()
    let connections = OpenFiles.connections(asked: asked, limit: files, maximumWork: settings.maximumWork)
    if connections < asked {
      settings.server.maximumConnections = connections
      logger.warning(
        "fewer connections are allowed, because of the limit of open files",
        metadata: ["asked": "\(asked)", "connections": "\(connections)", "files": "\(files)"])
    }
    let service: Service
    let port: Int
    do {
      service = try Service(settings, requestLog: level <= .info ? writer : nil, logger: logger)
      port = try service.start()
    } catch let error as ConfigurationError {
      throw Failure(error.description, exitCode: .badConfiguration)
    } catch {
      throw Failure("\(error)")
    }
    print("listening on http://\(settings.server.host):\(port)")
    fflush(nil)
    logger.notice("listening", metadata: ["host": "\(settings.server.host)", "port": "\(port)"])
    signals.wait {
      do {
        let workspaces = try workspaceOptions.configuration().workspaces
        service.replaceWorkspaces(workspaces)
        logger.notice("read the workspaces again", metadata: ["count": "\(workspaces.count)"])
      } catch {
        logger.error(
          "the workspaces stay as they are", metadata: ["reason": "\((error as? Failure)?.description ?? "\(error)")"])
      }
    }
    logger.notice("stopping")
    try service.stop(grace: .milliseconds(Int64(grace)))
    logger.notice("stopped")
  }
}

struct ListeningOptions: ParsableArguments {
  @Option(help: ArgumentHelp("Port to listen on; 0 picks a free one. Default: 8080.", valueName: "port"))
  var port: String?
  @Option(help: ArgumentHelp("Address to listen on. Default: 127.0.0.1, this machine only.", valueName: "address"))
  var host: String?
  @Option(help: ArgumentHelp("Port for /metrics on 127.0.0.1. Default: none.", valueName: "port"))
  var metricsPort: String?
  @Option(help: ArgumentHelp("Connections at one time; more are answered 503. Default: 8192.", valueName: "count"))
  var maxConnections: String?
  @Flag(help: "Believe X-Forwarded-Proto, because a proxy in front sets it.")
  var trustProxy = false
  @Option(help: ArgumentHelp("Time for ending what is in flight at SIGTERM. Default: 30.", valueName: "seconds"))
  var grace: String?

  func apply(to settings: inout Service.Settings) throws {
    settings.server.port = try Setting("port", port).int(in: 0...65535) ?? 8080
    settings.server.host = Setting("host", host).string() ?? "127.0.0.1"
    settings.metricsPort = try Setting("metrics-port", metricsPort).int(in: 1...65535)
    if let count = try Setting("max-connections", maxConnections).int(in: 1...1_000_000) {
      settings.server.maximumConnections = count
    }
    settings.server.trustsForwardedProtocol = try trustProxy || Setting("trust-proxy", nil).bool() ?? false
  }
}

struct OriginalOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp("Network that originals may be fetched from although it is not public.", valueName: "CIDR"))
  var allowNetwork: [String] = []
  @Option(
    help: ArgumentHelp("Time for fetching an original, redirects included. Default: 10.", valueName: "seconds"))
  var fetchTimeout: String?
  @Option(help: ArgumentHelp("Bytes of an original. Default: 100000000.", valueName: "bytes"))
  var maxOriginalBytes: String?
  @Option(help: ArgumentHelp("Pixels of an original in all its frames. Default: 100000000.", valueName: "pixels"))
  var maxPixels: String?
  @Option(help: ArgumentHelp("Time for making an output. Default: 30.", valueName: "seconds"))
  var transformTimeout: String?

  func apply(to settings: inout Service.Settings) throws {
    settings.origins.allowedNetworks = try networks()
    if let value = try Setting("fetch-timeout", fetchTimeout).milliseconds(in: 0.001...3600) {
      settings.configuration.limits.fetchTimeoutMilliseconds = value
    }
    if let value = try Setting("max-original-bytes", maxOriginalBytes).bytes(in: 1...Int(Int32.max)) {
      settings.configuration.limits.maximumOriginalBytes = value
    }
    if let value = try Setting("max-pixels", maxPixels).int(in: 1...Int(Int32.max)) {
      settings.configuration.limits.maximumPixels = value
    }
    if let value = try Setting("transform-timeout", transformTimeout).milliseconds(in: 0.001...3600) {
      settings.configuration.limits.transformTimeoutMilliseconds = value
    }
  }

  /// The variable holds a list with commas.
  private func networks() throws -> [String] {
    let variable = Setting("allow-network", nil)
    let given =
      allowNetwork.isEmpty
      ? (variable.string() ?? "").split(separator: ",").map { (variable, String($0)) }
      : allowNetwork.map { (Setting("allow-network", $0), $0) }
    return try given.map { setting, text in
      guard IPNetwork(parsing: text) != nil else {
        throw setting.error("\"\(text)\" is not a network such as 10.0.0.0/8 or fd00::/8")
      }
      return text
    }
  }
}

struct CapacityOptions: ParsableArguments {
  @Option(help: ArgumentHelp("Folder that keeps outputs. Default: none, memory only.", valueName: "folder"))
  var data: String?
  @Option(help: ArgumentHelp("Memory for outputs, as in 512M. Default: 256M.", valueName: "bytes"))
  var maxMemory: String?
  @Option(help: ArgumentHelp("Disk for outputs, as in 50G. Default: 10G.", valueName: "bytes"))
  var maxDisk: String?
  @Option(
    help: ArgumentHelp(
      "Outputs in the making at one time; more are answered 503, first those of the workspace with the most. Default: 128.",
      valueName: "count"))
  var maxMisses: String?
  @Option(
    help: ArgumentHelp(
      "Memory for originals at one time; more are answered 503. Default: 1G. One has room in any case.",
      valueName: "bytes"))
  var maxOriginals: String?
  @Option(
    help: ArgumentHelp(
      "Waiting for a thread, at which more are answered 503, first those of the workspace with the most. Default: 64.",
      valueName: "count"))
  var maxQueue: String?
  @Option(
    help: ArgumentHelp(
      "Event loops, and as many threads for pixels; one more for a workspace with none at work. Default: one a core.",
      valueName: "count"))
  var threads: String?

  func apply(to settings: inout Service.Settings) throws {
    settings.directory = Setting("data", data).string()
    let largest = 1 << 50
    if let value = try Setting("max-memory", maxMemory).bytes(in: 0...largest) { settings.maximumMemoryBytes = value }
    if let value = try Setting("max-disk", maxDisk).bytes(in: 0...largest) { settings.maximumDiskBytes = value }
    if let value = try Setting("max-misses", maxMisses).int(in: 1...100_000) { settings.maximumWork = value }
    if let value = try Setting("max-originals", maxOriginals).bytes(in: 0...largest) {
      settings.origins.maximumHeldBytes = value
    }
    if let value = try Setting("max-queue", maxQueue).int(in: 0...100_000) { settings.maximumQueued = value }
    if let value = try Setting("threads", threads).int(in: 1...1024) { settings.threads = value }
  }
}
