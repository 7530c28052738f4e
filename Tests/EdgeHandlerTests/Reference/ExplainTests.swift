import HTTPTypes
import TestSupport
import Testing

@testable import EdgeHandler

@Suite struct ExplainTests {
  private static let workspace = """
    { "namespace": "acme",
      "sources": { "photos": { "kind": "http", "prefix": "http://a.example/" },
                   "open": { "kind": "http", "prefix": "http://b.example/" },
                   "shop": { "kind": "s3", "bucket": "shop", "region": "eu-west-1", "accessKeyId": "A", "secretAccessKey": "S" } },
      "marks": { "logo": { "image": "http://cdn.example/l.png", "h": 20, "align": "bottom,right", "opacity": 0.8, "repeat": "x",
                           "autoApplySources": ["photos"] } } }
    """

  private let configuration: Configuration

  init() throws {
    configuration = try Configuration(json: Array("{\"workspaces\": [\(Self.workspace)]}".utf8))
  }

  private func explain(_ target: String, host: String = "acme.localhost", accept: String? = nil) -> [String] {
    let request = Self.request(target, host: host, accept: accept)
    return Self.explain(request, configuration)
  }

  private static func explain(_ request: Request, _ configuration: Configuration) -> [String] {
    EdgeHandler(configuration: configuration)
      .explain(request, at: site(of: request, configuration), context: context)
  }

  private static func site(of request: Request, _ configuration: Configuration) -> Site {
    var sites = SiteCache(configuration, records: nil)
    return sites.find(request, now: context.now).site ?? .nowhere
  }

  private static let context = Context(now: 0, isReady: true)

  private static func request(_ target: String, host: String = "acme.localhost", accept: String? = nil) -> Request {
    var fields = HTTPFields()
    fields[.accept] = accept
    return Request(method: "GET", authority: host, target: target, isSecure: false, fields: fields)
  }

  private static func line(_ topic: String, _ text: String) -> String {
    topic + String(repeating: " ", count: 12 - topic.count) + text
  }

  private func expect(_ lines: [String], _ topic: String, _ text: String) {
    let line = Self.line(topic, text)
    #expect(lines.contains(line), "\(line) is not among \(lines)")
  }

  /// What is told of parameters, as `topic: text`, without those that stand at the default of the table.
  private func told(_ target: String, accept: String? = nil) -> [String] {
    let rows = [ParameterTable.transform, ParameterTable.grid, ParameterTable.blurHashPlaceholder].flatMap { $0 }
    let plain = Set(rows.map { Self.line("parameter", "\($0.name.text) = \($0.defaultText) (default)") })
    let topics = ["parameter", "no effect", "ignored", "means"]
    return explain(target, accept: accept).compactMap { line in
      guard !plain.contains(line), let topic = topics.first(where: { line.hasPrefix(Self.line($0, "")) }) else {
        return nil
      }
      return topic + ": " + line.dropFirst(12)
    }
  }

  private static let aspect = [
    "parameter: w = as the original (default)", "parameter: h = as the original (default)",
  ]
  private static let rest = [
    "parameter: background = none (default)",
    "parameter: format = png where there is alpha, else jpeg; of an animation gif (default: by Accept)",
  ]

