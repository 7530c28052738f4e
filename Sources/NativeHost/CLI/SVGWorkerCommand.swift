import ArgumentParser
import Pixels

/// What the service runs in a process of its own for each SVG; not for people.
struct SVGWorkerCommand: ParsableCommand {
  static let configuration = CommandConfiguration(commandName: "svg-worker", shouldDisplay: false)

  /// 0: the size alone.
  @Argument var scale: Double
  @Argument var maximumPixels = 0

  func run() throws {
    throw ExitCode(SVGWorker.run(scale: scale > 0 ? scale : nil, maximumPixels: maximumPixels))
  }
}
