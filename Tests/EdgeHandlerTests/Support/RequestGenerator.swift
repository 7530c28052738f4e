import EdgeHandler
import TestSupport

/// Requests to the workspace `acme` that are nearly right, or not at all.
struct RequestGenerator {
  static let workspace = """
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

  private var generator: SeededGenerator

  init(seed: UInt64) {
    generator = SeededGenerator(seed: seed)
  }

  mutating func next() -> ReceivedRequest {
    let method = ["GET", "GET", "GET", "HEAD", "OPTIONS", "POST", ""].randomElement(using: &generator) ?? "GET"
    let authority = Bool.random(using: &generator) ? "acme.localhost" : text(3)
    var fields = [(name: "Host", value: authority)]
    let target = target()
    for name in ["Origin", "Accept", "If-Match", "If-None-Match"] where Int.random(in: 0..<4, using: &generator) == 0 {
      fields.append((name, text(4)))
    }
    return ReceivedRequest(method: method, target: target, fields: fields, isSecure: false)
  }

  private static let paths = [
    "/web/a.jpg?", "/shop/a%20b.png?", "/transform/web/%e2%82%ac.jpg?", "/transform?src=web/a.jpg&",
    "/transform?src=shop/b&", "/transform?src=http://x.example/a.jpg&",
    "/transform?src=HTTP://O.example:80/i/../i/%61.jpg&w=9&",
    "/transform?src=//x.example/%C3%A9?q&", "/info?src=web/a.jpg&", "/info/web/a.jpg?", "/info/colors/web/b?",
    "/info/metadata/shop/x?", "/placeholder/color/web/a.jpg?", "/placeholder/color?src=shop/x&",
    "/placeholder/blurhash?src=web/a.jpg&", "/placeholder/blurhash?w=32&h=32&blurhash=LEHV6nWB2yk8pyo0adR*.7kCMdnj&",
    "/grid?src=web/a&src=shop/b&w=300&h=200&", "/grid?src=web/a&src=web/b&src=http://x.example/c&size=90&",
    "/cdn-cgi/image/width=80,h=60,fit=crop,q=75,format=auto/web/a.jpg?",
    "/cdn-cgi/image/w=5,onerror=redirect/https://x.example/a.jpg?", "/api/openapi.json?", "/healthz?",
  ]

  private static let values: [(name: String, values: [String])] = [
    ("w", ["1", "300", "1920", "8193"]), ("h", ["1", "200", "77"]), ("size", ["64"]), ("dpr", ["2", "0.1", "1.5"]),
    ("fit", ["cover", "crop", "pad", "squeeze", "scale-down"]),
    ("gravity", ["auto", "entropy", "top,left", "0.25x1", "left"]),
    ("background", ["red", "%23fff", "12345678", "rebeccapurple"]), ("quality", ["1", "100", "75"]),
    ("format", ["avif", "jpeg", "jpg", "png", "webp", "gif", "nocompress"]), ("blur", ["0", "2.5", "250"]),
    ("sharpen", ["10"]), ("brightness", ["0.5"]), ("contrast", ["1.25"]), ("saturation", ["0"]), ("gamma", ["2.2"]),
    ("rotate", ["90", "180", "270"]), ("flip", ["h", "v", "hv"]), ("trim", ["border", "1;2;3;4", "0.1;0;0;0.2"]),
    ("border", ["5", "1;2;3;4"]), ("border-color", ["%2300f8"]), ("anim", ["false", "true"]),
    ("metadata", ["keep", "copyright"]), ("onerror", ["redirect"]), ("v", ["2", "%C3%A9"]),
    ("mark", ["web/logo.png", "http://x.example/m.png"]), ("mark-w", ["20%25", "40"]), ("mark-h", ["10"]),
    ("mark-align", ["bottom,right", "center"]), ("mark-opacity", ["0.5"]), ("mark-rotate", ["-30", "90"]),
    ("mark-repeat", ["true", "x", "y"]),
    ("mark-pad", ["4", "3%25"]), ("mark-fit", ["cover", "pad"]),
    ("select", ["colors", "palette,metadata", "blurhash"]), ("punch", ["0.5"]), ("cols", ["2"]), ("gap", ["4"]),
    ("type", ["row", "column", "auto", "classic"]),
  ]

  /// One that is mostly allowed, so that something comes of it.
  mutating func nextAllowed() -> ReceivedRequest {
    var items: [String] = []
    for _ in 0..<Int.random(in: 0...7, using: &generator) {
      guard let one = Self.values.randomElement(using: &generator) else { continue }
      let value = Int.random(in: 0..<16, using: &generator) == 0 ? word() : one.values.randomElement(using: &generator)
      items.append("\(one.name)=\(value ?? "")")
    }
    let fields: [(name: String, values: [String])] = [
      ("Accept", ["image/avif,image/webp;q=0.8", "image/webp", "*/*"]), ("If-None-Match", ["*", "\"x\""]),
    ]
    var chosen = [
      (name: "Host", value: Bool.random(using: &generator) ? "acme.localhost" : "IMG.acme.example:443"),
      ("Origin", Int.random(in: 0..<9, using: &generator) == 0 ? "null" : "https://x.b.example:8443"),
    ]
    for field in fields where Int.random(in: 0..<3, using: &generator) == 0 {
      chosen.append((field.name, field.values.randomElement(using: &generator) ?? ""))
    }
    return ReceivedRequest(
      method: Int.random(in: 0..<9, using: &generator) == 0 ? "HEAD" : "GET",
      target: (Self.paths.randomElement(using: &generator) ?? "") + items.joined(separator: "&"), fields: chosen,
      isSecure: Bool.random(using: &generator))
  }

  private mutating func text(_ most: Int) -> String {
    var text = ""
    for _ in 0..<Int.random(in: 0...most, using: &generator) { text += word() }
    return text
  }

  private mutating func word() -> String {
    Self.words.randomElement(using: &generator) ?? ""
  }

  private mutating func target() -> String {
    switch Int.random(in: 0..<4, using: &generator) {
    case 0: return text(12)
    case 1: return "/" + text(12)
    default:
      let endpoint =
        [
          "/transform", "/web/a.jpg", "/shop/a.jpg", "/info/web/a.jpg", "/grid", "/placeholder/color",
          "/placeholder/blurhash", "/transform",
        ]
        .randomElement(using: &generator) ?? ""
      var items: [String] = []
      for _ in 0..<Int.random(in: 0...6, using: &generator) { items.append(word() + "=" + text(2)) }
      let source = Bool.random(using: &generator) ? "src=web/a.jpg&w=9&h=7&" : ""
      return endpoint + "?" + source + items.joined(separator: "&")
    }
  }
}
