import Foundation
import NIOCore
import TestSupport

/// The pictures that these tests look at, drawn once in a run.
enum TestPictures {
  struct Failure: Error {
    let status: Int32
  }

  private static let names = [
    "alpha.png", "alpha.webp", "anim.avif", "anim.gif", "anim.png", "anim.webp", "anim-alpha.gif", "bomb.gif",
    "bomb.png", "broken-header.png",
    "cmyk.jpg", "cmyk-icc.jpg", "deep.png", "deep.tif", "deep-grey.png",
    "deep-ink.tif", "early.gif", "early.jpg", "early.png", "early-interlaced.png",
    "empty.jpg", "f.png", "f-1.jpg", "f-2.jpg",
    "frugal.avif", "frugal.gif", "frugal.jpg", "frugal.webp", "frugal-grey.jpg", "frugal-progressive.jpg", "greys.png",
    "grey-photo.png", "indexed.png", "indexed-alpha.png", "scan.png", "told.avif", "told.gif", "told.jpg", "told.png",
    "told.webp",
    "drawing.svg", "favicon.ico", "huge.ico",
    "f-3.jpg", "f-4.jpg", "f-5.jpg", "f-6.jpg", "f-6.png", "f-6.tif", "f-6.webp", "f-7.jpg", "f-8.jpg", "framed.png",
    "framed-6.jpg", "grey.jpg", "grey.png", "grey-alpha.png",
    "grey-spots.tif", "halo.png", "headless.jpg", "headless.png", "inset.gif", "logo.svg", "jpeg.tif", "lying.avif",
    "lying.tif",
    "lying.webp",
    "lying-much.avif",
    "many-frames.gif", "many-frames.png", "moving.avif", "map-60x40.png", "map-60x40-alpha.png", "map-300x200.png",
    "map-300x200-alpha.png",
    "map-300x40.png",
    "map-300x40-alpha.png", "map-60x300.png", "map-60x300-alpha.png", "mark.png", "metadata.jpg", "metadata-6.jpg",
    "noise.jpg", "one.png", "p3.jpg", "p3.png",
    "page.jpg", "pages.tif", "palette.png", "photo.avif", "photo.gif", "photo.jpg", "photo.png", "photo.tif",
    "photo.webp",
    "photo-alpha.png", "photo-progressive.jpg", "png.ico", "png-bomb.ico", "profile-bomb.png", "q-1.bmp", "q-4.bmp",
    "q-565.bmp", "q-alpha.bmp", "q-os2.bmp", "q-rle8.bmp", "srgb.jpg", "swatches.avif", "swatches.gif",
    "swatches.heic",
    "swatches.jpg", "swatches.png", "swatches.tif", "swatches.webp", "secret.png", "svg-bomb.svg", "svg-file.svg",
    "svg-href.svg", "svg-huge.svg", "svg-script.svg", "svg-xinclude.svg", "tall.png", "text.txt",
    "thumbnail.avif", "thumbnail-damaged.avif", "thumbnail-square.avif", "truncated.gif",
    "truncated.jpg", "truncated.png", "truncated.webp", "uniform.png", "wide.png", "wrong-pixels.png", "wrong-sum.png",
  ]

  private static let folder: Result<URL, any Error> = Result {
    let folder = FileManager.default.temporaryDirectory.appending(path: "pixels-\(UUID().uuidString)")
    let process = Process()
    process.executableURL = Repository.python
    process.arguments = [Repository.file("Tests/Pictures/draw.py").path, folder.path] + names
    try process.run()
    process.waitUntilExit()
    guard process.terminationStatus == 0 else { throw Failure(status: process.terminationStatus) }
    atexit { if case .success(let folder) = TestPictures.folder { try? FileManager.default.removeItem(at: folder) } }
    return folder
  }

  static func path(_ name: String) throws -> String {
    try folder.get().appending(path: name).path
  }

  static func bytes(_ name: String) throws -> ByteBuffer {
    ByteBuffer(bytes: try Data(contentsOf: URL(filePath: path(name))))
  }

  /// Where a test can leave a picture for the reader.
  static func keep(_ bytes: ByteBuffer) throws -> String {
    let path = try folder.get().appending(path: "output-\(UUID().uuidString)").path
    try Data(bytes.readableBytesView).write(to: URL(filePath: path))
    return path
  }
}
