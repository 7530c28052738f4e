import EdgeHandler
import EdgeTesting
import Foundation
import Records
import TestSupport

struct StoreFailure: Error, CustomStringConvertible {
  var description: String
}

/// The store of the native host, as tests see stores.
struct NativeRecords: RecordStore {
  let records: SQLiteRecords

  init(path: String?) {
    self.init(SQLiteRecords(path: path))
  }

  init(_ records: SQLiteRecords) {
    self.records = records
  }

  func perform(_ request: RecordRequest) -> RecordResult { records.perform(request) }
}

/// The store under Deno in a process of its own, see `wasm/tests/records.mjs`.
final class DenoRecords: RecordStore {
  private let process = Process()
  private let input = Pipe()
  private let output = Pipe()
  private var rest = Data()

  init(path: String?) throws {
    process.executableURL = Repository.deno
    process.arguments =
      ["run", "--no-prompt", "--allow-read", "--allow-write", Repository.file("wasm/tests/records.mjs").path]
      + (path.map { [$0] } ?? [])
    process.standardInput = input
    process.standardOutput = output
    process.standardError = FileHandle.nullDevice
    try process.run()
    try send(String(decoding: SQLite.json.serialized(), as: UTF8.self))
  }

  deinit {
    try? input.fileHandleForWriting.close()
    process.waitUntilExit()
  }

  func perform(_ request: RecordRequest) throws -> RecordResult {
    // As the module does before it asks its host.
    guard request.isValid else { return .unavailable }
    try send(request)
    return try receive()
  }

  func send(_ request: RecordRequest) throws {
    try send(String(decoding: request.wire.serialized(), as: UTF8.self))
  }

  private func send(_ line: String) throws {
    try input.fileHandleForWriting.write(contentsOf: Data((line + "\n").utf8))
  }

  func receive() throws -> RecordResult {
    var searched = 0
    while true {
      if let end = rest[(rest.startIndex + searched)...].firstIndex(of: UInt8(ascii: "\n")) {
        let line = Array(rest[..<end])
        rest = rest[(end + 1)...]
        return try RecordResult(wireText: line, maximumBytes: RecordResult.maximumWireBytes)
      }
      searched = rest.count
      let data = output.fileHandleForReading.availableData
      guard !data.isEmpty else { throw StoreFailure(description: "Deno has ended") }
      rest.append(data)
    }
  }

  /// Ends the process where it is.
  func kill() {
    Foundation.kill(process.processIdentifier, SIGKILL)
    process.waitUntilExit()
  }
}

/// A folder of its own for each test, which goes with the value.
final class RecordFolder: Sendable {
  let url = FileManager.default.temporaryDirectory.appending(path: "records-\(UUID())")

  init() throws {
    try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
  }

  deinit {
    try? FileManager.default.removeItem(at: url)
  }

  var file: String { url.appending(path: "records.sqlite").path }
}
