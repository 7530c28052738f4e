import Foundation
import TestSupport

/// Runs a Python program as an independent opinion. Its arguments go in as lines, its lines come back.
enum PythonScript {
  struct Failure: Error {
    let status: Int32
  }

  /// - Parameter usesPackages: run it where `Tests/requirements.txt` is installed.
  static func lines(_ program: String, input: [String] = [], usesPackages: Bool = false) throws -> [String] {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = [usesPackages ? Repository.python.path : "python3", "-c", program]
    let output = Pipe()
    process.standardOutput = output
    // A file and not a pipe: nobody has to read and write at the same time.
    let inputFile = FileManager.default.temporaryDirectory.appendingPathComponent("python-\(UUID().uuidString).txt")
    try Data(input.joined(separator: "\n").utf8).write(to: inputFile)
    defer { try? FileManager.default.removeItem(at: inputFile) }
    process.standardInput = try FileHandle(forReadingFrom: inputFile)
    try process.run()
    let data = output.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    guard process.terminationStatus == 0 else { throw Failure(status: process.terminationStatus) }
    return String(decoding: data, as: UTF8.self).split(separator: "\n").map(String.init)
  }
}
