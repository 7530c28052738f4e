import Foundation
import Synchronization
import TestSupport

/// A process that decodes pictures independently of what is tested, see `Support/look.py`.
final class PictureReader: Sendable {
  struct Sight: Decodable, Sendable {
    var format: String
    var width: Int
    var height: Int
    var frames: Int
    var alpha: Bool
    var palette: Bool
    var lossless: Bool
    var delays: [Int]
    var plays: Int
    var metadata: [String]
    /// Only where they are asked for and are few.
    var colors: [String]?
    var pixels: [String]
    var decibels: Double?
  }

  private struct Request: Encodable {
    var path: String
    var pixels: [[Double]]
    var colors: Bool
    var reference: String?
    var box: [Double]?
  }

  private struct Refusal: Decodable, Error, CustomStringConvertible {
    var error: String
    var description: String { error }
  }

  private let pipes: Mutex<(input: FileHandle, output: FileHandle)>

  init(log: URL) throws {
    let process = Process()
    process.executableURL = Repository.python
    process.arguments = [Layout.support("look.py")]
    let (input, output) = (Pipe(), Pipe())
    process.standardInput = input
    process.standardOutput = output
    _ = FileManager.default.createFile(atPath: log.path, contents: nil)
    process.standardError = try FileHandle(forWritingTo: log)
    try process.run()
    pipes = Mutex((input.fileHandleForWriting, output.fileHandleForReading))
  }

  /// - Parameter folder: holds the pictures that expectations refer to.
  func look(at body: [UInt8], for expected: PictureExpectation, folder: URL) throws -> Sight {
    let file = FileManager.default.temporaryDirectory.appending(path: "imgedge-answer-\(UUID().uuidString)")
    try Data(body).write(to: file)
    defer { try? FileManager.default.removeItem(at: file) }
    let request = Request(
      path: file.path, pixels: expected.pixels.map { [$0.x, $0.y, Double($0.frame)] }, colors: expected.colors != nil,
      reference: expected.resembles.map { folder.appending(path: $0.picture).path }, box: expected.resembles?.box)
    let line = try pipes.withLock { pipes in
      try pipes.input.write(contentsOf: JSONEncoder().encode(request) + [10])
      var line = Data()
      while line.last != 10 {
        guard let data = try pipes.output.read(upToCount: 1), !data.isEmpty else {
          throw Refusal(error: "look.py has ended")
        }
        line += data
      }
      return line
    }
    if let refusal = try? JSONDecoder().decode(Refusal.self, from: line) { throw refusal }
    return try JSONDecoder().decode(Sight.self, from: line)
  }
}
