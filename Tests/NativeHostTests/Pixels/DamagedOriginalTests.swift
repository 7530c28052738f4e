import EdgeHandler
import NIOCore
import Pixels
import TestSupport
import Testing

/// Originals that end early, or whose checksums are wrong.
@Suite struct DamagedOriginalTests {
  private static func rendering(
    _ bytes: ByteBuffer, _ operations: [PixelOperation] = [], frames: Picture.Frames = .first,
    as format: OutputFormat = .png
  ) async -> Rendering {
    let plan = RenderPlan(
      picture: .decoded(Workbench.original, frames: frames, operations), encoding: Encoding(format: format),
      timeoutMilliseconds: 900_000)
    return await Workbench.rendering(plan, [Workbench.original: bytes])
  }

  private static func prefix(_ name: String, _ count: Int) throws -> ByteBuffer {
    let bytes = try TestPictures.bytes(name)
    return try #require(bytes.getSlice(at: bytes.readerIndex, length: count))
  }

  private static let pictures = [
    ("f-1.jpg", 61), ("grey.jpg", 41), ("cmyk.jpg", 197), ("photo-progressive.jpg", 6007), ("photo.jpg", 9001),
    ("f.png", 3), ("deep-grey.png", 97), ("alpha.png", 61), ("palette.png", 5), ("early-interlaced.png", 61),
    ("anim.gif", 5), ("anim-alpha.gif", 7),
  ]

  @Test("every cut is refused or drawn, and drawn again it is the same", arguments: pictures)
  func everyCut(name: String, step: Int) async throws {
    let count = try TestPictures.bytes(name).readableBytes
    var hasDrawn = false
    for end in stride(from: 1, to: count, by: step) {
      let bytes = try Self.prefix(name, end)
      let scaled = [PixelOperation.resize(width: 20, height: 20)]
      for operations in [[], scaled] {
        switch (await Self.rendering(bytes, operations), await Self.rendering(bytes, operations)) {
        case (.output(let first, _, let damaged), .output(let second, _, let again)):
          #expect(first == second && damaged == again, "\(name) up to \(end)")
          hasDrawn = true
        case (.undecodable, .undecodable):
          // Once something is drawn, more bytes draw as much.
          #expect(!hasDrawn, "\(name) up to \(end)")
        case let (first, second): Issue.record("\(name) up to \(end): \(first), \(second)")
        }
      }
    }
    #expect(hasDrawn)
  }

  @Test(
    "a JPEG that lacks only its end marker is whole",
    arguments: ["f-1.jpg", "grey.jpg", "cmyk.jpg", "photo.jpg", "photo-progressive.jpg", "metadata.jpg"])
  func endMarker(name: String) async throws {
    let count = try TestPictures.bytes(name).readableBytes
    guard case .output(let whole, _, []) = await Self.rendering(try Self.prefix(name, count)) else {
      throw Unexpected(what: name)
    }
    for missing in 1...2 {
      guard case .output(let bytes, _, let damaged) = await Self.rendering(try Self.prefix(name, count - missing))
      else { throw Unexpected(what: "\(name) without \(missing) bytes") }
      #expect(bytes == whole)
      #expect(damaged.isEmpty)
    }
    // Codes of the last blocks alone.
    for missing in [8, 20, 80] {
      guard case .output(_, _, let damaged) = await Self.rendering(try Self.prefix(name, count - missing)) else {
        throw Unexpected(what: "\(name) without \(missing) bytes")
      }
      #expect(damaged == [Workbench.original], "\(name) without \(missing) bytes")
    }
  }

  @Test("what is missing is transparent, white in JPEG, and without ink in a picture of inks")
  func missingPixels() async throws {
    let rows = try await look("early.png", pixels: [[5, 5], [63, 38], [5, 60], [63, 63]])
    #expect(rows.pixels[0] == [[51, 102, 153, 255], [51, 102, 153, 255], [0, 0, 0, 0], [0, 0, 0, 0]])
    let blocks = try await look("early.jpg", pixels: [[5, 5], [5, 995], [1495, 995]])
    #expect(blocks.pixels[0][0][3] == 255)
    #expect(blocks.pixels[0].dropFirst().allSatisfy { $0 == [0, 0, 0, 0] })
    let white = try await look("early.jpg", as: .jpeg, pixels: [[5, 995], [1495, 995]])
    #expect(white.pixels[0].allSatisfy { isClose($0, [255, 255, 255], within: 1) })
    let passes = try await look("early-interlaced.png", pixels: [[0, 0], [63, 63], [1, 1]])
    #expect(passes.pixels[0].allSatisfy { $0 == [51, 102, 153, 255] })
    let count = try TestPictures.bytes("cmyk.jpg").readableBytes
    guard case .output(let ink, _, let damaged) = await Self.rendering(try Self.prefix("cmyk.jpg", count / 2)) else {
      throw Unexpected(what: "cmyk.jpg")
    }
    #expect(damaged == [Workbench.original])
    #expect(try isClose(Workbench.look(ink, pixels: [[5, 158]]).pixels[0][0], [255, 255, 255], within: 1))
  }

  private func look(_ name: String, as format: OutputFormat = .png, pixels: [[Int]]) async throws -> Look {
    guard case .output(let bytes, _, let damaged) = await Self.rendering(try TestPictures.bytes(name), as: format)
    else { throw Unexpected(what: name) }
    #expect(damaged == [Workbench.original])
    return try Workbench.look(bytes, pixels: pixels)
  }

  @Test("a PNG whose checksums contradict its pixels is damaged, one whose pixels are proved is not")
  func checksums() async throws {
    guard case .output(_, _, let wrong) = await Self.rendering(try TestPictures.bytes("wrong-pixels.png")),
      case .output(let bytes, _, let right) = await Self.rendering(try TestPictures.bytes("wrong-sum.png"))
    else { throw Unexpected(what: "no output") }
    #expect(wrong == [Workbench.original])
    #expect(right.isEmpty)
    #expect(try isClose(Workbench.look(bytes, pixels: [[10, 10]]).pixels[0][0], [255, 0, 0], within: 0))
  }

  @Test("frames that are not shown are not missed")
  func frames() async throws {
    let bytes = try TestPictures.bytes("early.gif")
    guard case .output(_, _, let still) = await Self.rendering(bytes),
      case .output(let output, _, let all) = await Self.rendering(bytes, frames: .all, as: .webp)
    else { throw Unexpected(what: "no output") }
    #expect(still.isEmpty)
    #expect(all == [Workbench.original])
    #expect(try Workbench.look(output).frames == 3)
  }

  @Test("a mark that ends early is told apart from the picture that it is drawn on")
  func marks() async throws {
    let mark = Picture.decoded(Workbench.mark, frames: .first, [.resize(width: 20, height: 20)])
    let plan = RenderPlan(
      picture: .decoded(
        Workbench.original, frames: .first, [.overlay(mark, at: PixelPoint(x: 0, y: 0), opacity: .one)]),
      encoding: Encoding(format: .png), timeoutMilliseconds: 900_000)
    let blobs = [
      Workbench.original: try TestPictures.bytes("f.png"), Workbench.mark: try TestPictures.bytes("early.png"),
    ]
    guard case .output(_, _, let damaged) = await Workbench.rendering(plan, blobs) else {
      throw Unexpected(what: "no output")
    }
    #expect(damaged == [Workbench.mark])
  }
}
