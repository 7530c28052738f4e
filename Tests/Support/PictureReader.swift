import Foundation
import Synchronization

/// What an independent decoder sees in a picture (`look.py`).
public struct Look: Decodable, Sendable {
  public struct Metadata: Decodable, Sendable {
    /// By decimal tag.
    public var exif: [String: String]
    public var gps: Int
    public var xmp: String
    public var icc: Bool
    public var photoshop: Bool
    /// All that is told beside the pixels in a text each, but for what tells of the file alone.
    public var summary: [String]
  }

  public var format: String
  /// Pillow's mode of the first frame, such as `P` for a palette.
  public var mode: String
  public var width: Int
  public var height: Int
  public var frames: Int
  /// As the file has it.
  public var loop: Int?
  /// How often an animation is shown, 0 for ever; 1 for a still.
  public var plays: Int
  public var isLossless: Bool
  public var hasAlphaChannel: Bool
  /// Whether a pixel of the first frame is transparent.
  public var hasAlpha: Bool
  public var metadata: Metadata
  /// The duration of each frame, in ms.
  public var durations: [Int]
  /// The colours of the first frame as `#rrggbbaa`, where they were asked for and are at most 64.
  public var colors: [String]?
  /// The RGBA values of each frame at the places that were asked for.
  public var pixels: [[[Int]]]
  /// The peak signal-to-noise ratio against the reference, in dB.
  public var decibels: Double?
}

/// A question about a picture.
public struct LookRequest: Encodable {
  public var path: String
  public var pixels: [[Double]] = []
  /// Whether places of 0 to 1, and the box, are parts of the picture, and negative places count from the far edge. Else they are in px.
  public var fractions = false
  public var colors = false
  /// A picture to compare with, scaled to the same size.
  public var reference: String?
  /// The part of the reference that is compared.
  public var box: [Double]?
  /// The standard deviation of the Gaussian with which the reference is blurred first.
  public var sigma: Double?
  /// The standard deviation of the Gaussian of an unsharp mask on the reference.
  public var sharpen: Double?

  public init(
    path: String, pixels: [[Double]] = [], fractions: Bool = false, colors: Bool = false, reference: String? = nil,
    box: [Double]? = nil, sigma: Double? = nil, sharpen: Double? = nil
  ) {
    self.path = path
    self.pixels = pixels
    self.fractions = fractions
    self.colors = colors
    self.reference = reference
    self.box = box
    self.sigma = sigma
    self.sharpen = sharpen
  }
}

/// One Python process for all questions of a run.
public final class PictureReader: Sendable {
  public struct Failure: Error, CustomStringConvertible {
    let answer: String
    public var description: String { "look.py says: \(answer)" }
  }

  public static let shared = PictureReader()

  private struct Pipes {
    var input: FileHandle
    var output: FileHandle
  }

  private let pipes = Mutex<Pipes?>(nil)

  public func look(_ request: LookRequest) throws -> Look {
    let question = try JSONEncoder().encode(request) + [UInt8(ascii: "\n")]
    let answer = try pipes.withLock { pipes in
      let running = try pipes ?? Self.start()
      pipes = running
      try running.input.write(contentsOf: question)
      var answer = Data()
      while answer.last != UInt8(ascii: "\n") {
        let more = running.output.availableData
        guard !more.isEmpty else { break }
        answer += more
      }
      return answer
    }
    do {
      return try JSONDecoder().decode(Look.self, from: answer)
    } catch {
      throw Failure(answer: String(decoding: answer, as: UTF8.self))
    }
  }

  private static func start() throws -> Pipes {
    let process = Process()
    process.executableURL = Repository.python
    process.arguments = [Repository.file("Tests/Support/look.py").path]
    let (questions, answers) = (Pipe(), Pipe())
    process.standardInput = questions
    process.standardOutput = answers
    try process.run()
    return Pipes(input: questions.fileHandleForWriting, output: answers.fileHandleForReading)
  }
}
