import ArgumentParser
import Pixels

/// What the service runs in a process of its own for SVG, BMP and ICO; not for people.
struct SVGWorkerCommand: ParsableCommand {
  static let configuration = CommandConfiguration(commandName: "svg-worker", shouldDisplay: false)

  @Flag(help: "Load nothing before it is needed.") var unprepared = false

  func run() throws {
    throw ExitCode(SVGWorker.run(isPrepared: !unprepared))
  }
}
