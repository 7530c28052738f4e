import EdgeHandler
import Foundation
import NIOCore
import Pixels
import TestSupport
import Testing

/// Pictures of few colours, and what encoders make of them.
@Suite struct FewestBytesTests {
  private static let half = PixelOperation.resize(width: 150, height: 100)

  @Test(
    "a PNG has no more channels and bits than its colours need",
    arguments: [
      ("scan.png", [], "1"), ("indexed.png", [], "P"), ("indexed-alpha.png", [], "P"), ("greys.png", [], "L"),
      ("grey-photo.png", [], "L"), ("grey-photo.png", [half], "L"), ("grey.jpg", [], "L"), ("scan.png", [half], "L"),
      ("grey-alpha.png", [], "P"), ("palette.png", [], "P"), ("photo.png", [half], "RGB"),
      ("photo.png", [.saturation(FixedPoint(millionths: 0))], "L"),
      ("photo-alpha.png", [.resize(width: 150, height: 100)], "RGBA"), ("swatches.webp", [], "P"),
      ("alpha.png", [.flatten(.white)], "P"),
    ] as [(String, [PixelOperation], String)])
  func png(name: String, operations: [PixelOperation], mode: String) async throws {
    let output = try await Workbench.output(name, operations, as: Encoding(format: .png))
    #expect(try Workbench.look(output).mode == mode)
  }

  @Test(
    "a PNG of at most 256 colours has exactly those",
    arguments: ["scan.png", "indexed.png", "indexed-alpha.png", "greys.png", "grey-photo.png", "palette.png"])
  func exact(name: String) async throws {
    for palette in [false, true] {
      let output = try await Workbench.output(name, as: Encoding(format: .png, quality: 10, palette: palette))
      let places = (0..<60).map { [$0 * 37 % 120, $0 * 53 % 80] }
      let made = try Workbench.look(output, pixels: places, reference: name)
      let wanted = try Workbench.look(try TestPictures.bytes(name), pixels: places)
      for (one, other) in zip(made.pixels.flatMap { $0 }, wanted.pixels.flatMap { $0 }) {
        // What cannot be seen has no colour.
        #expect(one == other || one.last == 0 && other.last == 0)
      }
      #expect((made.decibels ?? 0) > 90)
    }
  }

  @Test(
    "a JPEG of a grey original has one component, also after a resize",
    arguments: ["grey-photo.png", "frugal-grey.jpg"])
  func jpeg(name: String) async throws {
    for operations in [[], [Self.half], [.blur(radius: FixedPoint(millionths: 1_000_000))]] as [[PixelOperation]] {
      let output = try await Workbench.output(name, operations, as: Encoding(format: .jpeg))
      #expect(try Workbench.look(output).mode == "L")
    }
    let border = PixelOperation.extend(
      width: 320, height: 220, x: 10, y: 10, Color(red: 255, green: 0, blue: 0))
    let colored = try await Workbench.output(name, [border], as: Encoding(format: .jpeg))
    #expect(try Workbench.look(colored).mode == "RGB")
  }

  @Test("metadata that is kept survives in pictures of few colours", arguments: [Encoding.Metadata.copyright, .keep])
  func metadata(kept: Encoding.Metadata) async throws {
    let output = try await Workbench.output("metadata.jpg", as: Encoding(format: .png, metadata: kept))
    #expect(try Workbench.look(output).metadata.exif["315"] == "Ada Example")
  }

  @Test(
    "a drawing in WebP is without loss where that takes fewer bytes",
    arguments: ["scan.png", "indexed.png", "greys.png"])
  func webP(name: String) async throws {
    let lossy = try await Workbench.output(name, as: Encoding(format: .webp))
    #expect(try Workbench.look(lossy, reference: name).isLossless)
    #expect(
      lossy.readableBytes
        <= (try await Workbench.output(name, as: Encoding(format: .webp, lossless: true))).readableBytes)
    #expect(!(try Workbench.look(try await Workbench.output("photo.png", as: Encoding(format: .webp))).isLossless))
  }

  static let photographs = ["mountains.jpg", "lighthouse.jpg", "aurora.webp", "frugal.jpg", "grey-photo.png"]

  @Test(
    "AVIF of a photograph takes fewer bytes than WebP, and WebP than JPEG, at a number of the scale",
    arguments: photographs)
  func order(name: String) async throws {
    let sample = Repository.file("Sources/NativeHost/Server/Samples/\(name)")
    let original = try (try? Data(contentsOf: sample)).map { ByteBuffer(bytes: $0) } ?? TestPictures.bytes(name)
    guard case .image(let header) = await Workbench.inspect(original) else { throw Unexpected(what: name) }
    let resize = PixelOperation.resize(width: 240, height: 240 * header.height / header.width)
    for number in [40, 60, 80, 85] {
      var sizes: [OutputFormat: Int] = [:]
      for format in [OutputFormat.avif, .webp, .jpeg] {
        let plan = RenderPlan(
          picture: .decoded(Workbench.original, frames: .first, [resize]),
          encoding: Encoding(format: format, quality: Quality.setting(for: number, in: format)),
          timeoutMilliseconds: 900_000)
        sizes[format] = try await Workbench.output(plan, [Workbench.original: original]).readableBytes
      }
      let (avif, webP, jpeg) = (sizes[.avif] ?? 0, sizes[.webp] ?? 0, sizes[.jpeg] ?? 0)
      #expect(avif < webP && webP < jpeg, "\(number): \(avif), \(webP), \(jpeg)")
    }
  }

  @Test("lines of one pixel keep their colour in AVIF")
  func chroma() async throws {
    var rgba: [UInt8] = []
    for _ in 0..<40 { for x in 0..<80 { rgba += x % 4 == 0 ? [220, 0, 0, 255] : [255, 255, 255, 255] } }
    let raster = try #require(Raster(width: 80, height: 40, rgba: rgba))
    let plan = RenderPlan(
      picture: .raster(raster, [.flatten(.white)]),
      encoding: Encoding(format: .avif, quality: Quality.setting(for: 80, in: .avif)), timeoutMilliseconds: 900_000)
    let look = try Workbench.look(try await Workbench.output(plan, [:]), pixels: [[40, 20], [42, 20]])
    #expect(isClose(look.pixels[0][0], [220, 0, 0], within: 30))
    #expect(isClose(look.pixels[0][1], [255, 255, 255], within: 20))
  }
}
