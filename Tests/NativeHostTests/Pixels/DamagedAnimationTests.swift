import EdgeHandler
import NIOCore
import TestSupport
import Testing

@testable import Pixels

@Suite struct DamagedAnimationTests {
  /// Chunks of a PNG as they stand.
  private struct Chunks {
    var list: [(name: String, bytes: [UInt8])] = []

    init(_ file: [UInt8]) {
      file.withUnsafeBytes { file in
        var place = 8
        while let length = file.bigEndian(4, at: place), let name = file.name(at: place + 4),
          let chunk = file.part(place, length + 12)
        {
          list.append((name, Array(chunk)))
          place += chunk.count
        }
      }
    }

    var file: [UInt8] { [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A] + list.flatMap(\.bytes) }

    func places(of name: String) -> [Int] { list.indices.filter { list[$0].name == name } }

    /// A number of 32 bits at a place behind a chunk's name, which nobody has signed again.
    mutating func set(_ value: UInt32, at place: Int, of chunk: Int) {
      for index in 0..<4 { list[chunk].bytes[8 + place + index] = UInt8(truncatingIfNeeded: value >> (24 - 8 * index)) }
    }
  }

  private static func chunks(_ name: String) throws -> Chunks {
    Chunks(Array(try TestPictures.bytes(name).readableBytesView))
  }

  /// Frames of what comes of it, or `nil` where it cannot be decoded.
  private static func frames(_ file: [UInt8], _ wanted: Picture.Frames = .all) async throws -> Int? {
    let bytes = ByteBuffer(bytes: file)
    // The handler asks for nothing that is beyond the limits.
    guard case .image(let header) = await Workbench.inspect(bytes),
      PixelEngine.Limits().permit(header, frames: wanted == .all ? header.frames : 1)
    else { return nil }
    let plan = RenderPlan(
      picture: .decoded(Workbench.original, frames: wanted, [.resize(width: 8, height: 6)]),
      encoding: Encoding(format: .webp), timeoutMilliseconds: 900_000)
    switch await Workbench.rendering(plan, [Workbench.original: bytes]) {
    case .output(let output, _, _): return try Workbench.look(output).frames
    case .undecodable: return nil
    case let rendering: throw Unexpected(what: "\(rendering)")
    }
  }

  /// PNG 3, annex D.
  private static func checksum(_ bytes: [UInt8]) -> UInt32 {
    ~bytes.reduce(.max) { sum, byte in
      (0..<8).reduce(sum ^ UInt32(byte)) { sum, _ in sum & 1 == 1 ? 0xEDB8_8320 ^ sum >> 1 : sum >> 1 }
    }
  }

  private static func header(_ file: [UInt8]) async throws -> ImageHeader {
    let result = await Workbench.inspect(ByteBuffer(bytes: file))
    guard case .image(let header) = result else { throw Unexpected(what: "\(result)") }
    return header
  }

  @Test(
    "an animation that is cut off or has wrong bytes plays as far as it goes",
    arguments: ["anim.png", "anim.avif", "moving.avif", "inset.gif"])
  func damaged(name: String) async throws {
    let whole = Array(try TestPictures.bytes(name).readableBytesView)
    var generator = SeededGenerator(seed: 31)
    for _ in 0..<60 {
      _ = try await Self.frames(Array(whole.prefix(Int.random(in: 0..<whole.count, using: &generator))))
      var changed = whole
      for _ in 0..<3 {
        changed[Int.random(in: 0..<min(whole.count, 1200), using: &generator)] = UInt8.random(
          in: 0...255, using: &generator)
      }
      _ = try await Self.frames(changed)
      _ = await Workbench.inspect(ByteBuffer(bytes: changed), content: .all)
    }
  }

  @Test("an APNG is read to its first chunk out of order", arguments: ["fcTL", "fdAT"], 0..<4)
  func disordered(name: String, index: Int) async throws {
    var chunks = try Self.chunks("anim.png")
    chunks.set(99, at: 0, of: chunks.places(of: name)[index])
    #expect(try await Self.header(chunks.file).frames == max(index, 1))
    #expect(try await Self.frames(chunks.file) == max(index, 1))
  }

  @Test(
    "a frame that reaches beyond the canvas ends the animation",
    arguments: [(4, 65), (8, 0), (8, 49), (12, 1), (16, 1), (4, .max), (12, .max)])
  func beyondCanvas(place: Int, value: UInt32) async throws {
    var chunks = try Self.chunks("anim.png")
    chunks.set(value, at: place, of: chunks.places(of: "fcTL")[2])
    #expect(try await Self.header(chunks.file).frames == 2)
    #expect(try await Self.frames(chunks.file) == 2)
  }

  @Test(
    "an APNG has as many frames as it announces and holds",
    arguments: [(0, 1), (1, 1), (3, 3), (5, 4), (.max, 4)] as [(UInt32, Int)])
  func announced(count: UInt32, frames: Int) async throws {
    var chunks = try Self.chunks("anim.png")
    chunks.set(count, at: 0, of: chunks.places(of: "acTL")[0])
    #expect(try await Self.header(chunks.file).frames == frames)
    #expect(try await Self.frames(chunks.file) == frames)
  }

