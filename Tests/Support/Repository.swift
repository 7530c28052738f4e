import Foundation

/// The checkout that the tests were built from.
public enum Repository {
  public static let root = URL(filePath: #filePath).appending(path: "../../..").standardizedFileURL

  /// Where `Tests/requirements.txt` is installed; `IMGEDGE_PYTHON` and `IMGEDGE_DENO` name others.
  public static let python = program("IMGEDGE_PYTHON") ?? file(".build/venv/bin/python")
  public static let deno = program("IMGEDGE_DENO") ?? file(".build/venv/bin/deno")

  public static func file(_ path: String) -> URL {
    root.appending(path: path)
  }

  /// What a variable names, from the root of the checkout; `nil` where it is not set.
  public static func program(_ variable: String) -> URL? {
    ProcessInfo.processInfo.environment[variable].map { URL(fileURLWithPath: $0, relativeTo: root) }
  }
}
