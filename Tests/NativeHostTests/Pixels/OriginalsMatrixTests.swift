import EdgeHandler
import Foundation
import NIOCore
import Pixels
import Synchronization
import TestSupport
import Testing

/// Every kind of original that `Tests/Pictures/matrix.py` draws, against the colours that it computes for each.
@Suite(.serialized) struct OriginalsMatrixTests {
  struct Original: Decodable, Sendable {
    var name: String
    var colors: [[Int]]?
    var tolerance: Int?
    var hasAlpha: Bool?
    var unread: String?
  }

  private static let folder: Result<URL, any Error> = Result {
    let folder = FileManager.default.temporaryDirectory.appending(path: "matrix-\(UUID().uuidString)")
    let process = Process()
    process.executableURL = Repository.python
    process.arguments = [Repository.file("Tests/Pictures/matrix.py").path, folder.path]
    try process.run()
    process.waitUntilExit()
    guard process.terminationStatus == 0 else { throw Unexpected(what: "matrix.py: \(process.terminationStatus)") }
    atexit {
      if case .success(let folder) = OriginalsMatrixTests.folder { try? FileManager.default.removeItem(at: folder) }
    }
    return folder
  }

  private static func originals() throws -> [Original] {
    try JSONDecoder().decode(
      [Original].self, from: Data(contentsOf: folder.get().appending(path: "matrix.json")))
  }

  private static func bytes(_ original: Original) throws -> ByteBuffer {
    ByteBuffer(bytes: try Data(contentsOf: folder.get().appending(path: original.name)))
  }

  /// A way through the engine, where the quarters' middles come to lie, and how far colours may be off beside what the original is.
  private struct Way: Sendable {
    var name: String
    var operations: [PixelOperation] = []
    var encoding = Encoding(format: .png)
    var size = 64
    var tolerance = 0
    /// Transparency becomes white.
    var isFlat = false
    var isMark = false

    var places: [[Int]] { [[1, 1], [3, 1], [1, 3], [3, 3]].map { $0.map { $0 * size / 4 } } }
  }

  private static let ways = [
    Way(name: "as it is"),
    Way(name: "resized", operations: [.resize(width: 32, height: 32)], size: 32, tolerance: 1),
    Way(name: "enlarged", operations: [.resize(width: 96, height: 96)], size: 96, tolerance: 1),
    Way(name: "JPEG", encoding: Encoding(format: .jpeg, quality: 97), tolerance: 6, isFlat: true),
    Way(name: "WebP", encoding: Encoding(format: .webp, quality: 97), tolerance: 8),
    Way(name: "lossless WebP", encoding: Encoding(format: .webp, lossless: true)),
    Way(name: "AVIF", encoding: Encoding(format: .avif, quality: 97), tolerance: 8),
    Way(name: "GIF", operations: [.flatten(.white)], encoding: Encoding(format: .gif), tolerance: 6, isFlat: true),
    Way(name: "as a mark", isFlat: true, isMark: true),
  ]

  @Test("colour and alpha of every kind of original are right, on every way", arguments: [0, 1, 2, 3])
  func colors(part: Int) async throws {
    for (index, original) in try Self.originals().enumerated() where index % 4 == part {
      guard let colors = original.colors, let tolerance = original.tolerance else { continue }
      let bytes = try Self.bytes(original)
      // All that comes before the encoder is the same on each, so every kind takes the first and one other in turn.
      for (number, way) in Self.ways.enumerated() where number < 1 || (number + index / 4) % 7 == 0 {
        var plan = RenderPlan(
          picture: .decoded(Workbench.original, frames: .first, way.operations), encoding: way.encoding,
          timeoutMilliseconds: 900_000)
        if way.isMark {
          plan.picture = .composed(
            width: 64, height: 64, background: .white, [],
            [.overlay(plan.picture, at: PixelPoint(x: 0, y: 0), opacity: .one)])
        }
        let rendering = await Workbench.rendering(plan, [Workbench.original: bytes])
        guard case .output(let output, _, _) = rendering else {
          Issue.record("\(original.name), \(way.name): \(rendering)")
          continue
        }
        let look = try Workbench.look(output, pixels: way.places)
        for (pixel, color) in zip(look.pixels[0], colors) {
          check(pixel, color, within: tolerance + way.tolerance, way, original)
        }
      }
    }
  }