  @Test(
    "an animation that lacks frames is told of, and a whole one is not",
    arguments: [
      ("anim.png", 0.0), ("anim.png", 0.4), ("anim.avif", 0), ("anim.avif", 0.1), ("anim.gif", 0), ("anim.webp", 0),
    ])
  func noted(name: String, lacking: Double) async throws {
    let whole = Array(try TestPictures.bytes(name).readableBytesView)
    let bytes = ByteBuffer(bytes: whole.prefix(whole.count - Int(Double(whole.count) * lacking)))
    let plan = RenderPlan(
      picture: .decoded(Workbench.original, frames: .all, [.resize(width: 8, height: 6)]),
      encoding: Encoding(format: .webp), timeoutMilliseconds: 900_000)
    guard case .output(let output, _, let damaged) = await Workbench.rendering(plan, [Workbench.original: bytes]) else {
      throw Unexpected(what: "\(name) cannot be decoded")
    }
    // Of a cut AVIF the first frame may be all that is left.
    #expect(try Workbench.look(output).frames > (lacking > 0 ? 0 : 1))
    #expect(damaged == (lacking > 0 ? [Workbench.original] : []))
  }

  @Test("an APNG that announces more frames than it holds is told of", arguments: [(3, false), (4, false), (5, true)])
  func announcedInVain(count: UInt32, isDamaged: Bool) async throws {
    var chunks = try Self.chunks("anim.png")
    chunks.set(count, at: 0, of: chunks.places(of: "acTL")[0])
    let plan = RenderPlan(
      picture: .decoded(Workbench.original, frames: .all, []), encoding: Encoding(format: .webp),
      timeoutMilliseconds: 900_000)
    let rendering = await Workbench.rendering(plan, [Workbench.original: ByteBuffer(bytes: chunks.file)])
    guard case .output(_, _, let damaged) = rendering else { throw Unexpected(what: "\(rendering)") }
    #expect(damaged.isEmpty != isDamaged)
  }

  @Test("more frames than allowed are counted, and none is decoded")
  func tooMany() async throws {
    #expect(try await Workbench.header("many-frames.png").frames == 600)
    let rendering = try await Workbench.rendering("many-frames.png", frames: .all, as: Encoding(format: .gif))
    guard case .failed = rendering else { throw Unexpected(what: "\(rendering)") }
    let still = try await Workbench.output("many-frames.png", as: Encoding(format: .png))
    #expect(try Workbench.look(still).frames == 1)
  }

  @Test("frames beyond the limit are not looked at")
  func farTooMany() async throws {
    var chunks = try Self.chunks("many-frames.png")
    let (control, data) = (chunks.places(of: "fcTL")[0], chunks.places(of: "fdAT")[0])
    let frame = [chunks.list[control], chunks.list[data]]
    chunks.list = Array(chunks.list[..<control])
    chunks.set(60_000, at: 0, of: chunks.places(of: "acTL")[0])
    for index in 0..<60_000 {
      chunks.list += frame
      chunks.set(UInt32(2 * index), at: 0, of: chunks.list.count - 2)
      chunks.set(UInt32(2 * index + 1), at: 0, of: chunks.list.count - 1)
    }
    #expect(try await Self.header(chunks.file).frames == 60_000)
    #expect(try await Self.frames(chunks.file, .first) == 1)
  }

  @Test("where nothing moves no frame is decoded")
  func stillAlone() async throws {
    var chunks = try Self.chunks("anim.png")
    for place in chunks.places(of: "fdAT") {
      for index in chunks.list[place].bytes.indices.dropFirst(12) { chunks.list[place].bytes[index] = 0xFF }
    }
    #expect(try await Self.frames(chunks.file, .first) == 1)
    #expect(try await Self.frames(chunks.file) == nil)
  }

  @Test("a damaged default image is the original's fault, and none of the animation's")
  func damagedStill() async throws {
    var chunks = try Self.chunks("anim.png")
    let place = try #require(chunks.places(of: "IDAT").first)
    let end = chunks.list[place].bytes.count - 4
    for index in 10..<end { chunks.list[place].bytes[index] = 0xFF }
    // Its checksum is right: what is wrong shows when it is inflated.
    chunks.set(Self.checksum(Array(chunks.list[place].bytes[4..<end])), at: end - 8, of: place)
    #expect(try await Self.frames(chunks.file, .first) == nil)
    #expect(try await Self.frames(chunks.file) == 4)
  }

