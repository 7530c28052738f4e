import Foundation
import TestSupport

/// Runs a JavaScript program under Deno, whose `URL` is an implementation of the WHATWG URL Standard that browsers' own
/// tests are run against. Arguments go in as a list, what the program prints comes back as JSON.
enum DenoScript {
  struct Failure: Error {
    let status: Int32
  }

  /// - Parameters:
  ///   - program: the body of a function that gets `input` and returns a value.
  ///   - readable: a file that it may read.
  static func run<Output: Decodable>(
    _ program: String, input: [String], readable: URL? = nil, as: Output.Type
  ) throws -> Output {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent("deno-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let inputFile = folder.appendingPathComponent("input.json")
    let script = folder.appendingPathComponent("script.mjs")
    try JSONEncoder().encode(input).write(to: inputFile)
    let text = """
      const input = JSON.parse(Deno.readTextFileSync(\(String(reflecting: inputFile.path))));
      const work = (input) => { \(program) };
      console.log(JSON.stringify(work(input)));
      """
    try Data(text.utf8).write(to: script)
    let process = Process()
    process.executableURL = Repository.deno
    let files = [folder, readable].compactMap { $0?.path }.joined(separator: ",")
    process.arguments = ["run", "--quiet", "--no-lock", "--no-config", "--allow-read=\(files)", script.path]
    let output = Pipe()
    process.standardOutput = output
    try process.run()
    let data = output.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    guard process.terminationStatus == 0 else { throw Failure(status: process.terminationStatus) }
    return try JSONDecoder().decode(Output.self, from: data)
  }
}
