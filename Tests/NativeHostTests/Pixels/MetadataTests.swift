import EdgeHandler
import TestSupport
import Testing

@Suite struct MetadataTests {
  private func look(
    _ format: OutputFormat, _ metadata: Encoding.Metadata, of name: String = "metadata-6.jpg"
  ) async throws -> (look: Look, bytes: String) {
    let output = try await Workbench.output(
      name, [.resize(width: 60, height: 40)], as: Encoding(format: format, metadata: metadata))
    return (try Workbench.look(output), String(decoding: output.readableBytesView, as: UTF8.self))
  }

  @Test(arguments: OutputFormat.rasters)
  func tellsNothing(format: OutputFormat) async throws {
    let (look, bytes) = try await look(format, .none)
    #expect(look.metadata.exif.isEmpty && look.metadata.gps == 0 && look.metadata.xmp.isEmpty && !look.metadata.icc)
    #expect(!look.metadata.photoshop)
    for secret in ["Secret", "secret", "GPS", "Ada"] { #expect(!bytes.contains(secret)) }
  }

  @Test(arguments: [OutputFormat.jpeg, .webp, .png, .avif])
  func tellsCopyrightAlone(format: OutputFormat) async throws {
    let (look, bytes) = try await look(format, .copyright)
    #expect(look.metadata.exif["33432"] == "© Ada Example")
    #expect(look.metadata.exif["315"] == "Ada Example")
    #expect(look.metadata.exif["274"].map { $0 == "1" } ?? true)
    #expect(look.metadata.exif["270"] == nil && look.metadata.exif["271"] == nil)
    #expect(look.metadata.gps == 0 && !look.metadata.icc)
    for secret in ["Secret", "secret", "GPS"] { #expect(!bytes.contains(secret)) }
  }

  @Test(arguments: [OutputFormat.jpeg, .webp, .png, .avif])
  func keepsEverythingButOrientation(format: OutputFormat) async throws {
    let (look, _) = try await look(format, .keep)
    #expect(look.metadata.exif["33432"] == "© Ada Example")
    #expect(look.metadata.exif["271"] == "SecretCam")
    #expect(look.metadata.gps > 0)
    #expect(look.metadata.exif["274"].map { $0 == "1" } ?? true)
    // libvips 8.14 writes no XMP into AVIF.
    if format != .avif { #expect(look.metadata.xmp.contains("XMP rights")) }
    if format == .jpeg { #expect(look.metadata.photoshop) }
  }

  @Test func convertsAProfileAndDropsIt() async throws {
    for metadata in [Encoding.Metadata.none, .copyright, .keep] {
      #expect(!(try await look(.jpeg, metadata, of: "p3.jpg").look.metadata.icc))
    }
  }

  @Test func takesNothingFromAMark() async throws {
    let mark = Picture.decoded(Workbench.mark, frames: .first, [.resize(width: 20, height: 20)])
    let picture = Picture.decoded(
      Workbench.original, frames: .first, [.overlay(mark, at: PixelPoint(x: 5, y: 5), opacity: .one)])
    let plan = RenderPlan(
      picture: picture, encoding: Encoding(format: .jpeg, metadata: .keep), timeoutMilliseconds: 900_000)
    let blobs = [
      Workbench.original: try TestPictures.bytes("photo.png"), Workbench.mark: try TestPictures.bytes("metadata.jpg"),
    ]
    let look = try Workbench.look(try await Workbench.output(plan, blobs))
    #expect(look.metadata.exif["33432"] == nil && look.metadata.gps == 0 && look.metadata.xmp.isEmpty)
  }
}