  @Test(
    "EXIF of an animated PNG is turned upright and kept as asked",
    arguments: [Encoding.Metadata.none, .copyright, .keep])
  func metadata(kept: Encoding.Metadata) async throws {
    var chunks = try Self.chunks("anim.png")
    // Big-endian, one directory of three tags: make, orientation 6, copyright.
    let block: [UInt8] =
      [0x4D, 0x4D, 0, 42, 0, 0, 0, 8, 0, 3]
      + [0x01, 0x0F, 0, 2, 0, 0, 0, 4] + "Cam\0".utf8 + [0x01, 0x12, 0, 3, 0, 0, 0, 1, 0, 6, 0, 0]
      + [0x82, 0x98, 0, 2, 0, 0, 0, 4] + "Ada\0".utf8 + [0, 0, 0, 0]
    let length = UInt8(block.count)
    let checksum = Self.checksum(Array("eXIf".utf8) + block)
    let chunk =
      [0, 0, 0, length] + "eXIf".utf8 + block + [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: checksum >> $0) }
    chunks.list.insert(("eXIf", chunk), at: 1)
    let plan = RenderPlan(
      picture: .decoded(Workbench.original, frames: .all, []), encoding: Encoding(format: .webp, metadata: kept),
      timeoutMilliseconds: 900_000)
    let look = try Workbench.look(
      try await Workbench.output(plan, [Workbench.original: ByteBuffer(bytes: chunks.file)]))
    #expect(look.width == 48 && look.height == 64 && look.frames == 4)
    #expect(look.metadata.exif["33432"] == (kept == .none ? nil : "Ada"))
    #expect(look.metadata.exif["271"] == (kept == .keep ? "Cam" : nil))
  }

  @Test("a tall GIF with frames between its own takes no longer than one without")
  func tall() async throws {
    // The screen of a small one, made as high as a GIF may be: what is around its frames is transparent.
    var file = Array(try TestPictures.bytes("inset.gif").readableBytesView)
    (file[8], file[9]) = (0xFF, 0xFF)
    let frame = file[19..<file.count - 1]
    // Each is cleared, before one elsewhere.
    let cleared: [UInt8] = [0x21, 0xF9, 4, 8, 5, 0, 0, 0] + frame
    let animation = file[..<19] + cleared + cleared + [0x3B]
    // It takes a second or two; with the square of the height it would take minutes, and be ended by the time limit.
    let result = await Workbench.inspect(ByteBuffer(bytes: animation), content: .all)
    guard case .image(let header) = result else { throw Unexpected(what: "\(result)") }
    #expect(header.height == 65_535 && header.frames == 2)
    #expect(header.content == PixelRect(x: 16, y: 12, width: 32, height: 24))
  }

  @Test("what a format cannot say of the time is the most that it can", arguments: [OutputFormat.webp, .gif])
  func longest(format: OutputFormat) async throws {
    var chunks = try Self.chunks("anim.png")
    chunks.set(.max, at: 4, of: chunks.places(of: "acTL")[0])
    // 65,535 whole seconds.
    for place in chunks.places(of: "fcTL") { chunks.set(0xFFFF_0001, at: 20, of: place) }
    let plan = RenderPlan(
      picture: .decoded(Workbench.original, frames: .all, []), encoding: Encoding(format: format),
      timeoutMilliseconds: 900_000)
    let look = try Workbench.look(
      try await Workbench.output(plan, [Workbench.original: ByteBuffer(bytes: chunks.file)]))
    #expect(look.frames == 4)
    #expect(look.durations == .init(repeating: format == .gif ? 655_350 : 16_777_215, count: 4))
    #expect(look.loop == (format == .gif ? 65_534 : 65_535))
  }

  @Test("a GIF lasts as long as its original")
  func rounded() {
    func delays(_ delay: Int, _ count: Int) -> [Int] {
      Film.Timing(delaysInMilliseconds: .init(repeating: delay, count: count), plays: 0).writable(in: .gif)
        .delaysInMilliseconds
    }
    #expect(delays(33, 10).reduce(0, +) == 330)
    #expect(Set(delays(33, 10)) == [30, 40])
    #expect(delays(40, 3) == [40, 40, 40])
    // None is so short that players take 100 ms for it.
    #expect(delays(16, 4) == [20, 20, 20, 20])
    #expect(delays(0, 2) == [0, 0])
    #expect(delays(10, 2) == [10, 10])
  }

  @Test("an AVIF sequence is read with and without its still", arguments: ["anim.avif", "moving.avif"])
  func sequence(name: String) async throws {
    let header = try await Workbench.header(name)
    #expect(header.format == .avif && header.width == 64 && header.height == 48 && !header.hasAlpha)
    let still = try Workbench.look(try await Workbench.output(name), pixels: [[32, 24], [8, 8]])
    #expect(isClose(still.pixels[0][0], [255, 0, 0], within: 6) && isClose(still.pixels[0][1], [0, 0, 0], within: 6))
    try #require(AVIFSequence.isDecodable)
    #expect(header.frames == 4)
    let output = try await Workbench.output(name, frames: .all, as: Encoding(format: .webp, lossless: true))
    let look = try Workbench.look(output, pixels: [[32, 24], [8, 8]])
    #expect(look.durations == [100, 200, 300, 400] && look.loop == 0)
    for (frame, color) in zip(look.pixels, AnimationTests.colors) { #expect(isClose(frame[0], color, within: 6)) }
  }
}
