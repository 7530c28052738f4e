import Foundation
import Synchronization
import TestSupport

/// What an independent decoder sees in a picture.
struct Look: Decodable {
  struct Metadata: Decodable {
    /// By decimal tag.
    var exif: [String: String]
    var gps: Int
    var xmp: String
    var icc: Bool
    var photoshop: Bool
  }

  var format: String
  var mode: String
  var width: Int
  var height: Int
  var frames: Int
  var loop: Int?
  var isLossless: Bool
  var hasAlpha: Bool
  var metadata: Metadata
  /// The duration of each frame, in ms.
  var durations: [Int]
  /// The RGBA values of each frame at the places that were asked for.
  var pixels: [[[Int]]]
  var decibels: Double?
}

/// A question about a picture.
struct LookRequest: Encodable {
  var path: String
  var pixels: [[Int]] = []
  /// A picture to compare with, scaled to the same size.
  var reference: String?
  /// The part of the reference that is compared.
  var box: [Double]?
  /// The standard deviation of the Gaussian with which the reference is blurred first.
  var sigma: Double?
  /// The standard deviation of the Gaussian of an unsharp mask on the reference.
  var sharpen: Double?
}

/// One Python process for all questions of a run.
final class PictureReader: @unchecked Sendable {
  struct Failure: Error {
    let answer: String
  }

  static let shared = PictureReader()

  private let lock = NSLock()
  private let process = Process()
  private let questions = Pipe()
  private let answers = Pipe()
  private var isRunning = false

  func look(_ request: LookRequest) throws -> Look {
    lock.lock()
    defer { lock.unlock() }
    if !isRunning {
      process.executableURL = Repository.python
      process.arguments = [Repository.file("Tests/NativeHostTests/Pixels/Support/look.py").path]
      process.standardInput = questions
      process.standardOutput = answers
      try process.run()
      isRunning = true
    }
    var line = try JSONEncoder().encode(request)
    line.append(UInt8(ascii: "\n"))
    try questions.fileHandleForWriting.write(contentsOf: line)
    var answer = Data()
    while answer.last != UInt8(ascii: "\n") {
      let more = answers.fileHandleForReading.availableData
      guard !more.isEmpty else { break }
      answer += more
    }
    do {
      return try JSONDecoder().decode(Look.self, from: answer)
    } catch {
      throw Failure(answer: String(decoding: answer, as: UTF8.self))
    }
  }
}
