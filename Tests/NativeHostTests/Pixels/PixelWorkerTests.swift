import EdgeHandler
import Foundation
import NIOCore
import Testing

@testable import Pixels

@Suite(.ownThread, .serialized) struct PixelWorkerTests {
  private func engine(_ command: [String] = [Workbench.worker] + PixelWorker.arguments) -> PixelEngine {
    PixelEngine(threads: 1, limits: PixelEngine.Limits(), pixelWorker: command)
  }

  private func rendering(_ plan: RenderPlan, _ engine: PixelEngine, cancelling: Bool = false) async throws -> Rendering
  {
    let blobs = [Workbench.original: try TestPictures.bytes("photo.jpg")]
    return await withCheckedContinuation { continuation in
      let cancel = engine.render(plan, blobs: blobs) { continuation.resume(returning: $0) }
      if cancelling {
        usleep(300_000)
        cancel()
      }
    }
  }

  private func plan(_ encoding: Encoding, _ width: Int, _ height: Int, milliseconds: Int = 60_000) -> RenderPlan {
    RenderPlan(
      picture: .decoded(Workbench.original, frames: .first, [.resize(width: width, height: height)]),
      encoding: encoding,
      timeoutMilliseconds: milliseconds)
  }

  static let encodings = [
    Encoding(format: .avif), Encoding(format: .avif, lossless: true), Encoding(format: .webp),
    Encoding(format: .webp, lossless: true), Encoding(format: .png, palette: true), Encoding(format: .gif),
  ]

  /// A machine that is busy with other tests takes its time; an encoder that is not broken off takes longer.
  @Test("an encoder does not hold a thread past its limit", arguments: encodings)
  func timedOut(encoding: Encoding) async throws {
    let engine = engine()
    // Pictures are drawn when the first test asks for one.
    _ = try TestPictures.bytes("photo.jpg")
    let start = ContinuousClock.now
    let rendering = try await rendering(plan(encoding, 8192, 8192, milliseconds: 1000), engine)
    #expect(rendering.name == "timedOut")
    #expect(ContinuousClock.now - start < .seconds(3))
    // The thread is free for the next.
    let next = try await self.rendering(plan(Encoding(format: .jpeg), 30, 20), engine)
    #expect(next.name == "output")
  }

  @Test("what a share has at work beside its first gets a low priority when another share comes, and not before")
  func priorities() async throws {
    // A name of its own, by which its processes are told from those of other tests.
    let program = FileManager.default.temporaryDirectory.appending(path: "worker-\(UUID().uuidString)")
    try FileManager.default.createSymbolicLink(at: program, withDestinationURL: URL(filePath: Workbench.worker))
    defer { try? FileManager.default.removeItem(at: program) }
    let engine = PixelEngine(
      threads: 2, limits: PixelEngine.Limits(), pixelWorker: [program.path] + PixelWorker.arguments)
    let blobs = [Workbench.original: try TestPictures.bytes("photo.jpg")]
    let long = plan(Encoding(format: .avif), 8192, 8192, milliseconds: 600_000)
    func start(_ workspace: String) -> @Sendable () -> Void {
      engine.render(long, blobs: blobs, of: Share(workspace: workspace)) { _ in }
    }
    let usual = Int(getpriority(__priority_which_t(PRIO_PROCESS.rawValue), 0))
    let low = min(usual + Int(WorkPriority.niceness), 19)
    var cancellations = [start("noisy"), start("noisy"), start("noisy")]
    try await waitForNicenesses(of: program.path, [usual, usual])
    cancellations.append(start("quiet"))
    try await waitForNicenesses(of: program.path, [usual, usual, low])
    for cancel in cancellations { cancel() }
  }

  private func waitForNicenesses(of program: String, _ expected: [Int]) async throws {
    var found: [Int] = []
    for _ in 0..<600 {
      found = try FileManager.default.contentsOfDirectory(atPath: "/proc").compactMap { name in
        guard Int(name) != nil, let command = try? String(contentsOfFile: "/proc/\(name)/cmdline", encoding: .utf8),
          command.hasPrefix(program + "\0"),
          let line = try? String(contentsOfFile: "/proc/\(name)/stat", encoding: .utf8),
          let end = line.lastIndex(of: ")")
        else { return nil }
        // The 19th field of proc_pid_stat(5); the second ends with the parenthesis.
        return Int(line[line.index(after: end)...].split(separator: " ")[16])
      }.sorted()
      if found == expected { return }
      try await Task.sleep(for: .milliseconds(50))
    }
    Issue.record("\(found) is not \(expected)")
  }

