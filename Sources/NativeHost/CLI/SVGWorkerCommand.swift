import ArgumentParser
import Pixels

/// What the service runs in a process of its own for each SVG; not for people.
struct SVGWorkerCommand: ParsableCommand {
  static let configuration = CommandConfiguration(commandName: "svg-worker", shouldDisplay: false)

  @Argument var maximumPixels: Int

  func run() throws {
    throw ExitCode(SVGWorker.run(maximumPixels: maximumPixels))
  }
}
