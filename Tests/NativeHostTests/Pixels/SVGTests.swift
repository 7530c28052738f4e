import EdgeHandler
import Foundation
import NIOCore
import Pixels
import Testing

@Suite struct SVGTests {
  private static let engine = Workbench.engine

  private func hostile(_ name: String) throws -> ByteBuffer {
    let path = try TestPictures.path(name)
    let text = try String(contentsOfFile: path, encoding: .utf8)
    return ByteBuffer(
      string: text.replacingOccurrences(of: "DIRECTORY", with: (path as NSString).deletingLastPathComponent))
  }

  private func rendering(_ bytes: ByteBuffer, _ operations: [PixelOperation]) async -> Rendering {
    let plan = RenderPlan(
      picture: .decoded(Workbench.original, frames: .first, operations), encoding: Encoding(format: .png),
      timeoutMilliseconds: 60_000)
    return await Workbench.rendering(plan, [Workbench.original: bytes])
  }

  @Test func readsSize() async throws {
    #expect(
      try await Workbench.inspect("logo.svg")
        == .image(ImageHeader(format: .svg, width: 100, height: 50, hasAlpha: true)))
  }

  @Test(arguments: [(100, 50), (800, 400), (30, 15), (60, 60), (1, 1)])
  func drawsSharplyAtAnySize(width: Int, height: Int) async throws {
    let output = try await Workbench.output("logo.svg", [.resize(width: width, height: height)])
    let middle = width / 2
    let places = width > 2 ? [[0, 0], [middle - 2, height - 1], [middle + 1, 0], [width - 1, height - 1]] : []
    let look = try Workbench.look(output, pixels: places)
    #expect(look.width == width && look.height == height)
    let (red, blue) = ([255, 0, 0, 255], [0, 0, 255, 255])
    for (pixel, color) in zip(look.pixels[0], [red, red, blue, blue]) { #expect(isClose(pixel, color, within: 2)) }
  }

  @Test(arguments: ["svg-href.svg", "svg-file.svg", "svg-xinclude.svg", "svg-script.svg"])
  func reachesForNothing(name: String) async throws {
    let bytes = try hostile(name)
    guard case .output(let output, _) = await rendering(bytes, []) else { return }
    let places = (0..<80).flatMap { x in stride(from: 0, to: 80, by: 7).map { [x, $0] } }
    for pixel in try Workbench.look(output, pixels: places).pixels[0] {
      #expect(isClose(pixel, [0, 255, 0, 255], within: 0))
    }
  }

  @Test func survivesABombAndAHugeCanvas() async throws {
    for name in ["svg-bomb.svg", "svg-huge.svg"] {
      if case .output = await rendering(try hostile(name), []) { Issue.record("\(name) was drawn") }
    }
    #expect(try await Workbench.header("logo.svg").width == 100)
  }

  /// An element so deep that a recursive reader ends: whatever becomes of the worker, the engine goes on.
  @Test func outlivesAWorker() async throws {
    let depth = 200_000
    let head = #"<svg xmlns="http://www.w3.org/2000/svg" width="10" height="10">"#
    let bytes = ByteBuffer(
      string: head + String(repeating: "<g>", count: depth) + String(repeating: "</g>", count: depth) + "</svg>")
    #expect(await Workbench.inspect(bytes) == .undecodable)
    var limits = PixelEngine.Limits()
    limits.maximumQueued = 4
    for program in ["/bin/false", "/nonexistent", "/bin/yes"] {
      let engine = PixelEngine(threads: 1, limits: limits, svgWorker: [program])
      let logo = try TestPictures.bytes("logo.svg")
      let result = await withCheckedContinuation { continuation in
        _ = engine.inspect(InspectRequest(blob: Workbench.original), original: logo) {
          continuation.resume(returning: $0)
        }
      }
      #expect(result == .undecodable, "\(program)")
    }
  }

  @Test func endsAWorkerInTime() async throws {
    let engine = PixelEngine(threads: 1, limits: PixelEngine.Limits(), svgWorker: ["/bin/sleep", "60"])
    let plan = RenderPlan(
      picture: .decoded(Workbench.original, frames: .first, []), encoding: Encoding(format: .png),
      timeoutMilliseconds: 100)
    let blobs = [Workbench.original: try TestPictures.bytes("logo.svg")]
    let name = await withCheckedContinuation { continuation in
      _ = engine.render(plan, blobs: blobs) { continuation.resume(returning: $0.name) }
    }
    #expect(name == "timedOut")
  }

  /// As root, fontconfig writes a list of the fonts wherever there is none or an old one, and the worker may not write.
  @Test func drawsTextWhereNoListOfFontsCanBeKept() async throws {
    let folder = FileManager.default.temporaryDirectory.appending(path: "fonts-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let fonts = "<fontconfig><dir>/usr/share/fonts</dir><cachedir>\(folder.path)</cachedir></fontconfig>"
    let configuration = folder.appending(path: "fonts.conf")
    try Data(fonts.utf8).write(to: configuration)
    let command = ["/usr/bin/env", "FONTCONFIG_FILE=\(configuration.path)", Workbench.worker] + SVGWorker.arguments
    let engine = PixelEngine(threads: 1, limits: PixelEngine.Limits(), svgWorker: command)
    let text = ByteBuffer(
      string: "<svg xmlns='http://www.w3.org/2000/svg' width='70' height='30'><text x='5' y='20'>Text</text></svg>")
    let plan = RenderPlan(
      picture: .decoded(Workbench.original, frames: .first, []), encoding: Encoding(format: .png),
      timeoutMilliseconds: 60_000)
    let name = await withCheckedContinuation { continuation in
      _ = engine.render(plan, blobs: [Workbench.original: text]) { continuation.resume(returning: $0.name) }
    }
    #expect(name == "output")
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == ["fonts.conf"])
  }

  @Test func isNoPageThatHoldsOne() async throws {
    let page = ByteBuffer(string: "<!doctype html>\n<html><body><svg width='10' height='10'></svg></body></html>")
    #expect(await Workbench.inspect(page) == .unsupported)
    let prologue = "\u{FEFF}<?xml version='1.0'?>\n<!-- <svg> -->\n<!DOCTYPE svg [<!ENTITY a '<b>'>]>\n"
    let svg = ByteBuffer(
      string: prologue + "<svg xmlns='http://www.w3.org/2000/svg' width='7' height='9'/>")
    #expect(
      await Workbench.inspect(svg) == .image(ImageHeader(format: .svg, width: 7, height: 9, hasAlpha: true)))
    let twice = ByteBuffer(string: "<!DOCTYPE svg><!DOCTYPE svg><svg xmlns='http://www.w3.org/2000/svg'/>")
    #expect(await Workbench.inspect(twice) == .unsupported)
  }
}
