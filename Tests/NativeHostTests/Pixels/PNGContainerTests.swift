import EdgeHandler
import Foundation
import NIOCore
import TestSupport
import Testing

@testable import Pixels

@Suite struct PNGContainerTests {
  /// Covers every kind that libpng writes: with and without colour, alpha and palette, and below 8 bits a pixel.
  @Test(arguments: [
    "photo.png", "alpha.png", "grey.png", "grey-alpha.png", "palette.png", "deep.png", "one.png", "f.png",
  ])
  func keepsPixelsAndAllElse(name: String) throws {
    let file = try TestPictures.bytes(name)
    let compressed = try #require(PNGContainer(file)?.compressed())
    let look = try PictureReader.shared.look(
      LookRequest(path: TestPictures.keep(compressed), reference: TestPictures.path(name)))
    let original = try PictureReader.shared.look(LookRequest(path: TestPictures.path(name)))
    #expect(look.decibels == 99)
    #expect(look.mode == original.mode && look.width == original.width && look.height == original.height)
    #expect(look.metadata.exif == original.metadata.exif && look.metadata.icc == original.metadata.icc)
  }

  @Test func whatIsNoPNGHasNoChunks() throws {
    let file = try TestPictures.bytes("f.png")
    #expect(PNGContainer(ByteBuffer())?.compressed() == nil)
    #expect(try PNGContainer(TestPictures.bytes("photo.webp"))?.compressed() == nil)
    for length in 0..<min(file.readableBytes, 200) {
      #expect(PNGContainer(try #require(file.getSlice(at: 0, length: length)))?.compressed() == nil, "\(length)")
    }
  }

  @Test func pixelsThatAreNotWhatTheHeaderSaysAreNotCompressed() throws {
    for place in [19, 23] {
      var file = try TestPictures.bytes("f.png")
      let value = try #require(file.getInteger(at: place, as: UInt8.self))
      file.setInteger(value &+ 1, at: place)
      #expect(PNGContainer(file)?.compressed() == nil)
    }
  }
}
