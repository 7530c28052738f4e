import ArgumentParser
import EdgeHandler
import Glibc
import Server

/// What says which workspaces there are.
struct WorkspaceOptions: ParsableArguments {
  @Option(help: ArgumentHelp("JSON file of workspaces. Default: a workspace `demo`.", valueName: "file"))
  var workspaces: String?
  @Option(help: ArgumentHelp("A workspace answers at <namespace>.<this>. Default: localhost.", valueName: "domain"))
  var baseDomain: String?

  func configuration() throws -> Configuration {
    var configuration = try Self.read(workspaces) ?? .demo
    let baseDomain = Setting("base-domain", baseDomain)
    if let domain = baseDomain.string() {
      do {
        configuration.baseDomain = try Configuration.baseDomain(domain)
      } catch {
        throw baseDomain.error("\"\(domain)\" is not a domain name")
      }
    }
    return configuration
  }

  /// The file that a value of `--workspaces` or its variable names; `nil` where there is neither.
  static func read(_ workspaces: String?) throws -> Configuration? {
    guard let path = Setting("workspaces", workspaces).string() else { return nil }
    guard let bytes = FileBytes.read(path) else {
      throw Failure("\(path): \(String(cString: strerror(errno)))", exitCode: .badConfiguration)
    }
    do {
      return try Configuration(json: bytes)
    } catch {
      throw Failure("\(path): \(error.description)", exitCode: .badConfiguration)
    }
  }
}
