import EdgeHandler
import Foundation
import NIOCore
import Pixels
import TestSupport
import Testing

/// The engine, asked and awaited.
enum Workbench {
  static let engine = PixelEngine(
    threads: 2, limits: limits, svgWorker: [worker] + SVGWorker.arguments,
    pixelWorker: [worker] + PixelWorker.arguments)

  /// The tests' own program has no such command; it lies beside the one that has.
  static let worker = URL(filePath: "/proc/self/exe").resolvingSymlinksInPath().deletingLastPathComponent()
    .appending(path: "imgedge").path

  private static var limits: PixelEngine.Limits {
    var limits = PixelEngine.Limits()
    // Tests run at once, so that each waits for all others.
    limits.maximumQueued = 10_000
    limits.timeoutMilliseconds = 900_000
    return limits
  }

  static let original = Blob(id: 1)
  static let mark = Blob(id: 2)

  static func inspect(_ bytes: ByteBuffer, content: Picture.Frames? = nil) async -> InspectResult {
    await withCheckedContinuation { continuation in
      _ = engine.inspect(InspectRequest(blob: original, content: content), original: bytes) {
        continuation.resume(returning: $0)
      }
    }
  }

  static func inspect(_ name: String, maximumPixels: Int) async throws -> InspectResult {
    var limits = PixelEngine.Limits()
    limits.maximumPixels = maximumPixels
    let engine = PixelEngine(threads: 1, limits: limits)
    let bytes = try TestPictures.bytes(name)
    return await withCheckedContinuation { continuation in
      _ = engine.inspect(InspectRequest(blob: original), original: bytes) { continuation.resume(returning: $0) }
    }
  }

  static func inspect(_ name: String, content: Picture.Frames? = nil) async throws -> InspectResult {
    await inspect(try TestPictures.bytes(name), content: content)
  }

  static func header(_ name: String, content: Picture.Frames? = nil) async throws -> ImageHeader {
    let result = try await inspect(name, content: content)
    guard case .image(let header) = result else { throw Unexpected(what: "\(name): \(result)") }
    return header
  }

  static func sample(_ name: String, longestSide: Int) async throws -> SampleResult {
    let bytes = try TestPictures.bytes(name)
    return await withCheckedContinuation { continuation in
      _ = engine.sample(SampleRequest(blob: original, longestSide: longestSide), original: bytes) {
        continuation.resume(returning: $0)
      }
    }
  }

  static func rendering(_ plan: RenderPlan, _ blobs: [Blob: ByteBuffer]) async -> Rendering {
    await withCheckedContinuation { continuation in
      _ = engine.render(plan, blobs: blobs) { continuation.resume(returning: $0) }
    }
  }

  static func rendering(
    _ name: String, _ operations: [PixelOperation] = [], frames: Picture.Frames = .first,
    as encoding: Encoding = Encoding(format: .png)
  ) async throws -> Rendering {
    let plan = RenderPlan(
      picture: .decoded(original, frames: frames, operations), encoding: encoding, timeoutMilliseconds: 900_000)
    return await rendering(plan, [original: try TestPictures.bytes(name)])
  }

  static func output(_ plan: RenderPlan, _ blobs: [Blob: ByteBuffer]) async throws -> ByteBuffer {
    let rendering = await rendering(plan, blobs)
    guard case .output(let bytes, _, _) = rendering else { throw Unexpected(what: "\(rendering)") }
    return bytes
  }

  static func output(
    _ name: String, _ operations: [PixelOperation] = [], frames: Picture.Frames = .first,
    as encoding: Encoding = Encoding(format: .png)
  ) async throws -> ByteBuffer {
    let rendering = try await rendering(name, operations, frames: frames, as: encoding)
    guard case .output(let bytes, _, _) = rendering else { throw Unexpected(what: "\(name): \(rendering)") }
    return bytes
  }

  static func look(
    _ bytes: ByteBuffer, pixels: [[Int]] = [], reference: String? = nil, box: [Double]? = nil, sigma: Double? = nil,
    sharpen: Double? = nil
  ) throws -> Look {
    try PictureReader.shared.look(
      LookRequest(
        path: TestPictures.keep(bytes), pixels: pixels.map { $0.map(Double.init) },
        reference: reference.map(TestPictures.path), box: box,
        sigma: sigma, sharpen: sharpen))
  }
}

struct Unexpected: Error {
  let what: String
}

/// Whether two colours, of RGBA or its first channels, are the same but for rounding.
func isClose(_ color: [Int], _ expected: [Int], within tolerance: Int) -> Bool {
  zip(color, expected).allSatisfy { abs($0 - $1) <= tolerance }
}
