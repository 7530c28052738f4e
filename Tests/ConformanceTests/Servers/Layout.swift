import Foundation
import TestSupport

/// Where things are. Everything can be told by an environment variable, and is otherwise found from this file and the
/// running test.
enum Layout {
  static let environment = ProcessInfo.processInfo.environment

  static let tests = Repository.file("Tests/ConformanceTests")

  static let binary = Repository.program("IMGEDGE_BIN") ?? buildFolder.appending(path: "imgedge")
  static let wasmServe = Repository.program("IMGEDGE_WASM_SERVE") ?? Repository.file("wasm/serve")
  static let rclone = Repository.program("IMGEDGE_RCLONE") ?? Repository.file(".build/venv/bin/rclone")

  /// What the ids of the wanted cases begin with; empty for all.
  static let wanted = (environment["CONFORMANCE_CASE"] ?? "").split(separator: ",").map(String.init)

  /// One build alone, `native` or `wasm`, while the other cannot be had: nothing is compared then.
  static let onlyBuild = environment["CONFORMANCE_ONLY"]

  /// A deployment to be checked instead of the two builds.
  static let deployment = environment["CONFORMANCE_URL"].flatMap { URL(string: $0) }
  static let deploymentHost = environment["CONFORMANCE_HOST"]

  /// The test is an executable among the others of the build.
  private static let buildFolder = URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath()
    .deletingLastPathComponent()

  static func support(_ name: String) -> String {
    tests.appending(path: "Support/\(name)").path
  }
}
