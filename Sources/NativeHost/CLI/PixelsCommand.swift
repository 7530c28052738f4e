import ArgumentParser
import Glibc
import NIOCore
import Server

struct PixelsCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "pixels", abstract: "Do the pixel work for the edge bundle, on this machine only.")

  @Option(help: ArgumentHelp("Port to listen on at 127.0.0.1; 0 picks a free one. Default: 8081.", valueName: "port"))
  var port: String?
  @Option(help: ArgumentHelp("Pixels of an original in all its frames. Default: 100000000.", valueName: "pixels"))
  var maxPixels: String?

  @Option(help: ArgumentHelp("Works that may wait for a thread. Default: 64.", valueName: "count"))
  var maxQueue: String?
  @Option(help: ArgumentHelp("Works at one time. Default: one a core.", valueName: "count"))
  var threads: String?

  func run() throws {
    var settings = PixelService.Settings()
    settings.port = try Setting("port", port).int(in: 0...65535) ?? 8081
    if let value = try Setting("max-pixels", maxPixels).int(in: 1...Int(Int32.max)) {
      settings.limits.maximumPixels = value
    }
    if let value = try Setting("max-queue", maxQueue).int(in: 0...100_000) { settings.limits.maximumQueued = value }
    if let value = try Setting("threads", threads).int(in: 1...1024) { settings.threads = value }
    let signals = TerminationSignals()
    let service = PixelService(settings)
    print("listening on http://127.0.0.1:\(try service.start())")
    fflush(nil)
    signals.wait()
    try service.stop(grace: .seconds(30))
  }
}
