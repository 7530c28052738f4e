import CVips
import EdgeHandler
import Foundation
import Glibc
import NIOCore
import TestSupport
import Testing

@testable import Pixels

@Suite(.ownThread, .serialized) struct StructureTests {
  private static let seed: UInt64 = 9

  private func withContext<Value>(_ body: (PixelContext) throws -> Value) rethrows -> Value {
    // What libvips needs to have been told.
    _ = Workbench.engine
    let context = PixelContext(
      limits: PixelEngine.Limits(), forkServer: ForkServer(command: ["/bin/false"]),
      interruption: Interruption(deadline: .now + .seconds(600)))
    return try withExtendedLifetime(context) { try body(context) }
  }

  /// The cost of reading the header and the first frame, in nanoseconds of this thread's CPU time.
  private func cost(_ bytes: [UInt8]) -> (nanoseconds: Double, isDecoded: Bool) {
    withContext { context in
      bytes.withUnsafeBytes { bytes in
        let start = threadTime()
        guard let picture = EncodedPicture(bytes, context), (try? picture.header()) != nil,
          (try? picture.open().computed(context.interruption)) != nil
        else { return (threadTime() - start, false) }
        return (threadTime() - start, true)
      }
    }
  }

  private func threadTime() -> Double {
    var time = timespec()
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
    return Double(time.tv_sec) * 1e9 + Double(time.tv_nsec)
  }

  private static let honest: [ImageHeader.Format: String] = [
    .png: "photo.png", .jpeg: "photo.jpg", .gif: "photo.gif", .webp: "photo.webp", .tiff: "photo.tif",
    .avif: "photo.avif",
  ]

  @Test("a hostile byte costs no more than an honest one", arguments: Bomb.allCases)
  func bounded(bomb: Bomb) throws {
    let honest = try Array(TestPictures.bytes(try #require(Self.honest[bomb.format])).readableBytesView)
    let usual = (0..<3).map { _ in cost(honest).nanoseconds }.max()! / Double(honest.count)
    let bytes = try bomb.bytes()
    let (nanoseconds, isDecoded) = cost(bytes)
    // Without a bound the worst of them take minutes. The readers are slow in a build for debugging.
    let factor = bomb.format == .avif ? 2.0 : 30
    let most = max(factor * usual, 300) * Double(bytes.count) + 50e6
    #expect(nanoseconds < most, "\(Int(nanoseconds / 1e6)) ms for \(bytes.count) bytes; usual: \(usual) ns a byte")
    switch bomb {
    // What browsers show is shown.
    case .compressedTexts, .internationalTexts, .texts, .profile, .xmp, .palettes, .exifOfPNG, .exifOfJPEG,
      .unknownChunks, .commentsOfGIF, .framesOfGIF, .framesOfWebP, .pages:
      #expect(isDecoded)
    default: break
    }
  }

  @Test("frames that are not looked at count", arguments: [Bomb.framesOfGIF, .framesOfWebP])
  func counted(bomb: Bomb) async throws {
    guard case .image(let header) = await Workbench.inspect(ByteBuffer(bytes: try bomb.bytes())) else {
      Issue.record("not an image")
      return
    }
    #expect(header.frames > 10_000)
  }

  @Test(
    "XMP and a profile of usual size are kept",
    arguments: [
      "photo.png", "p3.png", "f-6.png", "alpha.png", "metadata.jpg", "photo.jpg", "photo.webp", "anim.webp", "anim.gif",
      "photo.tif", "pages.tif", "photo.avif", "swatches.heic", "photo-progressive.jpg", "thumbnail.avif",
      "grey-spots.tif",
    ])
  func ordinary(name: String) throws {
    let bytes = try Array(TestPictures.bytes(name).readableBytesView)
    try bytes.withUnsafeBytes { bytes in
      let format = try #require(Sniffing.format(of: bytes))
      let structure = try Structure.read(bytes, format, PixelEngine.Limits())
      #expect(structure.replacement == nil)
      #expect(structure.isPredictable && !structure.isLying)
      let (width, height) = (structure.decoded.width, structure.decoded.height)
      #expect(
        try withContext { try EncodedPicture(bytes, $0)?.header() }.map { $0.width == width && $0.height == height }
          == true)
    }
  }

  @Test("the size of the codec counts, not that of the container")
  func lying() async throws {
    #expect(try await Workbench.inspect("lying.avif") == .undecodable)
    #expect(
      try await Workbench.inspect("lying-much.avif", maximumPixels: 12_000_000)
        == .image(ImageHeader(format: .avif, width: 5000, height: 5000)))
  }