  private func check(_ pixel: [Int], _ color: [Int], within tolerance: Int, _ way: Way, _ original: Original) {
    var expected = color
    if way.isFlat {
      let alpha = color[3]
      expected = color.map { (value: Int) -> Int in (value * alpha + 255 * (255 - alpha) + 127) / 255 }
      expected[3] = 255
    }
    // What cannot be seen has no colour, and what hardly can be has a vague one.
    guard expected[3] > 0 else {
      #expect(pixel[3] == 0, "\(original.name), \(way.name): \(pixel) for \(expected)")
      return
    }
    #expect(
      isClose(pixel, expected, within: tolerance), "\(original.name), \(way.name): \(pixel) for \(expected)")
  }

  @Test("what is sampled for colours and placeholders has the same colours")
  func sampled() async throws {
    for original in try Self.originals() {
      guard let colors = original.colors, let tolerance = original.tolerance else { continue }
      let bytes = try Self.bytes(original)
      let result = await withCheckedContinuation { continuation in
        _ = Workbench.engine.sample(
          SampleRequest(blob: Workbench.original, longestSide: 8), original: bytes
        ) { continuation.resume(returning: $0) }
      }
      guard case .sample(let sample) = result else {
        Issue.record("\(original.name): \(result)")
        continue
      }
      for (place, color) in zip([(1, 1), (6, 1), (1, 6), (6, 6)], colors) where color[3] > 0 {
        let start = (place.1 * sample.raster.width + place.0) * 4
        let pixel = sample.raster.rgba[start..<start + 4].map(Int.init)
        // A sample is made small before its colours are converted, by averages that are weighted by alpha.
        #expect(isClose(pixel, color, within: tolerance + 8), "\(original.name): \(pixel) for \(color)")
      }
    }
  }

  @Test("the header of every kind of original tells size and alpha, and what is not read by name")
  func headers() async throws {
    for original in try Self.originals() {
      let result = await Workbench.inspect(try Self.bytes(original), content: .first)
      if original.unread != nil {
        guard case .unread = result else {
          Issue.record("\(original.name): \(result)")
          continue
        }
        continue
      }
      guard case .image(let header) = result else {
        Issue.record("\(original.name): \(result)")
        continue
      }
      #expect(header.width == 64 && header.height == 64, "\(original.name)")
      if original.hasAlpha == true { #expect(header.hasAlpha, "\(original.name)") }
    }
  }

  @Test(
    "a kind of original that is cut off, or has a byte changed, is a picture, damaged or not read, and never a failure of ours"
  )
  func damaged() async throws {
    var random = SeededGenerator(seed: 5)
    for (index, original) in try Self.originals().enumerated() where index % 4 == 0 {
      let whole = Array(try Self.bytes(original).readableBytesView)
      for turn in 0..<3 {
        var bytes = whole
        if turn == 0 {
          bytes.removeLast(Int.random(in: 1..<bytes.count - 16, using: &random))
        } else {
          for _ in 0..<turn {
            bytes[Int.random(in: 8..<bytes.count, using: &random)] = .random(in: 0...255, using: &random)
          }
        }
        let plan = RenderPlan(
          picture: .decoded(Workbench.original, frames: .first, [.resize(width: 8, height: 8)]),
          encoding: Encoding(format: .png), timeoutMilliseconds: 900_000)
        guard case .image(let header) = await Workbench.inspect(ByteBuffer(bytes: bytes)),
          header.width * header.height < 4_000_000
        else { continue }
        switch await Workbench.rendering(plan, [Workbench.original: ByteBuffer(bytes: bytes)]) {
        case .output, .undecodable: break
        case let other: Issue.record("\(original.name), turn \(turn): \(other)")
        }
      }
    }
  }
}