  @Test func saysEverythingOfATransform() {
    let lines = explain("/open/a.jpg?w=300&fit=contain&nonsense=1&mark=open/l.png&dpr=1.5", accept: "image/avif")
    #expect(
      lines.prefix { !$0.hasPrefix("key") } == [
        "workspace   acme, by the host's first label",
        "access      no Origin: passes",
        "route       transform",
        "source      open, http://b.example/a.jpg",
        "ignored     nonsense: the endpoint knows no such parameter",
        "mark        http://b.example/l.png (URL)",
        "parameter   w = 450 (URL: w=300 × dpr=1.5)",
        "parameter   h = from w and the aspect ratio (default)",
        "parameter   dpr = 1.5 (URL)",
        "parameter   fit = contain (URL)",
        "no effect   fit = contain: it is the default",
        "parameter   background = none (default)",
        "parameter   quality = 80 (default)",
        "parameter   format = avif; of an animation gif (default: by Accept)",
        "parameter   blur = 0 (default)",
        "parameter   sharpen = 0 (default)",
        "parameter   brightness = 1 (default)",
        "parameter   contrast = 1 (default)",
        "parameter   saturation = 1 (default)",
        "parameter   gamma = 1 (default)",
        "parameter   rotate = 0 (default)",
        "parameter   flip = none (default)",
        "parameter   trim = none (default)",
        "parameter   border = none (default)",
        "parameter   anim = true (default)",
        "parameter   metadata = none (default)",
        "parameter   onerror = none (default)",
        "parameter   mark = open/l.png (URL)",
        "parameter   mark-w = 15% (default)",
        "parameter   mark-h = from mark-w and the aspect ratio (default)",
        "parameter   mark-fit = contain (default)",
        "parameter   mark-align = top,left (default)",
        "parameter   mark-pad = 2% (default)",
        "parameter   mark-opacity = 1 (default)",
        "parameter   mark-rotate = 0 (default)",
        "parameter   mark-repeat = none (default)",
        "parameter   v = none (default)",
      ])
    expect(lines, "key part", "w = 450")
    expect(lines, "answer", "what is stored under the key; on a miss it is made, and stored")
    #expect(lines.contains { $0.hasPrefix("key         ") && $0.utf8.count == 12 + 64 })
  }

  @Test func saysWhatIsAnsweredWithoutAWorkspace() {
    expect(explain("/healthz"), "answer", "200: the service's own health, which is told on every host")
    expect(explain("/api/openapi.json"), "answer", "200: the description of the API")
    let lines = explain("/open/a.jpg", host: "127.0.0.1:8080")
    let start = "answer      404 unknown-workspace"
    #expect(lines.contains { $0.hasPrefix(start) && $0.contains("<namespace>.localhost") })
  }

  @Test func saysWhatThePolicyDecides() {
    let lines = explain("/photos/a.jpg?mark=zzz&mark-w=0")
    expect(lines, "mark", "http://cdn.example/l.png (policy: preset logo, bound to the original)")
    #expect(
      told("/photos/a.jpg?mark=zzz&mark-w=0&onerror=redirect&metadata=keep") == [
        "ignored: mark: the workspace's policy decides, by its preset logo",
        "ignored: mark-w: the workspace's policy decides, by its preset logo",
      ] + Self.aspect + Self.rest + [
        "parameter: metadata = copyright (policy, of metadata=keep in the URL: what else it would keep may show the original without a mark)",
        "parameter: onerror = none (policy: an original is not shown without the mark that is bound to it)",
        "ignored: onerror = redirect: the workspace's policy decides, by its preset logo",
      ] + Self.preset)
  }

  private static let preset = [
    "parameter: mark-w = from mark-h and the aspect ratio (policy: preset logo)",
    "parameter: mark-h = 20 (policy: preset logo)",
    "parameter: mark-fit = contain (policy: preset logo)",
    "parameter: mark-align = bottom,right (policy: preset logo)",
    "parameter: mark-pad = 2% (policy: preset logo)",
    "parameter: mark-opacity = 0.8 (policy: preset logo)",
    "parameter: mark-rotate = 0 (policy: preset logo)",
    "parameter: mark-repeat = x (policy: preset logo)",
  ]

  @Test(arguments: [
    (
      "w=10&h=10&size=99",
      ["parameter: w = 10 (URL)", "parameter: h = 10 (URL)", "ignored: size = 99: w and h are given"]
    ),
    ("w=10&size=99", ["parameter: w = 10 (URL)", "parameter: h = 99 (URL: size=99)"]),
    (
      "size=99&dpr=2",
      [
        "parameter: w = 198 (URL: size=99 × dpr=2)", "parameter: h = 198 (URL: size=99 × dpr=2)",
        "parameter: dpr = 2 (URL)",
      ]
    ),
    ("dpr=2", aspect + ["ignored: dpr = 2: it changes no length in px"]),
    ("dpr=2&trim=border", aspect + ["ignored: dpr = 2: it changes no length in px", "parameter: trim = border (URL)"]),
    (
      "dpr=2&trim=1;0;0.5;0",
      aspect + ["parameter: dpr = 2 (URL)", "parameter: trim = 1;0;0.5;0 (URL, px × dpr=2)"]
    ),
    (
      "dpr=2&border=1;2;3;4&border-color=black",
      aspect + [
        "parameter: dpr = 2 (URL)", "parameter: border = 2;4;6;8 (URL: border=1;2;3;4 × dpr=2)",
        "parameter: border-color = black (URL)", "no effect: border-color = black: it is the default",
      ]
    ),
    (
      "border=0&border-color=red",
      aspect + [
        "parameter: border = 0 (URL)", "no effect: border = 0: it adds nothing",
        "ignored: border-color = red: there is no border",
      ]
    ),
    (
      "trim=0;0;0;0",
      aspect + ["parameter: trim = 0;0;0;0 (URL)", "no effect: trim = 0;0;0;0: it cuts nothing off"]
    ),
    (
      "fit=cover&gravity=top",
      aspect + [
        "ignored: fit = cover: without a side there is no box to fill",
        "ignored: gravity = top: it is for cover, crop, aspect-crop and pad, with both w and h",
      ]
    ),
    (
      "w=9&fit=crop",
      [
        "parameter: w = 9 (URL)", "parameter: h = from w and the aspect ratio (default)",
        "parameter: fit = scale-down (URL: fit=crop, of which this is left with one side)",
      ]
    ),
    (
      "w=9&fit=pad",
      [
        "parameter: w = 9 (URL)", "parameter: h = from w and the aspect ratio (default)",
        "ignored: fit = pad: with one side there is no box to fill",
      ]
    ),
    (
      "onerror=redirect",
      aspect + ["ignored: onerror = redirect: where a source of the workspace has its originals is not told"]
    ),
    (
      "onerror=redirect&mark=open/l.png&mark-w=15%25&mark-align=left,top",
      aspect + [
        "ignored: onerror = redirect: the original would be without the mark", "parameter: mark = open/l.png (URL)",
        "parameter: mark-w = 15% (URL)", "no effect: mark-w = 15%: it is the default",
        "parameter: mark-h = from mark-w and the aspect ratio (default)",
        "parameter: mark-align = left,top (URL)", "no effect: mark-align = left,top: it is the default",
      ]
    ),
    (
      "mark-w=5&mark-opacity=0.5&mark-repeat=x",
      aspect + [
        "ignored: mark-w = 5: there is no mark", "ignored: mark-opacity = 0.5: there is no mark",
        "ignored: mark-repeat = x: there is no mark",
      ]
    ),
    (
      "mark=open/l.png&mark-w=5&mark-h=6&mark-size=7",
      aspect + [
        "parameter: mark = open/l.png (URL)", "parameter: mark-w = 5 (URL)", "parameter: mark-h = 6 (URL)",
        "ignored: mark-size = 7: mark-w and mark-h are given",
      ]
    ),
    (
      "mark=open/l.png&mark-h=6&mark-size=7&mark-fit=cover",
      aspect + [
        "parameter: mark = open/l.png (URL)", "parameter: mark-w = 7 (URL: mark-size=7)", "parameter: mark-h = 6 (URL)",
        "parameter: mark-fit = cover (URL)",
      ]
    ),
    (
      "mark=open/l.png&mark-h=6&mark-fit=cover",
      aspect + [
        "parameter: mark = open/l.png (URL)", "parameter: mark-w = from mark-h and the aspect ratio (default)",
        "parameter: mark-h = 6 (URL)", "ignored: mark-fit = cover: with one side there is no box to fill",
      ]
    ),
    (
      "v=&anim=true",
      aspect + [
        "parameter: anim = true (URL)", "no effect: anim = true: it is the default",
        "parameter: v =  (URL)", "no effect: v = : it is the default",
      ]
    ),
  ])
  func saysWhatATransformMakesOfParameters(query: String, expected: [String]) {
    #expect(told("/open/a.jpg?" + query).filter { !Self.rest.contains($0) } == expected)
  }

  @Test(arguments: [
    ("w=9&h=9&fit=pad", "parameter: background = white (default)"),
    ("w=9&h=9&fit=pad&background=fff", "no effect: background = fff: it is the default"),
    ("format=jpg", "parameter: background = white (default)"),
    ("format=png", "parameter: background = none (default)"),
    ("format=png", "parameter: quality = none, without loss (default)"),
    ("format=png&quality=80", "parameter: quality = 80 (URL)"),
    ("quality=80", "no effect: quality = 80: it is the default"),
    ("format=gif&quality=9", "ignored: quality = 9: GIF has none"),
    ("format=nocompress&quality=9", "ignored: quality = 9: nocompress is without loss"),
    (
      "w=9&h=9&fit=pad&gravity=auto",
      "ignored: gravity = auto: pad cuts nothing off that could be chosen by what is seen"
    ),
    ("w=9&h=9&fit=cover&gravity=0.5x0.5", "no effect: gravity = 0.5x0.5: it is the default"),
    ("anim=false", "parameter: format = png where there is alpha, else jpeg (default: by Accept)"),
  ])
  func saysWhatIsInEffect(query: String, line: String) {
    let lines = told("/open/a.jpg?" + query)
    #expect(lines.contains(line), "\(lines)")
  }

  @Test func saysWhereAnErrorRedirectsTo() throws {
    let url = "/transform?onerror=redirect&src=http://c.example/a.jpg"
    #expect(
      told(url).contains(
        "ignored: onerror = redirect: allowedExternalSources does not name the host, and * is not enough to send a caller there"
      ))
    let named = Self.workspace.replacing(
      #"{ "namespace": "acme","#, with: #"{ "namespace": "acme", "allowedExternalSources": ["*", "*.example"],"#)
    let configuration = try Configuration(json: Array("{\"workspaces\": [\(named)]}".utf8))
    let lines = Self.explain(Self.request(url), configuration)
    expect(lines, "parameter", "onerror = redirect (URL)")
  }

  @Test func saysWhatCloudflaresSpellingMeans() {
    #expect(
      told(
        "/cdn-cgi/image/q=high,width=40,compression=fast,mark-w=5,format=auto,trim.left=4,g=face,sharpen/open/a.jpg?w=5&utm=1&v=2"
      ) == [
        "means: q=high: quality=90", "means: width=40: w=40",
        "ignored: compression=fast: the option has no counterpart",
        "ignored: mark-w=5: the option has no counterpart", "means: g=face: gravity=auto",
        "ignored: sharpen: an option has a name and a value",
        "means: no fit: fit=scale-down, the default of this spelling", "means: trim by its sides: trim=0;0;0;4",
        "ignored: w of the query: v alone counts there, the others are options in the path",
        "ignored: utm of the query: v alone counts there, the others are options in the path",
        "parameter: w = 40 (URL)", "parameter: h = from w and the aspect ratio (default)",
        "parameter: fit = scale-down (URL)",
        "ignored: gravity = auto: it is for cover, crop, aspect-crop and pad, with both w and h", Self.rest[0],
        "parameter: quality = 90 (URL)",
        "parameter: format = png where there is alpha, else jpeg; of an animation gif (URL: format=auto, by Accept)",
        "no effect: format = auto: it is the default", "parameter: trim = 0;0;0;4 (URL)",
        "parameter: metadata = copyright in JPEG, else none (default of this spelling)", "parameter: v = 2 (URL)",
      ])
    // Behind a full URL the query is the original's.
    #expect(
      told("/cdn-cgi/image/w=9/https://x.example/a.jpg?w=5") == [
        "means: no fit: fit=scale-down, the default of this spelling", "parameter: w = 9 (URL)",
        "parameter: h = from w and the aspect ratio (default)", "parameter: fit = scale-down (URL)", Self.rest[0],
        "parameter: quality = 85 (default of this spelling)",
        "parameter: format = the original's own (default of this spelling)",
        "parameter: metadata = copyright in JPEG, else none (default of this spelling)",
      ])
  }

  @Test func saysWhatAGridMakesOfParameters() {
    #expect(
      told("/grid?src=open/a&src=open/b&size=9&w=300&h=200&dpr=2&type=row&cols=2&quality=4&format=gif&gap=3") == [
        "parameter: w = 600 (URL: w=300 × dpr=2)", "parameter: h = 400 (URL: h=200 × dpr=2)",
        "ignored: size = 9: w and h are given", "parameter: dpr = 2 (URL)", "parameter: type = row (URL)",
        "ignored: cols = 2: it is for classic and column", "parameter: gap = 6 (URL: gap=3 × dpr=2)",
        "parameter: background = transparent (default)", "ignored: quality = 4: GIF has none",
        "parameter: format = gif (URL)",
      ])
    #expect(
      told("/grid?src=open/a&src=open/b&size=90&type=classic&cols=5&format=jpeg&mark-w=4&fit=cover") == [
        "ignored: fit: the endpoint knows no such parameter",
        "parameter: w = 90 (URL: size=90)", "parameter: h = 90 (URL: size=90)", "parameter: type = classic (URL)",
        "parameter: cols = 2 (URL: cols=5, of which there are no more than originals)",
        "no effect: cols = 5: it is the default", "parameter: background = white (default)",
        "parameter: format = jpeg (URL)", "ignored: mark-w = 4: there is no mark",
      ])
    #expect(
      told("/grid?src=photos/a&src=photos/b&size=90&type=column&mark=open/l.png", accept: "image/webp") == [
        "ignored: mark: the workspace's policy decides, by its preset logo",
        "parameter: w = 90 (URL: size=90)", "parameter: h = 90 (URL: size=90)", "parameter: type = column (URL)",
        "parameter: cols = 1 (default)", "parameter: background = transparent (default)",
        "parameter: format = webp (default: by Accept)",
      ] + Self.preset)
  }

  @Test func saysWhatAPlaceholderMakesOfParameters() {
    let hash = "LEHV6nWB2yk8pyo0adR*.7kCMdnj"
    #expect(
      told("/placeholder/blurhash?w=32&h=32&fit=cover&punch=1&blurhash=\(hash)") == [
        "parameter: blurhash = \(hash) (URL)", "parameter: w = 32 (URL)", "parameter: h = 32 (URL)",
        "ignored: fit = cover: there is no original that would have to fit", "parameter: punch = 1 (URL)",
        "no effect: punch = 1: it is the default", "parameter: quality = none, without loss (default)",
        "parameter: format = png (default: by Accept)",
      ])
    #expect(
      told("/placeholder/color/open/a.jpg?h=9&fit=cover&quality=9&punch=2") == [
        "ignored: punch: the endpoint knows no such parameter", "parameter: color = that of the original (default)",
        "parameter: w = from h and the aspect ratio (default)", "parameter: h = 9 (URL)",
        "ignored: fit = cover: with one side there is no box to fill",
        "ignored: quality = 9: only format=png makes a palette PNG of it",
        "parameter: format = png (default: by Accept)",
      ])
    #expect(
      told("/placeholder/blurhash/open/a.jpg?dpr=0.5", accept: "image/avif") == [
        "parameter: blurhash = that of the original (default)",
        "parameter: w = that of the original, scaled to fit 2048 px (default)",
        "parameter: h = that of the original, scaled to fit 2048 px (default)", "parameter: dpr = 0.5 (URL)",
        "parameter: format = avif (default: by Accept)",
      ])
  }

  @Test func saysWhatAnInfoMakesOfParameters() {
    #expect(told("/info/photos/a.jpg") == ["parameter: select = metadata,blurhash,colors,palette (default)"])
    #expect(
      told("/info/photos/a.jpg?select=palette,colors&w=9&v=1") == [
        "ignored: w: the endpoint knows no such parameter", "parameter: select = palette,colors (URL)",
        "parameter: v = 1 (URL)",
      ])
    #expect(
      told("/info/colors/photos/a.jpg?select=metadata") == ["ignored: select: the endpoint knows no such parameter"])
  }

  // MARK: What is told, against what is decided

  /// Everything that a decision is, but for the lines of `explain`.
  private func outcome(_ target: String, accept: String?) -> String? {
    let request = Self.request(target, accept: accept)
    var decider = Decider(
      configuration: configuration, site: Self.site(of: request, configuration), request: request,
      context: Self.context, trace: .off)
    switch decider.decide() {
    case .answer: return nil
    case .transform(let request): return "\(request.output.key) \(request.locationOnError ?? "-")"
    case .info(let request):
      guard case .fields(let fields) = request.content else { return "\(request.output.key) \(request.content)" }
      return "\(request.output.key) \(fields.sorted { $0.rawValue < $1.rawValue })"
    case .placeholder(let request): return "\(request.output.key)"
    case .grid(let request): return "\(request.output.key)"
    }
  }

  private static let paths = [
    "/open/a.jpg?", "/open/a.jpg?mark=open/l.png&", "/photos/a.jpg?", "/shop/a.jpg?", "/info/open/a.jpg?",
    "/placeholder/color/open/a.jpg?", "/placeholder/blurhash?src=open/a.jpg&", "/placeholder/color?color=abc&w=9&h=9&",
    "/placeholder/blurhash?blurhash=LEHV6nWB2yk8pyo0adR*.7kCMdnj&w=9&h=9&", "/grid?src=open/a&src=open/b&w=90&h=80&",
    "/grid?src=photos/a&src=open/b&size=90&", "/grid?src=open/a&src=open/b&size=91&type=classic&",
    "/grid?src=open/a&src=open/b&src=open/c&size=91&mark=open/l.png&",
  ]

  private static let values: [(String, [String])] = [
    ("w", ["1", "300"]), ("h", ["1", "200"]), ("size", ["64"]), ("dpr", ["1", "2", "0.1", "1.5"]),
    ("fit", ["contain", "cover", "crop", "pad", "squeeze", "scale-down"]),
    ("gravity", ["center", "auto", "entropy", "top,left", "0.5x0.5"]),
    ("background", ["red", "white", "%23fff", "0000", "12345678"]),
    ("quality", ["1", "80", "100", "medium-high", "low"]),
    ("format", ["avif", "jpeg", "jpg", "png", "webp", "gif", "nocompress"]), ("blur", ["0", "0.0", "2.5"]),
    ("sharpen", ["0", "10"]), ("brightness", ["1", "0.5"]), ("contrast", ["1.0", "2"]), ("saturation", ["0", "1"]),
    ("gamma", ["1", "2.2"]), ("rotate", ["0", "90"]), ("flip", ["h", "hv"]),
    ("trim", ["border", "1;2;3;4", "0.1;0;0;0.2", "0;0;0;0", "0;0.0;0;0.5"]), ("border", ["0", "1", "5", "1;2;3;4"]),
    ("border-color", ["black", "%2300f8"]), ("anim", ["false", "true"]), ("metadata", ["none", "keep", "copyright"]),
    ("onerror", ["redirect"]), ("v", ["", "2"]), ("mark-w", ["15%25", "40"]), ("mark-h", ["10", "15%25"]),
    ("mark-size", ["77", "5%25"]), ("mark-fit", ["contain", "cover", "crop", "scale-down"]),
    ("mark-align", ["top,left", "left,top", "center"]), ("mark-opacity", ["1", "0.5"]),
    ("mark-rotate", ["0", "-360", "30"]), ("mark-repeat", ["true", "x"]),
    ("mark-pad", ["2%25", "2.0%25", "4"]),
    ("select", ["colors", "palette,blurhash,colors,metadata", "thumbhash,metadata"]),
    ("punch", ["1", "0.5"]), ("cols", ["1", "2", "5"]), ("gap", ["0", "1", "4"]),
    ("type", ["row", "column", "auto", "classic"]), ("nonsense", ["1"]),
  ]

  /// A parameter is said to be in vain exactly where a URL without it comes to the same, and is told of in any case.
  @Test func saysOfEachParameterWhetherItCounts() throws {
    var generator = SeededGenerator(seed: 47)
    var counts: [Bool: Int] = [:]
    for _ in 0..<4000 {
      let path = try #require(Self.paths.randomElement(using: &generator))
      var items: [(name: String, text: String)] = []
      for (name, values) in Self.values.shuffled(using: &generator).prefix(Int.random(in: 1...6, using: &generator)) {
        let value = try #require(values.randomElement(using: &generator))
        items.append((name, "\(name)=\(value)"))
      }
      let accept = [nil, "image/avif,image/webp", "image/webp"].randomElement(using: &generator) ?? nil
      let target = path + items.map(\.text).joined(separator: "&")
      guard let complete = outcome(target, accept: accept) else { continue }
      let lines = explain(target, accept: accept)
      for (index, item) in items.enumerated() {
        var others = items
        others.remove(at: index)
        let without = outcome(path + others.map(\.text).joined(separator: "&"), accept: accept)
        let isInVain = lines.contains { line in
          ["ignored", "no effect"].contains { topic in
            line.hasPrefix(Self.line(topic, item.name + " = ")) || line.hasPrefix(Self.line(topic, item.name + ": "))
          }
        }
        let isInEffect = lines.contains { line in
          line.hasPrefix("parameter") && line.contains("URL")
            && (line.hasPrefix(Self.line("parameter", item.name + " = ")) || line.contains("URL: \(item.name)="))
        }
        #expect(isInVain == (without == complete), "\(target): \(item.text): \(lines)")
        #expect(isInVain || isInEffect, "\(target): \(item.text): \(lines)")
        counts[isInVain, default: 0] += 1
      }
    }
    #expect(counts[true, default: 0] > 1000 && counts[false, default: 0] > 1000, "\(counts)")
  }
}
