import ArgumentParser
import Glibc

/// Ends the program with a line on standard error and nothing else.
struct Failure: Error {
  var description: String
  var exitCode: ExitCode

  init(_ description: String, exitCode: ExitCode = .failure) {
    self.description = description
    self.exitCode = exitCode
  }

  func report() -> ExitCode {
    let line = Array("imgedge: \(description)\n".utf8)
    _ = write(STDERR_FILENO, line, line.count)
    return exitCode
  }
}

extension ExitCode {
  /// `EX_CONFIG` of sysexits.h: what the configuration says is wrong.
  static let badConfiguration = ExitCode(78)
}
