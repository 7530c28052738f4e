import Foundation

/// Where things are. Everything can be told by an environment variable, and is otherwise found from this file and the
/// running test.
enum Layout {
  static let environment = ProcessInfo.processInfo.environment

  static let tests = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
  static let repository = tests.deletingLastPathComponent().deletingLastPathComponent()

  static let binary = path("IMGEDGE_BIN") ?? buildFolder.appending(path: "imgedge")
  static let wasmServe = path("IMGEDGE_WASM_SERVE") ?? repository.appending(path: "wasm/serve")
  static let python = path("IMGEDGE_PYTHON") ?? repository.appending(path: ".build/venv/bin/python")

  static let rclone = path("IMGEDGE_RCLONE") ?? repository.appending(path: ".build/venv/bin/rclone")

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

  private static func path(_ variable: String) -> URL? {
    environment[variable].map { URL(fileURLWithPath: $0, relativeTo: repository) }
  }
}
