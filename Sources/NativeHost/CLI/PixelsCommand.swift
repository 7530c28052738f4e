import ArgumentParser
import EdgeHandler
import Glibc
import NIOCore
import Server

struct PixelsCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "pixels", abstract: "Do the pixel work for the edge bundle, on this machine only.",
    discussion: """
      IMGEDGE_PIXELS_SECRET holds the secret that callers send as a bearer token: at least 32 characters, such as \
      `openssl rand -hex 32` prints. It is read from the environment only, where other users of the machine do not see it; \
      give the same to the bundle.
      Every option also reads an environment variable: --max-queue reads IMGEDGE_MAX_QUEUE. The option wins.
      """)

  @Option(help: ArgumentHelp("Port to listen on at 127.0.0.1; 0 picks a free one. Default: 8081.", valueName: "port"))
  var port: String?
  @Option(help: ArgumentHelp("Bytes of an original. Default: 100000000.", valueName: "bytes"))
  var maxOriginalBytes: String?
  @Option(help: ArgumentHelp("Pixels of an original in all its frames. Default: 100000000.", valueName: "pixels"))
  var maxPixels: String?
  @Option(help: ArgumentHelp("Longest time for making an output. Default: 30.", valueName: "seconds"))
  var transformTimeout: String?
  @Option(
    help: ArgumentHelp(
      "Memory for originals at one time; more are answered 503. Default: 1G. One has room in any case.",
      valueName: "bytes"))
  var maxOriginals: String?
  @Option(help: ArgumentHelp("JSON file of workspaces, of which only the limits are used.", valueName: "file"))
  var workspaces: String?

  @Option(help: ArgumentHelp("Works that may wait for a thread. Default: 64.", valueName: "count"))
  var maxQueue: String?
  @Option(
    help: ArgumentHelp(
      "Works at one time, and one more of a workspace with none. Default: one a core.", valueName: "count"))
  var threads: String?
  @Flag(
    help: ArgumentHelp(
      "End when standard input does, and not at SIGTERM or SIGINT: for a supervisor whose other programs end first."))
  var untilInputEnds = false

  func run() throws {
    do {
      try serve()
    } catch let failure as Failure {
      throw failure.report()
    }
  }

  private func serve() throws {
    var settings = PixelService.Settings(secret: try Self.secret())
    if let configuration = try WorkspaceOptions.read(workspaces) { settings.limits = configuration.limits }
    settings.port = try Setting("port", port).int(in: 0...65535) ?? 8081
    if let value = try Setting("max-original-bytes", maxOriginalBytes).bytes(in: 1...Int(Int32.max)) {
      settings.limits.maximumOriginalBytes = value
    }
    if let value = try Setting("max-pixels", maxPixels).int(in: 1...Int(Int32.max)) {
      settings.limits.maximumPixels = value
    }
    if let value = try Setting("transform-timeout", transformTimeout).milliseconds(in: 0.001...3600) {
      settings.limits.transformTimeoutMilliseconds = value
    }
    if let value = try Setting("max-originals", maxOriginals).bytes(in: 0...1 << 50) {
      settings.maximumHeldBytes = value
    }
    if let value = try Setting("max-queue", maxQueue).int(in: 0...100_000) { settings.maximumQueued = value }
    if let value = try Setting("threads", threads).int(in: 1...1024) { settings.threads = value }
    _ = OpenFiles.raiseLimit()
    let signals = TerminationSignals()
    let service = PixelService(settings)
    let port: Int
    do {
      port = try service.start()
    } catch {
      throw Failure("\(error)")
    }
    print("listening on http://127.0.0.1:\(port)")
    fflush(nil)
    if untilInputEnds { Self.waitForEndOfInput() } else { signals.wait(reload: {}) }
    try service.stop(grace: .seconds(30))
  }

  /// Taken out of the environment, which what is started from here would inherit.
  private static func secret() throws -> String {
    let variable = Setting.variable("pixels-secret")
    let secret = Setting("pixels-secret", nil).string()
    unsetenv(variable)
    guard let secret, PixelService.Settings.isSecret(secret) else {
      throw Failure(
        "\(variable): put a secret of at least 32 letters and digits there, such as `openssl rand -hex 32` prints, "
          + "for this program and for its callers", exitCode: .validationFailure)
    }
    return secret
  }

  private static func waitForEndOfInput() {
    var byte: UInt8 = 0
    while true {
      let count = read(STDIN_FILENO, &byte, 1)
      guard count > 0 || count < 0 && errno == EINTR else { return }
    }
  }
}
