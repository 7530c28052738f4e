import ArgumentParser
import EdgeHandler
import Glibc
import NIOCore
import Server

struct Serve: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Serve images.",
    discussion: """
      Every flag also reads an environment variable: --base-domain reads IMGEDGE_BASE_DOMAIN. The flag wins.
      """)

  @Option(help: ArgumentHelp("Port to listen on; 0 picks a free one. Default: 8080.", valueName: "port"))
  var port: String?
  @Option(help: ArgumentHelp("Address to listen on. Default: 127.0.0.1, this machine only.", valueName: "address"))
  var host: String?
  @Option(help: ArgumentHelp("A workspace answers at <namespace>.<this>. Default: localhost.", valueName: "domain"))
  var baseDomain: String?
  @Option(help: ArgumentHelp("Folder that keeps outputs. Default: none, memory only.", valueName: "folder"))
  var data: String?
  @Option(help: ArgumentHelp("JSON file of workspaces. Default: a workspace `demo`.", valueName: "file"))
  var workspaces: String?
  @Option(
    help: ArgumentHelp("Network that originals may be fetched from although it is not public.", valueName: "CIDR"))
  var allowNetwork: [String] = []
  @Option(help: ArgumentHelp("Time for fetching an original, in seconds. Default: 10.", valueName: "seconds"))
  var fetchTimeout: String?
  @Option(help: ArgumentHelp("Bytes of an original. Default: 100000000.", valueName: "bytes"))
  var maxOriginalBytes: String?
  @Option(help: ArgumentHelp("Pixels of an original in all its frames. Default: 100000000.", valueName: "pixels"))
  var maxPixels: String?

  func run() throws {
    do {
      try serve()
    } catch let failure as Failure {
      throw failure.report()
    }
  }

  private func serve() throws {
    var settings = Service.Settings()
    settings.configuration = try ConfigurationFile.load(
      workspaces: Setting("workspaces", workspaces), baseDomain: Setting("base-domain", baseDomain))
    settings.server.port = try Setting("port", port).int(in: 0...65535) ?? 8080
    settings.server.host = Setting("host", host).string() ?? "127.0.0.1"
    settings.directory = Setting("data", data).string()
    settings.origins.allowedNetworks = try networks()
    if let value = try Setting("fetch-timeout", fetchTimeout).milliseconds(in: 0.001...3600) {
      settings.configuration.limits.fetchTimeoutMilliseconds = value
    }
    if let value = try Setting("max-original-bytes", maxOriginalBytes).int(in: 1...Int(Int32.max)) {
      settings.configuration.limits.maximumOriginalBytes = value
    }
    if let value = try Setting("max-pixels", maxPixels).int(in: 1...Int(Int32.max)) {
      settings.configuration.limits.maximumPixels = value
    }

    let signals = TerminationSignals()
    let service = try Service(settings)
    let port = try service.start()
    print("listening on http://\(settings.server.host):\(port)")
    fflush(nil)
    signals.wait()
    try service.stop(grace: .seconds(30))
  }

  private func networks() throws -> [String] {
    var networks: [String] = []
    for text in allowNetwork { networks.append(try network(Setting("allow-network", text), text)) }
    let variable = Setting("allow-network", nil)
    if networks.isEmpty, let list = variable.string() {
      for text in list.split(separator: ",") { networks.append(try network(variable, String(text))) }
    }
    return networks
  }

  private func network(_ setting: Setting, _ text: String) throws -> String {
    guard IPNetwork(parsing: text) != nil else {
      throw setting.error("\"\(text)\" is not a network such as 10.0.0.0/8 or fd00::/8")
    }
    return text
  }
}
