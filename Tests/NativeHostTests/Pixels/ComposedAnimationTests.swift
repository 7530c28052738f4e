import EdgeHandler
import Foundation
import NIOCore
import TestSupport
import Testing

@Suite struct ComposedAnimationTests {
  /// An animation, and what another program says it looks like.
  struct Example: Decodable, Sendable {
    var name: String
    var width: Int
    var height: Int
    var plays: Int
    /// The duration of each frame, in milliseconds.
    var durations: [Int]
    /// RGBA values of each frame from the top left, row by row.
    var frames: [[[Int]]]
    /// The same of what is shown where nothing moves.
    var still: [[Int]]
  }

  private static let folder: Result<URL, any Error> = Result {
    let folder = FileManager.default.temporaryDirectory.appending(path: "animations-\(UUID().uuidString)")
    let process = Process()
    process.executableURL = Repository.python
    process.arguments = [Repository.file("Tests/Pictures/animations.py").path, folder.path]
    try process.run()
    process.waitUntilExit()
    guard process.terminationStatus == 0 else { throw TestPictures.Failure(status: process.terminationStatus) }
    atexit {
      if case .success(let folder) = ComposedAnimationTests.folder { try? FileManager.default.removeItem(at: folder) }
    }
    return folder
  }

  private static let examples: Result<[Example], any Error> = Result {
    try JSONDecoder().decode([Example].self, from: Data(contentsOf: folder.get().appending(path: "index.json")))
  }

  static func bytes(_ example: Example) throws -> ByteBuffer {
    ByteBuffer(bytes: try Data(contentsOf: folder.get().appending(path: example.name)))
  }

  static func examples(_ prefix: String) throws -> [Example] {
    let chosen = try examples.get().filter { $0.name.hasPrefix(prefix) }
    try #require(!chosen.isEmpty)
    return chosen
  }

  /// What is transparent has no colour.
  private static func difference(_ one: [Int], _ other: [Int]) -> Int {
    let alphas = abs(one[3] - other[3])
    return (0..<3).reduce(alphas) { max($0, abs(one[$1] * one[3] - other[$1] * other[3]) / 255) }
  }

  private static func difference(_ one: [[Int]], _ other: [[Int]]) -> Int {
    one.count == other.count ? zip(one, other).reduce(0) { max($0, difference($1.0, $1.1)) } : .max
  }

  static func output(
    _ bytes: ByteBuffer, frames: Picture.Frames, as encoding: Encoding
  ) async throws -> ByteBuffer {
    let plan = RenderPlan(
      picture: .decoded(Workbench.original, frames: frames, []), encoding: encoding, timeoutMilliseconds: 900_000)
    return try await Workbench.output(plan, [Workbench.original: bytes])
  }

  private static func places(_ example: Example) -> [[Int]] {
    (0..<example.height).flatMap { y in (0..<example.width).map { [$0, y] } }
  }

  @Test(
    "every frame is composed from those before it",
    arguments: [
      "grey1-", "grey8-", "grey16-", "rgb8-", "rgb16-", "key8-", "palette4-", "palette8-", "greyalpha8-", "rgba8-",
      "rgba16-", "whole-", "parts-", "inner-", "alone-", "leaving-",
    ])
  func composed(prefix: String) async throws {
    // Every third of them, and others for each kind: all take minutes.
    for (index, example) in try Self.examples(prefix).enumerated() where (index + prefix.utf8.count) % 3 == 0 {
      let bytes = try Self.bytes(example)
      let inspected = await Workbench.inspect(bytes)
      guard case .image(let header) = inspected else { throw Unexpected(what: "\(example.name): \(inspected)") }
      #expect(header.width == example.width && header.height == example.height, "\(example.name)")
      #expect(header.frames == example.frames.count, "\(example.name)")
      if example.frames.contains(where: { $0.contains { $0[3] < 255 } }) {
        #expect(header.hasAlpha, "\(example.name)")
      }
      let moving = try await Self.output(bytes, frames: .all, as: Encoding(format: .webp, lossless: true))
      let look = try Workbench.look(moving, pixels: Self.places(example))
      #expect(look.frames == example.frames.count, "\(example.name)")
      if example.frames.count > 1 {
        #expect(look.durations == example.durations, "\(example.name)")
        #expect(look.loop == example.plays, "\(example.name)")
      }
      for (index, (seen, expected)) in zip(look.pixels, example.frames).enumerated() {
        #expect(Self.difference(seen, expected) <= 2, "\(example.name), frame \(index)")
      }
      let still = try await Self.output(bytes, frames: .first, as: Encoding(format: .png))
      let look2 = try Workbench.look(still, pixels: Self.places(example))
      #expect(look2.frames == 1)
      #expect(Self.difference(look2.pixels[0], example.still) <= 2, "\(example.name), still")
    }
  }

  @Test("delays and repetitions are the same in a GIF", arguments: ["rgba8-plain-", "parts-"])
  func timing(prefix: String) async throws {
    for example in try Self.examples(prefix) {
      let output = try await Self.output(Self.bytes(example), frames: .all, as: Encoding(format: .gif))
      let look = try Workbench.look(output)
      #expect(look.durations == example.durations && look.loop == example.plays - 1, "\(example.name)")
    }
  }
}
