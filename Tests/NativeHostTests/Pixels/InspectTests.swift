import EdgeHandler
import Testing

@Suite struct InspectTests {
  @Test(arguments: [
    ("photo.jpg", ImageHeader(format: .jpeg, width: 1500, height: 1000)),
    ("f-6.jpg", ImageHeader(format: .jpeg, width: 80, height: 120, orientation: 6)),
    ("f-6.png", ImageHeader(format: .png, width: 80, height: 120, orientation: 6)),
    ("f-6.webp", ImageHeader(format: .webp, width: 80, height: 120, orientation: 6)),
    ("f-6.tif", ImageHeader(format: .tiff, width: 80, height: 120, orientation: 6)),
    ("photo.png", ImageHeader(format: .png, width: 600, height: 400)),
    ("palette.png", ImageHeader(format: .png, width: 120, height: 80, hasAlpha: true)),
    ("grey-alpha.png", ImageHeader(format: .png, width: 120, height: 80, hasAlpha: true)),
    ("grey.png", ImageHeader(format: .png, width: 120, height: 80)),
    ("deep.png", ImageHeader(format: .png, width: 240, height: 160)),
    ("cmyk.jpg", ImageHeader(format: .jpeg, width: 240, height: 160)),
    ("alpha.webp", ImageHeader(format: .webp, width: 160, height: 120, hasAlpha: true)),
    ("anim.gif", ImageHeader(format: .gif, width: 64, height: 48, frames: 4)),
    ("anim.webp", ImageHeader(format: .webp, width: 64, height: 48, frames: 4)),
    ("anim-alpha.gif", ImageHeader(format: .gif, width: 60, height: 40, frames: 3, hasAlpha: true)),
    ("many-frames.gif", ImageHeader(format: .gif, width: 2, height: 2, frames: 600)),
    ("pages.tif", ImageHeader(format: .tiff, width: 90, height: 60)),
    ("photo.avif", ImageHeader(format: .avif, width: 600, height: 400)),
    ("swatches.heic", ImageHeader(format: .heic, width: 240, height: 160)),
    ("bomb.png", ImageHeader(format: .png, width: 30000, height: 30000)),
  ])
  func readsHeader(name: String, header: ImageHeader) async throws {
    #expect(try await Workbench.inspect(name) == .image(header))
  }

  @Test(arguments: ["empty.jpg", "page.jpg", "text.txt"])
  func knowsWhatIsNoImage(name: String) async throws {
    #expect(try await Workbench.inspect(name) == .unsupported)
  }

  @Test(arguments: ["headless.jpg", "headless.png", "broken-header.png", "noise.jpg"])
  func knowsWhatIsDamaged(name: String) async throws {
    #expect(try await Workbench.inspect(name) == .undecodable)
  }

  @Test(arguments: ["framed.png", "framed-6.jpg"])
  func findsWhatIsInsideABorder(name: String) async throws {
    let content = try #require(try await Workbench.header(name, content: .first).content)
    #expect(abs(content.x - 30) <= 1 && abs(content.y - 20) <= 1)
    #expect(abs(content.width - 110) <= 2 && abs(content.height - 90) <= 2)
  }

  @Test func findsNothingInsideUniformity() async throws {
    #expect(try await Workbench.header("uniform.png", content: .first).content == nil)
  }

  @Test func thePictureMayBeSmallerThanTheFilterThatFindsABorder() async throws {
    #expect(try await Workbench.header("one.png", content: .first).content == nil)
  }

  @Test func seesADiscOnTransparencyAsContent() async throws {
    let content = try #require(try await Workbench.header("halo.png", content: .first).content)
    #expect(abs(content.x - 10) <= 1 && abs(content.y - 10) <= 1)
    #expect(abs(content.width - 81) <= 2 && abs(content.height - 81) <= 2)
  }

  /// A bar on the left, where it is taken for the border, then in the middle and on the right.
  @Test(arguments: [(Picture.Frames.first, 20), (.all, 0)])
  func looksAtAsManyFramesAsAreShown(frames: Picture.Frames, left: Int) async throws {
    let content = try #require(try await Workbench.header("anim-alpha.gif", content: frames).content)
    #expect((content.x, content.width) == (left, 60 - left))
  }

  @Test func doesNotLookForContentInABomb() async throws {
    #expect(try await Workbench.header("bomb.png", content: .first).content == nil)
  }
}
