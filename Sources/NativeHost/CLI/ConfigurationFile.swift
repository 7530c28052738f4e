import ArgumentParser
import EdgeHandler
import Glibc
import Server

/// Reads what `--workspaces` and `--base-domain` say.
enum ConfigurationFile {
  static func load(workspaces: Setting, baseDomain: Setting) throws -> Configuration {
    var configuration = Configuration.demo
    if let path = workspaces.string() {
      guard let bytes = FileBytes.read(path) else {
        throw Failure("\(path): \(String(cString: strerror(errno)))", exitCode: .badConfiguration)
      }
      do {
        configuration = try Configuration(json: bytes)
      } catch {
        throw Failure("\(path): \(error.description)", exitCode: .badConfiguration)
      }
    }
    if let domain = baseDomain.string() {
      do {
        configuration.baseDomain = try Configuration.baseDomain(domain)
      } catch {
        throw baseDomain.error("\"\(domain)\" is not a domain name")
      }
    }
    return configuration
  }
}

/// Ends the program with a line on standard error and nothing else.
struct Failure: Error, CustomStringConvertible {
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