  @Test("a canvas and a strip are as large as what is in them")
  func lyingElsewhere() async throws {
    #expect(try await Workbench.inspect("lying.webp") == .undecodable)
    #expect(
      try await Workbench.inspect("lying.tif") == .image(ImageHeader(format: .tiff, width: 20_000, height: 20_000)))
    #expect(try await Workbench.header("jpeg.tif") == ImageHeader(format: .tiff, width: 600, height: 400))
    let output = try await Workbench.output("jpeg.tif", [.resize(width: 60, height: 40)])
    let look = try PictureReader.shared.look(
      LookRequest(path: TestPictures.keep(output), reference: TestPictures.path("photo.png")))
    #expect(try #require(look.decibels) > 24)
  }

  /// libheif and libaom write other sequence headers than Pillow's library does.
  @Test("what the service makes is predictable", arguments: [(30, 20), (333, 211), (1500, 1000)], [true, false])
  func own(size: (Int, Int), lossless: Bool) async throws {
    for format in [OutputFormat.avif, .webp, .gif, .jpeg, .png] {
      let output = try await Workbench.output(
        "photo.jpg", [.resize(width: size.0, height: size.1)],
        as: Encoding(format: format, lossless: lossless, palette: lossless))
      try output.withUnsafeReadableBytes { bytes in
        let structure = try Structure.read(bytes, try #require(Sniffing.format(of: bytes)), PixelEngine.Limits())
        #expect(structure.isPredictable && !structure.isLying && structure.replacement == nil)
        #expect((structure.decoded.width, structure.decoded.height) == size)
      }
    }
  }

  @Test("every item of a file is looked at, whatever it is for", arguments: ["thumbnail.avif", "swatches.heic"])
  func everyItem(name: String) async throws {
    let bytes = try Array(TestPictures.bytes(name).readableBytesView)
    let places = bytes.indices.filter { bytes[$0...].starts(with: "ispe".utf8) }
    #expect(!places.isEmpty)
    for place in places {
      var changed = bytes
      changed.replaceSubrange(place + 8..<place + 16, with: [0, 0, 0, 8, 0, 0, 0, 8])
      #expect(await Workbench.inspect(ByteBuffer(bytes: changed)) == .undecodable)
    }
  }

  private func big(_ value: Int, _ count: Int) -> [UInt8] {
    (0..<count).reversed().map { UInt8(truncatingIfNeeded: value >> (8 * $0)) }
  }

  private func joined(_ parts: [UInt8]...) -> [UInt8] { parts.flatMap { $0 } }

  private func box(_ name: String, _ content: [UInt8]...) -> [UInt8] {
    let content = content.flatMap { $0 }
    return joined(big(content.count + 8, 4), Array(name.utf8), content)
  }

  /// A grid of 64×64, item 1, made of so many references to an item.
  private func grid(of part: Int, times count: Int) throws -> [UInt8] {
    let photo = try Array(TestPictures.bytes("photo.avif").readableBytesView)
    let (configuration, tile) = photo.withUnsafeBytes { bytes -> ([UInt8], [UInt8]) in
      guard let items = HEIFItems(bytes), let item = items.items[items.primary] else { return ([], []) }
      return (item.property("av1C").map { Array($0) } ?? [], items.withData(of: item) { Array($0) })
    }
    let canvas: [UInt8] = [0, 0, 255, 255, 0, 64, 0, 64]
    func information(_ id: Int, _ type: String) -> [UInt8] {
      box("infe", [2, 0, 0, 0], big(id, 2), [0, 0], Array(type.utf8), [0])
    }
    /// In the box of data that is beside these.
    func location(_ id: Int, _ offset: Int, _ length: Int) -> [UInt8] {
      joined(big(id, 2), [0, 1, 0, 0], big(1, 2), big(offset, 4), big(length, 4))
    }
    func extent(_ width: Int, _ height: Int) -> [UInt8] {
      box("ispe", big(0, 4), big(width, 4), big(height, 4))
    }
    let properties = box("ipco", extent(64, 64), extent(600, 400), box("av1C", configuration))
    let associations = box("ipma", big(0, 4), big(2, 4), big(1, 2), [1, 1], big(2, 2), [2, 2, 3])
    let inputs = [[UInt8]](repeating: big(part, 2), count: count).flatMap { $0 }
    let meta = box(
      "meta", big(0, 4), box("pitm", big(0, 4), big(1, 2)),
      box("iinf", big(0, 4), big(2, 2), information(1, "grid"), information(2, "av01")),
      box(
        "iloc", [1, 0, 0, 0, 0x44, 0], big(2, 2), location(1, 0, canvas.count),
        location(2, canvas.count, tile.count)),
      box("iprp", properties, associations), box("iref", big(0, 4), box("dimg", big(1, 2), big(count, 2), inputs)),
      box("idat", canvas, tile))
    return box("ftyp", Array("avif\0\0\0\0avifmif1".utf8)) + meta
  }

  @Test("tiles count as often as they are decoded")
  func tiles() throws {
    for (part, count, isLying) in [(2, 1, false), (2, 60_000, true), (1, 1, true)] {
      let structure = try grid(of: part, times: count).withUnsafeBytes {
        try Structure.read($0, .avif, PixelEngine.Limits())
      }
      #expect(structure.isLying == isLying, "\(count) times \(part)")
      #expect((structure.decoded.width, structure.decoded.height) == (64, 64))
    }
  }

  /// A frame header with a size of its own is nothing that a sequence header promises.
  @Test("a second picture or a size of its own in an AV1 item is not predictable")
  func unpredictable() throws {
    let bytes = try Array(TestPictures.bytes("photo.avif").readableBytesView)
    bytes.withUnsafeBytes { bytes in
      guard let items = HEIFItems(bytes), let item = items.items[items.primary] else {
        Issue.record("no primary item")
        return
      }
      let data = items.withData(of: item) { Array($0) }
      let once = data.withUnsafeBytes { AV1Headers($0) }
      #expect(once.isPredictable && once.size.map { $0 == (600, 400) } == true)
      let twice = (data + data).withUnsafeBytes { AV1Headers($0) }
      #expect(!twice.isPredictable)
      let cut = data.dropLast(10).withUnsafeBytes { AV1Headers($0) }
      #expect(!cut.isPredictable)
    }
  }

  /// Bits, most significant first, as fixed-length fields of an AV1 header.
  private func pack(_ fields: [(value: Int, count: Int)]) -> [UInt8] {
    let bits = fields.flatMap { field in (0..<field.count).reversed().map { field.value >> $0 & 1 } }
    return stride(from: 0, to: bits.count, by: 8).map { start in
      (0..<8).reduce(0) { byte, index in
        byte << 1 | (start + index < bits.count ? UInt8(truncatingIfNeeded: bits[start + index]) : 0)
      }
    }
  }

  /// An open bitstream unit with a length (AV1 Bitstream & Decoding Process Specification, section 5.3).
  private func unit(_ type: UInt8, _ payload: [UInt8]) -> [UInt8] {
    [type << 3 | 2, UInt8(payload.count)] + payload
  }

  @Test(
    "a frame header that overrides the sequence's size is not predictable, wherever its flag is",
    arguments: [false, true], [3, 6])
  func overridden(hasFrameNumbers: Bool, type: Int) {
    for (hasTools, isOverridden) in [(0, 0), (0, 1), (1, 0), (1, 1)] {
      // Of profile 0, a still picture without a reduced header, one operating point, level 8 with its tier; 600 × 400.
      var sequence: [(value: Int, count: Int)] = [
        (0, 3), (1, 1), (0, 1), (0, 1), (0, 1), (0, 5), (0, 12), (8, 5), (0, 1), (9, 4), (9, 4), (599, 10), (399, 10),
      ]
      // Frame numbers of 16 bits, or none; no tools, no order, each frame says what its content is.
      sequence += hasFrameNumbers ? [(1, 1), (13, 4), (0, 3)] : [(0, 1)]
      sequence += [(0, 7), (0, 1), (1, 1), (1, 1), (0, 8)]
      // A key frame that is shown.
      var frame: [(value: Int, count: Int)] = [(0, 1), (0, 2), (1, 1), (0, 1), (hasTools, 1)]
      if hasTools == 1 { frame.append((1, 1)) }
      if hasFrameNumbers { frame.append((0x5A5A, 16)) }
      frame += [(isOverridden, 1), (16_383, 14), (0, 8)]
      let units = unit(1, pack(sequence)) + unit(UInt8(type), pack(frame))
      let headers = units.withUnsafeBytes { AV1Headers($0) }
      #expect(headers.size.map { $0 == (600, 400) } == true)
      #expect(headers.isPredictable == (isOverridden == 0), "tools \(hasTools), override \(isOverridden)")
    }
  }

  @Test("a tile that is larger than its TIFF is not decoded")
  func tile() async throws {
    var bytes = try Bomb.pages.bytes()
    // RowsPerStrip and the length of strips become the sides of a tile.
    for (index, tag) in [(7, 322), (8, 323)] {
      let place = 10 + 12 * index
      bytes.replaceSubrange(
        place..<place + 2, with: [UInt8(truncatingIfNeeded: tag), UInt8(truncatingIfNeeded: tag >> 8)])
      bytes.replaceSubrange(place + 8..<place + 12, with: [0, 0x40, 0, 0])
    }
    #expect(
      await Workbench.inspect(ByteBuffer(bytes: bytes))
        == .image(ImageHeader(format: .tiff, width: 16_384, height: 16_384)))
  }

  @Test(
    "readers of structures do not trap",
    arguments: [
      "photo.avif", "thumbnail.avif", "swatches.heic", "f-6.jpg", "photo-progressive.jpg", "f-6.png", "p3.png",
      "anim.gif",
      "anim.webp", "alpha.webp", "f-6.webp", "f-6.tif", "pages.tif", "metadata.jpg",
    ])
  func mutated(name: String) throws {
    var random = SeededGenerator(seed: Self.seed)
    let bytes = try Array(TestPictures.bytes(name).readableBytesView)
    let format = try #require(bytes.withUnsafeBytes { Sniffing.format(of: $0) })
    let numbers: [[UInt8]] = [[0, 0, 0, 0], [0xFF, 0xFF, 0xFF, 0xFF], [0x7F, 0xFF, 0xFF, 0xFF], [0x80, 0, 0, 0]]
    for round in 0..<600 {
      var changed = bytes
      for _ in 0..<Int.random(in: 1...8, using: &random) {
        // Headers stand in front, mostly.
        let place = Int.random(in: 0..<(round % 3 == 0 ? changed.count : min(changed.count, 600)), using: &random)
        switch Int.random(in: 0..<4, using: &random) {
        case 0: changed[place] = UInt8.random(in: 0...255, using: &random)
        case 1:
          let number = numbers.randomElement(using: &random) ?? []
          changed.replaceSubrange(place..<min(place + 4, changed.count), with: number)
        case 2: changed.removeSubrange(place..<min(place + Int.random(in: 1...40, using: &random), changed.count))
        default: changed.insert(contentsOf: changed[place..<min(place + 40, changed.count)], at: place)
        }
        if changed.isEmpty { changed = [0] }
      }
      changed.withUnsafeBytes { _ = try? Structure.read($0, format, PixelEngine.Limits()) }
    }
    for length in stride(from: 0, to: min(bytes.count, 1200), by: 1) {
      bytes[..<length].withUnsafeBytes { _ = try? Structure.read($0, format, PixelEngine.Limits()) }
    }
    for _ in 0..<300 {
      let noise = random.bytes(Int.random(in: 0...300, using: &random))
      noise.withUnsafeBytes { bytes in
        for format in ImageHeader.Format.allCases { _ = try? Structure.read(bytes, format, PixelEngine.Limits()) }
        _ = AV1Headers(bytes)
        var headers = HEVCHeaders(configuration: bytes)
        headers.add(bytes, lengthBytes: 2)
        _ = EXIFStructure.isBounded(bytes)
      }
    }
  }
}
