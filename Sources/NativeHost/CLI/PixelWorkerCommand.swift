import ArgumentParser
import Pixels

/// What the service runs in a process of its own for pixel work that cannot be broken off; not for people.
struct PixelWorkerCommand: ParsableCommand {
  static let configuration = CommandConfiguration(commandName: "pixel-worker", shouldDisplay: false)

  func run() throws {
    throw ExitCode(PixelWorker.run())
  }
}