  @Test("what is cancelled ends at once")
  func cancelled() async throws {
    let engine = engine()
    // Pictures are drawn when the first test asks for one.
    _ = try TestPictures.bytes("photo.jpg")
    let start = ContinuousClock.now
    let rendering = try await rendering(
      plan(Encoding(format: .webp, lossless: true), 8192, 8192), engine, cancelling: true)
    #expect(rendering.name == "failed")
    #expect(ContinuousClock.now - start < .seconds(3))
  }

  @Test("a process makes the same output, again and again", arguments: [encodings[0], encodings[3]])
  func same(encoding: Encoding) async throws {
    let local = PixelEngine(threads: 1, limits: PixelEngine.Limits(), pixelWorker: nil)
    let engine = engine()
    let plan = plan(encoding, 1200, 800)
    guard case .output(let expected, _, _) = try await rendering(plan, local) else {
      throw Unexpected(what: "no output")
    }
    for _ in 0..<3 {
      guard case .output(let output, _, _) = try await rendering(plan, engine) else {
        throw Unexpected(what: "no output")
      }
      #expect(output == expected)
    }
  }

  @Test(
    "a process that is none, ends or says nothing is no end of the engine",
    arguments: [
      (["/nonexistent"], "failed"), (["/bin/false"], "failed"), (["/bin/sleep", "60"], "timedOut"),
      (["/bin/yes"], "failed"),
    ])
  func faulty(command: [String], name: String) async throws {
    let rendering = try await rendering(plan(Encoding(format: .avif), 2000, 2000, milliseconds: 1000), engine(command))
    #expect(rendering.name == name)
  }

  @Test("a process takes no more memory than it may", arguments: [(200, false), (2000, true)])
  func bounded(megabytes: Int, isMade: Bool) async throws {
    let bytes = try Array(TestPictures.bytes("photo.jpg").readableBytesView)
    let job = PixelJob.render(plan(Encoding(format: .avif), 3000, 2000))
    let text = try await offPool {
      bytes.withUnsafeBytes { bytes -> String? in
        guard let worker = WorkerProcess([Workbench.worker] + PixelWorker.arguments) else { return nil }
        let terms = PixelJob.Terms(limits: PixelEngine.Limits(), milliseconds: 60_000, memory: megabytes << 20)
        guard worker.write(job.head(blobs: [(Workbench.original, bytes)], terms)),
          worker.read(1, unless: { false }) == [PixelJob.acknowledgement], worker.write(bytes, unless: { false }),
          let head = worker.read(PixelJob.answerHeadBytes, unless: { false }),
          let lengths = PixelJob.answerLengths(head), let text = worker.read(lengths.text, unless: { false })
        else { return nil }
        return String(decoding: text, as: UTF8.self)
      }
    }
    #expect((text?.contains("output") ?? false) == isMade, "\(text ?? "it ended")")
  }

  /// libheif does not tell what is in an item of several pictures.
  @Test("what no header promises is decoded by a process")
  func unpredictable() async throws {
    let bytes = try TestPictures.bytes("photo.avif")
    let asked = PixelEngine(threads: 1, limits: PixelEngine.Limits(), pixelWorker: ["/bin/false"])
    // The sequence header of the item, not the one of the configuration, gets a second picture behind it.
    var file = Array(bytes.readableBytesView)
    let place = try #require(file.indices.first { file[$0...].starts(with: "iloc".utf8) })
    // One item with one extent: its length is the last number of the box.
    let end = place - 4 + file[place - 4..<place].reduce(0) { $0 << 8 | Int($1) }
    let length = file[end - 4..<end].reduce(0) { $0 << 8 | Int($1) }
    file.replaceSubrange(
      end - 4..<end, with: (0..<4).reversed().map { UInt8(truncatingIfNeeded: (length - 9) >> ($0 * 8)) })
    let changed = ByteBuffer(bytes: file)
    let result = await withCheckedContinuation { continuation in
      _ = asked.inspect(InspectRequest(blob: Workbench.original), original: changed) {
        continuation.resume(returning: $0)
      }
    }
    #expect(result == .overloaded)
    guard case .image(let header) = await Workbench.inspect(changed) else { throw Unexpected(what: "no header") }
    #expect((header.width, header.height) == (600, 400))
  }
}
