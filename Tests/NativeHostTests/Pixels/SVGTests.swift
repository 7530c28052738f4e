import EdgeHandler
import Foundation
import NIOCore
import TestSupport
import Synchronization
import Testing

@testable import Pixels

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
      timeoutMilliseconds: 900_000)
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
    guard case .output(let output, _, _) = await rendering(bytes, []) else { return }
    let places = (0..<80).flatMap { x in stride(from: 0, to: 80, by: 7).map { [x, $0] } }
    for pixel in try Workbench.look(output, pixels: places).pixels[0] {
      #expect(isClose(pixel, [0, 255, 0, 255], within: 0))
    }
  }

  @Test("an entity bomb is refused, and a huge canvas drawn only where it is made small")
  func boundsWhatIsDrawn() async throws {
    #expect((await rendering(try hostile("svg-bomb.svg"), [])).name == "undecodable")
    #expect((await rendering(try hostile("svg-huge.svg"), [.resize(width: 40, height: 40)])).name == "output")
    #expect(try await Workbench.header("svg-huge.svg").width == 1_000_000)
  }

  @Test("references that multiply are refused before they are drawn", arguments: ["use", "pattern", "mask"])
  func boundsExpansion(kind: String) async throws {
    func part(_ index: Int) -> String {
      let uses = (0..<20).map { _ in
        kind == "use"
          ? "<use href='#a\(index - 1)'/>"
          : "<rect width='9' height='9' \(kind == "mask" ? "mask" : "fill")='url(#a\(index - 1))'/>"
      }.joined()
      switch kind {
      case "use": return "<g id='a\(index)'>\(uses)</g>"
      case "mask": return "<mask id='a\(index)'>\(uses)</mask>"
      default: return "<pattern id='a\(index)' width='1' height='1'>\(uses)</pattern>"
      }
    }
    let last =
      kind == "use"
      ? "<use href='#a6'/>" : "<rect width='9' height='9' \(kind == "mask" ? "mask" : "fill")='url(#a6)'/>"
    let body = "<defs><rect id='a0' width='9' height='9'/>" + (1...6).map(part).joined() + "</defs>" + last
    // Drawn, it would take longer than any limit, and would be ended by that and not refused.
    #expect(await Workbench.inspect(Self.svg(body)) == .undecodable)
  }

  @Test("many uses of one small symbol are no bomb")
  func allowsManyUses() async throws {
    let uses = (0..<2000).map { "<use href='#a' x='\($0 % 9)'/>" }.joined()
    let body = "<defs><g id='a'><rect width='1' height='1'/></g></defs>" + uses
    #expect((await rendering(Self.svg(body), [])).name == "output")
  }

  private static func svg(_ body: String) -> ByteBuffer {
    ByteBuffer(string: "<svg xmlns='http://www.w3.org/2000/svg' width='9' height='9'>\(body)</svg>")
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
    for program in ["/bin/false", "/nonexistent"] {
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

  @Test("pictures inside of a drawing are drawn", arguments: ["png", "jpg", "gif", "webp", "avif"])
  func pictures(format: String) async throws {
    // A drawing that was built where there is another libavif does without.
    guard format != "avif" || AVIFSequence.isDecodable else { return }
    let bytes = Data(try TestPictures.bytes("swatches." + format).readableBytesView)
    let type = format == "jpg" ? "jpeg" : format
    let document = ByteBuffer(
      string: """
        <svg xmlns='http://www.w3.org/2000/svg' width='240' height='160'><image width='240' height='160' \
        href='data:image/\(type);base64,\(bytes.base64EncodedString())'/></svg>
        """)
    guard case .output(let output, _, _) = await rendering(document, []) else {
      Issue.record("it is not drawn")
      return
    }
    let colors = [[255, 0, 0, 255], [0, 255, 0, 255], [0, 0, 255, 255]]
    let look = try Workbench.look(output, pixels: [[20, 40], [60, 40], [100, 40]])
    for (pixel, color) in zip(look.pixels[0], colors) { #expect(isClose(pixel, color, within: 12), "\(pixel)") }
  }

  @Test("a damaged picture inside of a drawing is left out", arguments: ["webp", "avif"])
  func damagedPictures(format: String) async throws {
    let bytes = Data(try TestPictures.bytes("swatches." + format).readableBytesView)
    for count in stride(from: 0, to: bytes.count, by: max(bytes.count / 12, 1)) {
      let link = "data:image/\(format);base64,\(bytes.prefix(count).base64EncodedString())"
      let document = Self.svg("<rect width='9' height='9' fill='lime'/><image width='9' height='9' href='\(link)'/>")
      #expect((await rendering(document, [])).name == "output", "\(count)")
    }
  }

  @Test("drawings are made by copies of one process that has one thread, which is started again when it ends")
  func forksFromOneProcess() async throws {
    let (engine, program) = try Self.engineOfItsOwn()
    defer { try? FileManager.default.removeItem(at: program) }
    let logo = try TestPictures.bytes("logo.svg")
    func isDrawn() async -> Bool {
      let plan = RenderPlan(
        picture: .decoded(Workbench.original, frames: .first, []), encoding: Encoding(format: .png),
        timeoutMilliseconds: 900_000)
      return await withCheckedContinuation { continuation in
        _ = engine.render(plan, blobs: [Workbench.original: logo]) {
          continuation.resume(returning: $0.name == "output")
        }
      }
    }
    #expect(await isDrawn())
    let worker = try #require(Self.processes(program.path, of: getpid()).first)
    #expect(try FileManager.default.contentsOfDirectory(atPath: "/proc/\(worker)/task").count == 1)
    // It has not begun anew without preparation.
    #expect(try String(contentsOfFile: "/proc/\(worker)/cmdline", encoding: .utf8).contains("unprepared") == false)
    for _ in 0..<3 { #expect(await isDrawn()) }
    #expect(Self.processes(program.path, of: getpid()) == [worker])
    kill(worker, SIGKILL)
    #expect(await isDrawn())
    withExtendedLifetime(engine) {}
  }

  @Test("a copy ends when its other end is closed, and not at a signal that means something else")
  func endsWithPeerAlone() async throws {
    let (engine, program) = try Self.engineOfItsOwn()
    defer { try? FileManager.default.removeItem(at: program) }
    // Takes a second or so.
    let slow = Self.svg(
      "<filter id='f'><feTurbulence baseFrequency='0.3' numOctaves='9'/></filter><rect width='9' height='9' filter='url(#f)'/>"
    )
    let plan = RenderPlan(
      picture: .decoded(Workbench.original, frames: .first, [.resize(width: 1000, height: 1000)]),
      encoding: Encoding(format: .png), timeoutMilliseconds: 900_000)
    let signals = Mutex(0)
    // A thread of its own, because tasks wait for each other where all tests run at once.
    Thread.start {
      for _ in 0..<20_000 where signals.withLock({ (0..<20).contains($0) }) {
        for worker in Self.processes(program.path, of: getpid()) {
          for copy in Self.processes(program.path, of: worker) where kill(copy, SIGIO) == 0 {
            signals.withLock { $0 += 1 }
          }
        }
        usleep(2000)
      }
    }
    // Again where a drawing ended before anything was sent to it.
    for _ in 0..<10 where signals.withLock({ $0 }) == 0 {
      let name = await withCheckedContinuation { continuation in
        _ = engine.render(plan, blobs: [Workbench.original: slow]) { continuation.resume(returning: $0.name) }
      }
      #expect(name == "output")
    }
    #expect(signals.withLock { $0 } > 0)
    signals.withLock { $0 = -1 }
    withExtendedLifetime(engine) {}
  }

  @Test("drawings are made where libraries cannot be loaded beforehand without a thread")
  func drawsUnprepared() async throws {
    let engine = PixelEngine(
      threads: 1, limits: PixelEngine.Limits(), svgWorker: [Workbench.worker] + SVGWorker.unpreparedArguments)
    let document = Self.svg("<rect width='9' height='9' fill='red'/><text y='8'>A</text>")
    guard case .output(let unprepared, _, _) = await Self.rendering(document, 30, engine) else {
      Issue.record("it is not drawn")
      return
    }
    guard case .output(let prepared, _, _) = await Self.rendering(document, 30, Self.engine) else {
      Issue.record("it is not drawn")
      return
    }
    #expect(unprepared == prepared)
  }

  @Test("what has inspected an SVG draws it next, without another copy, as often as it is asked", .ownThread)
  func drawsWithTheCopyThatMeasured() async throws {
    let (engine, program) = try Self.engineOfItsOwn()
    defer { try? FileManager.default.removeItem(at: program) }
    let document = Self.svg("<rect width='9' height='9' fill='red'/><text y='8'>A</text>")
    func isDrawnByOneCopy() async throws -> Bool {
      guard await Self.isInspected(document, engine) else { return false }
      let worker = try #require(Self.processes(program.path, of: getpid()).first)
      // A process that is stopped makes no copies.
      kill(worker, SIGSTOP)
      defer { kill(worker, SIGCONT) }
      for side in [40, 9, 300] {
        guard await Self.rendering(document, side, engine, milliseconds: 5000).name == "output" else { return false }
      }
      let other = Self.svg("<rect width='9' height='9' fill='red'/><text y='8'>B</text>")
      #expect(await Self.rendering(other, 9, engine, milliseconds: 200).name == "timedOut")
      return true
    }
    // A copy does not wait long, and a busy machine may leave it alone.
    var isDrawn = false
    for _ in 0..<20 where !isDrawn { isDrawn = try await isDrawnByOneCopy() }
    #expect(isDrawn)
    withExtendedLifetime(engine) {}
  }

  @Test("a copy that is gone is replaced by another", arguments: [SIGKILL, SIGSEGV])
  func replacesWaitingCopies(signal: Int32) async throws {
    let (engine, program) = try Self.engineOfItsOwn()
    defer { try? FileManager.default.removeItem(at: program) }
    let document = Self.svg("<rect width='9' height='9' fill='red'/>")
    for side in [9, 20, 30] {
      #expect(await Self.isInspected(document, engine))
      let worker = try #require(Self.processes(program.path, of: getpid()).first)
      for copy in Self.processes(program.path, of: worker) { kill(copy, signal) }
      #expect(await Self.rendering(document, side, engine).name == "output")
    }
    withExtendedLifetime(engine) {}
  }

  @Test("copies that wait are few, and end when nobody asks them")
  func boundsWaitingCopies() async throws {
    let (engine, program) = try Self.engineOfItsOwn()
    defer { try? FileManager.default.removeItem(at: program) }
    for index in 0..<40 {
      #expect(await Self.isInspected(Self.svg("<rect width='\(index)' height='9'/>"), engine))
    }
    let worker = try #require(Self.processes(program.path, of: getpid()).first)
    func waitForCopies(_ isRight: (Int) -> Bool) async throws -> Bool {
      for _ in 0..<3000 {
        if isRight(Self.processes(program.path, of: worker).count) { return true }
        try await Task.sleep(for: .milliseconds(20))
      }
      return false
    }
    #expect(try await waitForCopies { $0 <= 16 })
    #expect(try await waitForCopies { $0 == 0 })
    withExtendedLifetime(engine) {}
  }

  @Test("drawings that one copy makes in turn are those that fresh copies make")
  func drawsAlikeInTurn() async throws {
    let body = """
      <style>text{fill:var(--c,#123)}</style><linearGradient id='g'><stop stop-color='red'/><stop offset='1'/></linearGradient>
      <filter id='f'><feDropShadow dx='1'/></filter><mask id='m'><circle r='6' fill='#fff'/></mask>
      <rect width='7' height='5' fill='url(#g)' filter='url(#f)'/><text y='8' font-size='5'>Ab</text>
      <g mask='url(#m)' opacity='.4'><path d='M0 0L9 9H3z'/></g>
      """
    let document = Self.svg(body)
    let (one, program) = try Self.engineOfItsOwn()
    defer { try? FileManager.default.removeItem(at: program) }
    for side in [9, 64, 300, 9, 33] {
      guard case .output(let inTurn, _, _) = await Self.rendering(document, side, one) else {
        Issue.record("\(side) is not drawn")
        continue
      }
      let (other, another) = try Self.engineOfItsOwn()
      defer { try? FileManager.default.removeItem(at: another) }
      guard case .output(let fresh, _, _) = await Self.rendering(document, side, other) else {
        Issue.record("\(side) is not drawn")
        continue
      }
      #expect(inTurn == fresh, "\(side)")
    }
  }

  private static func isInspected(_ bytes: ByteBuffer, _ engine: PixelEngine) async -> Bool {
    await withCheckedContinuation { continuation in
      _ = engine.inspect(InspectRequest(blob: Workbench.original), original: bytes) { result in
        if case .image = result { continuation.resume(returning: true) } else { continuation.resume(returning: false) }
      }
    }
  }

  private static func rendering(
    _ bytes: ByteBuffer, _ side: Int, _ engine: PixelEngine, milliseconds: Int = 900_000
  ) async -> Rendering {
    let plan = RenderPlan(
      picture: .decoded(Workbench.original, frames: .first, [.resize(width: side, height: side)]),
      encoding: Encoding(format: .png), timeoutMilliseconds: milliseconds)
    return await withCheckedContinuation { continuation in
      _ = engine.render(plan, blobs: [Workbench.original: bytes]) { continuation.resume(returning: $0) }
    }
  }

  /// Other tests have workers too: this engine's go by a name of their own.
  private static func engineOfItsOwn() throws -> (PixelEngine, program: URL) {
    let program = FileManager.default.temporaryDirectory.appending(path: "worker-\(UUID().uuidString)")
    try FileManager.default.createSymbolicLink(atPath: program.path, withDestinationPath: Workbench.worker)
    var limits = PixelEngine.Limits()
    limits.timeoutMilliseconds = 900_000
    return (PixelEngine(threads: 2, limits: limits, svgWorker: [program.path] + SVGWorker.arguments), program)
  }

  /// The processes that were started as `program`, or are copies of such, by number.
  private static func processes(_ program: String, of parent: pid_t) -> Set<pid_t> {
    let numbers = (try? FileManager.default.contentsOfDirectory(atPath: "/proc"))?.compactMap { pid_t($0) } ?? []
    return Set(
      numbers.filter { number in
        guard let command = try? String(contentsOfFile: "/proc/\(number)/cmdline", encoding: .utf8),
          let status = try? String(contentsOfFile: "/proc/\(number)/stat", encoding: .utf8)
        else { return false }
        let own = status.split(separator: ")").last?.split(separator: " ").dropFirst().first.flatMap { pid_t($0) }
        return command.hasPrefix(program) && own == parent
      })
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
      timeoutMilliseconds: 900_000)
    let name = await withCheckedContinuation { continuation in
      _ = engine.render(plan, blobs: [Workbench.original: text]) { continuation.resume(returning: $0.name) }
    }
    #expect(name == "output")
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == ["fonts.conf"])
  }

  @Test("an SVG that is cut anywhere or has another byte ends as a picture or as what is damaged")
  func damaged() async throws {
    let body = """
      <defs><filter id='f'><feDropShadow dx='3'/></filter></defs><style>:root{--c:red} .a{fill:var(--c, url(#f))}</style>
      <rect class='a' width='9' height='9' filter='url(#f)' style='stroke:var(--d,var(--c))'/>
      <image href='data:image/png;base64,iVBORw0KGgo='/><use href='#f'/><text x='1'>&lt;a&#65;</text>
      """
    let whole = Array(Self.svg(body).readableBytesView)
    func check(_ bytes: [UInt8]) async {
      let rendering = await rendering(ByteBuffer(bytes: bytes), [.resize(width: 9, height: 9)])
      #expect(
        rendering.name == "output" || rendering.name == "undecodable", "\(String(decoding: bytes, as: UTF8.self))")
    }
    for count in stride(from: 0, to: whole.count, by: 23) { await check(Array(whole[..<count])) }
    for place in stride(from: 0, to: whole.count, by: 17) {
      for byte in [0, UInt8(ascii: "<"), UInt8(ascii: "&"), UInt8(ascii: "\\"), UInt8(ascii: "("), 0xFF] {
        var changed = whole
        changed[place] = byte
        await check(changed)
      }
    }
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
