import Foundation
import Synchronization
import TestSupport

/// A program that lives no longer than this process does, see `Support/supervise.py`.
final class SupervisedProcess: Sendable {
  struct Failure: Error, CustomStringConvertible {
    var description: String
  }

  /// Closing it ends the program; so does the end of this process.
  private let leash: FileHandle
  private let output: FileHandle
  let log: URL
  /// The process id of the supervisor, which is the parent of the program.
  let identifier: pid_t

  /// - Parameter log: a file that takes the program's standard error.
  init(_ program: URL, _ arguments: [String], environment: [String: String] = [:], log: URL) throws {
    guard FileManager.default.isExecutableFile(atPath: program.path) else {
      throw Failure(description: "there is no program \(program.path)")
    }
    let process = Process()
    process.executableURL = Repository.python
    process.arguments = [Layout.support("supervise.py"), program.path] + arguments
    process.environment = Layout.environment.merging(environment) { $1 }
    let (input, output) = (Pipe(), Pipe())
    process.standardInput = input
    process.standardOutput = output
    _ = FileManager.default.createFile(atPath: log.path, contents: nil)
    process.standardError = try FileHandle(forWritingTo: log)
    guard FileManager.default.isExecutableFile(atPath: Repository.python.path) else {
      throw Failure(description: "there is no Python at \(Repository.python.path); IMGEDGE_PYTHON names another")
    }
    try process.run()
    leash = input.fileHandleForWriting
    self.output = output.fileHandleForReading
    identifier = process.processIdentifier
    self.log = log
  }

  /// The base URL after `listening on `; throws when the program ends, or is silent for a minute.
  func waitUntilListening() throws -> Endpoint {
    let found = Mutex<Endpoint?>(nil)
    let done = DispatchSemaphore(value: 0)
    Thread.detachNewThread { [output] in
      var text = ""
      while case let data = output.availableData, !data.isEmpty {
        text += String(decoding: data, as: UTF8.self)
        if let match = text.firstMatch(of: /listening on http:\/\/(?:127\.0\.0\.1|localhost|0\.0\.0\.0):([0-9]+)\s/) {
          found.withLock { $0 = Int(match.1).map { Endpoint(isTLS: false, host: "127.0.0.1", port: $0) } }
          break
        }
      }
      done.signal()
      // A program whose output nobody reads would stop at a full pipe.
      while !output.availableData.isEmpty {}
    }
    _ = done.wait(timeout: .now() + 60)
    guard let endpoint = found.withLock({ $0 }) else {
      let said = (try? String(contentsOf: log, encoding: .utf8)) ?? ""
      throw Failure(description: "it never said where it listens. Its last words: \(said.suffix(2000))")
    }
    return endpoint
  }

  /// Sends `SIGHUP` to the program.
  func hangUp() {
    kill(identifier, SIGUSR1)
  }

  func stop() {
    try? leash.close()
  }
}
