import HTTPTypes
import Testing

@testable import EdgeHandler

/// Nothing that comes in from outside traps, and the same input has the same answer.
@Suite struct FuzzTests {
  private static let workspace = """
    { "namespace": "acme", "allowedOrigins": ["https://a.example", "*.b.example:8443"],
      "allowedExternalSources": ["*.example", "10.0.0.1", "[::1]"],
      "sources": { "web": { "kind": "http", "prefix": "http://o.example/i/" },
        "shop": { "kind": "s3", "bucket": "shop", "region": "eu-west-1", "accessKeyId": "A", "secretAccessKey": "S" } },
      "marks": { "logo": { "image": "web/logo.png", "w": "15%", "align": "bottom,right", "autoApplySources": ["shop"] } },
      "domains": ["img.acme.example"] }
    """

  private static let words = [
    "/", "//", "transform", "info", "grid", "placeholder", "blurhash", "color", "metadata", "cdn-cgi", "image", "web",
    "shop", "a.jpg", "..",
    "%2e", "%2F", "%00", "%", "%zz", "%ff", "?", "&", "=", "src", "w", "h", "size", "dpr", "fit", "gravity",
    "background", "quality", "format",
    "blur", "trim", "border", "rotate", "flip", "anim", "v", "onerror", "redirect", "mark", "mark-w", "mark-pad",
    "mark-align", "mark-repeat",
    "cols", "gap", "type", "punch", "select", "cover", "crop", "pad", "squeeze", "auto", "0.5x0.5", "1;2;3;4",
    "0.1;0.2;0.3;0.4", "100", "8192",
    "1", "0", "-1", "4", "99999999999999999999", "0.0000001", "1e9", "nan", "http://", "https://", "o.example",
    "x.example", "[::1]", "0x7f.1",
    "@", ":", "#", "\\", "+", " ", "\u{0}", "\u{e9}", "\u{1F600}", "LEHV6nWB2yk8pyo0adR*.7kCMdnj", "#fff",
    "rebeccapurple", "15%25", ",", ";", "*",
    "healthz", "readyz", "image/avif", "q=0", "\"", "W/", "null", "https://a.example",
  ]

  private static let original = ScriptedOriginal.image(.png, 300, 200, frames: 3, hasAlpha: true)

  private func text(_ generator: inout SeededGenerator, _ most: Int) -> String {
    (0..<Int.random(in: 0...most, using: &generator)).map { _ in Self.words.randomElement(using: &generator) ?? "" }
      .joined()
  }

  private func target(_ generator: inout SeededGenerator) -> String {
    switch Int.random(in: 0..<4, using: &generator) {
    case 0: return text(&generator, 12)
    case 1: return "/" + text(&generator, 12)
    default:
      let endpoint =
        [
          "/transform", "/web/a.jpg", "/shop/a.jpg", "/info/web/a.jpg", "/grid", "/placeholder/color",
          "/placeholder/blurhash", "/transform",
        ]
        .randomElement(using: &generator) ?? ""
      let items = (0..<Int.random(in: 0...6, using: &generator)).map { _ in
        (Self.words.randomElement(using: &generator) ?? "") + "=" + text(&generator, 2)
      }
      let source = Bool.random(using: &generator) ? "src=web/a.jpg&w=9&h=7&" : ""
      return endpoint + "?" + source + items.joined(separator: "&")
    }
  }

  private func request(_ generator: inout SeededGenerator) -> Request {
    let method = ["GET", "GET", "GET", "HEAD", "OPTIONS", "POST", ""].randomElement(using: &generator) ?? "GET"
    let authority = Bool.random(using: &generator) ? "acme.localhost" : text(&generator, 3)
    var request = Request(
      method: method, authority: authority, target: target(&generator), isSecure: false, fields: HTTPFields())
    for name in [HTTPField.Name.origin, .accept, .ifNoneMatch] where Int.random(in: 0..<4, using: &generator) == 0 {
      request.fields.append(HTTPField(name: name, value: text(&generator, 4)))
    }
    return request
  }

  @Test func noRequestTraps() throws {
    var statuses: [Int: Int] = [:]
    var generator = SeededGenerator(seed: 41)
    var host = try ScriptedHost(Self.workspace)
    var other = try ScriptedHost(Self.workspace)
    for index in 0..<100_000 {
      // A store that grows makes the run slow.
      if index % 1000 == 0 {
        host = try ScriptedHost(Self.workspace)
        other = host
      }
      for url in ["http://o.example/i/a.jpg", "http://o.example/i/logo.png"] {
        host.serve(url, Self.original)
        other.serve(url, Self.original)
      }
      let request = request(&generator)
      let exchange = host.perform(request)
      statuses[exchange.status, default: 0] += 1
      if index % 20 == 0 {
        other.performsLastFlowFirst = true
        other.outputs = [:]
        host.outputs = [:]
        let (again, backwards) = (host.perform(request), other.perform(request))
        #expect(again.answer.response.fields == backwards.answer.response.fields, "\(request.target)")
        #expect(again.status == backwards.status, "\(request.target)")
      }
      #expect((200..<600).contains(exchange.status))
      // 500 says that it is our fault: no input may make it so.
      #expect(exchange.status != 500, "\(request.target)")
      _ = index % 10 == 0 ? host.handler.explain(request, context: host.context) : []
    }
    // The generator reaches all kinds of answers.
    for status in [200, 204, 400, 403, 404, 405] {
      #expect(statuses[status, default: 0] > 100, "\(status): \(statuses)")
    }
  }

  @Test func noConfigurationTraps() {
    var generator = SeededGenerator(seed: 42)
    let seed = Array(("{\"workspaces\": [" + Self.workspace + "]}").utf8)
    var accepted = 0
    for _ in 0..<50_000 {
      var bytes = seed
      for _ in 0..<Int.random(in: 1...3, using: &generator) {
        let place = Int.random(in: 0..<bytes.count, using: &generator)
        switch Int.random(in: 0..<4, using: &generator) {
        case 0: bytes.remove(at: place)
        case 1: bytes[place] = Array("\"{}[]:,\\0a.*/ ".utf8).randomElement(using: &generator) ?? 0
        case 2: bytes.insert(UInt8.random(in: 0...255, using: &generator), at: place)
        default: bytes.removeSubrange(place..<min(bytes.count, place + 20))
        }
        if bytes.isEmpty { bytes = seed }
      }
      if (try? Configuration(json: bytes)) != nil { accepted += 1 }
    }
    #expect(accepted > 100)
  }
}
