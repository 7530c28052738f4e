import TestSupport
import Testing

@testable import EdgeHandler

@Suite struct AcceptedFormatsTests {
  private static let both = AcceptedFormats(avif: true, webp: true)
  private static let avif = AcceptedFormats(avif: true)
  private static let webp = AcceptedFormats(webp: true)
  private static let neither = AcceptedFormats()

  @Test(arguments: [
    (nil, neither), ("", neither), ("*/*", neither), ("image/*", neither), ("image/avif", avif), ("image/webp", webp),
    ("image/avif,image/webp,*/*;q=0.8", both), ("IMAGE/AVIF", avif), ("text/html, image/WebP;q=0.5", webp),
    ("\timage/avif ;q=1 , image/webp", both), ("image/avif;q=0", neither), ("image/avif;q=0.0", neither),
    ("image/avif;Q=0.000", neither), ("image/avif; q=0 ,image/webp", webp), ("image/avif;q=0.001", avif),
    ("image/avif;q=0.0;x=1", neither), ("image/avif;x=1;q=0", neither), ("image/avif;level=0", avif),
    ("image/avif;q=1", avif), ("image/avif;q=", avif), ("image/avif;;;", avif), (",,,", neither), (";;", neither),
    ("image/avifx", neither), ("ximage/avif", neither), ("image/ avif", neither), ("image/avif image/webp", neither),
    ("image/avif;q=0,image/avif", avif), ("video/avif", neither), ("\"image/avif\"", neither),
    // Quoted strings are skipped whole, escaped quotes and those that do not end among them.
    ("text/html;x=\",image/avif,\"", neither), ("text/html;x=\"\\\",image/avif,\"", neither),
    ("text/html;x=\"a\",image/avif", avif), ("image/avif;x=\";q=0\"", avif), ("image/avif;x=\";\";q=0", neither),
    ("text/html;x=\",image/avif", neither), ("image/webp,text/html;x=\",image/avif", webp),
    // The first weight counts.
    ("image/avif;q=1;q=0", avif), ("image/avif;q=0;q=1", neither), ("image/avif;q=;q=0", avif),
  ])
  func names(field: String?, formats: AcceptedFormats) {
    #expect(AcceptedFormats(field: field) == formats)
  }

  @Test func aLongFieldIsReadToItsEnd() {
    let field = String(repeating: "text/html;q=0.9,", count: 5000) + "image/webp"
    #expect(AcceptedFormats(field: field) == Self.webp)
  }

  @Test func anyBytesAreSomething() {
    var generator = SeededGenerator(seed: 43)
    let pieces = ["image/avif", "image/webp", ";", ",", "q=0", "q=0.5", " ", "\t", "*/*", "=", "\u{0}", "é"]
    for _ in 0..<5000 {
      let field = (0..<8).map { _ in pieces.randomElement(using: &generator) ?? "" }.joined()
      let formats = AcceptedFormats(field: field)
      if formats.avif { #expect(field.contains("image/avif")) }
      if formats.webp { #expect(field.contains("image/webp")) }
    }
  }
}
