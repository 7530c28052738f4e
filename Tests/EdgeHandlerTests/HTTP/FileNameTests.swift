import TestSupport
import Testing

@testable import EdgeHandler

@Suite struct FileNameTests {
  @Test(
    "an output has the original's name and its own extension",
    arguments: [
      ("harbour.jpg", "harbour.webp"), ("harbour", "harbour.webp"), ("a.b.c.png", "a.b.c.webp"),
      (".htaccess", "htaccess.webp"),
      ("..jpg", "image.webp"), ("", "image.webp"), (".", "image.webp"), ("...", "image.webp"), ("a b.jpg", "a b.webp"),
      ("a\"b.jpg", "ab.webp"), ("a\\b/c:d*e?f<g>h|i.jpg", "abcdefghi.webp"),
      ("a\r\nSet-Cookie: x.jpg", "aSet-Cookie x.webp"),
      ("a;b=c.jpg", "a;b=c.webp"), (String(repeating: "x", count: 300), String(repeating: "x", count: 80) + ".webp"),
    ])
  func plain(name: String, saved: String) {
    #expect(FileName(name).disposition(.webp) == "inline; filename=\"\(saved)\"")
  }

  @Test(
    "what is not ASCII is given in full beside what old clients read",
    arguments: [
      ("é日.jpg", "_____.png", "%C3%A9%E6%97%A5.png"), ("100%.jpg", "100_.png", "100%25.png"),
      (
        String(repeating: "é", count: 50), String(repeating: "_", count: 80) + ".png",
        String(repeating: "%C3%A9", count: 40) + ".png"
      ),
    ])
  func extended(name: String, plain: String, extended: String) {
    #expect(
      FileName(name).disposition(.png) == "inline; filename=\"\(plain)\"; filename*=UTF-8''\(extended)")
  }

  @Test("no name makes a field that is malformed")
  func randomNames() {
    var generator = SeededGenerator(seed: 67)
    let pieces = ["\"", "\\", "\r", "\n", "\u{0}", "é", "\u{1F600}", "a", ".", " ", ";", "%", "'", "*", "/", "\u{7F}"]
    for _ in 0..<5000 {
      let name = (0..<Int.random(in: 0...40, using: &generator)).map { _ in
        pieces.randomElement(using: &generator) ?? ""
      }
      let field = FileName(name.joined()).disposition(.jpeg)
      #expect(field.utf8.allSatisfy { (0x20...0x7E).contains($0) })
      #expect(
        field.wholeMatch(of: /inline; filename="[^"\\]+\.jpg"(; filename\*=UTF-8''[-A-Za-z0-9._~%]+\.jpg)?/) != nil,
        "\(field)")
    }
  }

  @Test("the canonical picture is told where it is public")
  func canonicalLink() throws {
    let workspace = """
      { "namespace": "acme", "sources": { "web": { "kind": "http", "prefix": "http://origin.example/private/" } } }
      """
    var host = try ScriptedHost(workspace)
    for url in ["http://a.example/x/a%20b.jpg?s=1", "http://origin.example/private/a.jpg"] {
      host.serve(url, .image(.jpeg, 9, 9))
    }
    let external = host.get("/transform?src=http%3A%2F%2Fa.example%2Fx%2Fa%2520b.jpg%3Fs%3D1&format=png")
    #expect(external["Link"] == "<http://a.example/x/a%20b.jpg?s=1>; rel=\"canonical\"")
    #expect(external["Content-Disposition"] == "inline; filename=\"a b.png\"")
    for target in ["/web/a.jpg", "/transform?src=http%3A%2F%2Forigin.example%2Fprivate%2Fa.jpg"] {
      let owned = host.get(target)
      #expect(owned.status == 200)
      #expect(owned["Link"] == nil)
      #expect(owned["Content-Disposition"] == "inline; filename=\"a.jpg\"")
    }
    #expect(
      host.get("/placeholder/color?color=abc&w=9&h=9")["Content-Disposition"]
        == "inline; filename=\"placeholdercolor.png\"")
    #expect(host.get("/info/web/a.jpg")["Content-Disposition"] == nil)
  }
}
