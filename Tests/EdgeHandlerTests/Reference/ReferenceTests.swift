import Foundation
import TestSupport
import Testing

@testable import EdgeHandler

/// What is published of the API is what the handler does. Nothing is compared with the tables that both are made from: every path,
/// parameter, range, default, status and code of the document is tried, and what the handler knows beside it is looked for.
@Suite struct ReferenceTests {
  private static let workspace =
    #"{ "namespace": "acme", "allowedExternalSources": ["*", "a.example"], "sources": { "p": { "kind": "http", "prefix": "http://a.example/" } } }"#

  private func host() throws -> ScriptedHost {
    var host = try ScriptedHost(Self.workspace)
    let sample = try #require(Raster(width: 1, height: 1, rgba: [1, 2, 3, 255]))
    host.serve("http://a.example/a.jpg", .image(.jpeg, 100, 80, sample: sample))
    host.serve("http://a.example/b.jpg", .image(.jpeg, 100, 80, sample: sample))
    host.serve("http://a.example/damaged.jpg", .bytes(.undecodable))
    return host
  }

  private func document() throws -> JSON {
    var host = try host()
    let exchange = host.get("/api/openapi.json")
    #expect(exchange.status == 200)
    #expect(exchange["Content-Type"] == "application/json")
    return try #require(exchange.json)
  }

  private struct Operation {
    var path: String
    var json: JSON
    var parameters: [JSON]

    func names(in place: String) -> [String] {
      parameters.filter { $0["in"]?.string == place }.compactMap { $0["name"]?.string }
    }
  }

  private func resolved(_ json: JSON, _ document: JSON) throws -> JSON {
    guard let reference = json["$ref"]?.string else { return json }
    var place = document
    for step in reference.split(separator: "/").dropFirst() {
      place = try #require(place[String(step)], "\(reference)")
    }
    return place
  }

  private func operations() throws -> [Operation] {
    let document = try document()
    return try #require(document["paths"]?.members).map { path in
      #expect(path.value.members?.map(\.name) == ["get"])
      let get = try #require(path.value["get"])
      let parameters = try #require(get["parameters"]?.array).map { try resolved($0, document) }
      return Operation(path: path.name, json: get, parameters: parameters)
    }
  }

  /// A request of a path that is answered with 200, without the query parameter `name`.
  private func target(_ path: String, without name: String = "", original: String = "a.jpg") -> String {
    let filled = path.replacing("{source}", with: "p").replacing("{path}", with: original)
      .replacing("{options}", with: "format=png").replacing("{src}", with: "p/\(original)")
    guard filled == path else { return filled + "?" }
    var items = [("src", "p/\(original)")]
    if path == "/grid" { items = [("src", "p/\(original)"), ("src", "p/\(original)"), ("w", "8192"), ("h", "100")] }
    if path == "/grid", name == "w" || name == "h" { items.append(("size", "101")) }
    if path == "/placeholder/blurhash", name == "blurhash" { items = [("w", "9"), ("h", "9")] }
    if path == "/placeholder/color", name == "color" { items = [("w", "9"), ("h", "9")] }
    if path == "/transform", name == "w" { items.append(("fit", "contain")) }
    if path == "/grid", name == "h" || name == "size" { items.append(("dpr", "0.5")) }
    return path + "?" + items.filter { $0.0 != name }.map { "\($0.0)=\($0.1)" }.joined(separator: "&")
  }

  // MARK: Paths and parameters

  private static let paths = [
    "/transform", "/transform/{source}/{path}", "/{source}/{path}", "/cdn-cgi/image/{options}/{src}",
    "/info", "/info/{source}/{path}", "/info/metadata", "/info/metadata/{source}/{path}",
    "/info/blurhash", "/info/blurhash/{source}/{path}", "/info/colors", "/info/colors/{source}/{path}",
    "/placeholder/blurhash", "/placeholder/blurhash/{source}/{path}",
    "/placeholder/color", "/placeholder/color/{source}/{path}", "/grid",
  ]

  @Test func everyPathIsServed() throws {
    let operations = try operations()
    #expect(operations.map(\.path) == Self.paths)
    for operation in operations {
      var host = try host()
      let exchange = host.get(target(operation.path))
      #expect(exchange.status == 200, "\(operation.path): \(exchange.detail ?? "")")
      let holes = operation.path.split(separator: "{").dropFirst().compactMap { $0.split(separator: "}").first }
      #expect(operation.names(in: "path") == holes.map(String.init), "\(operation.path)")
    }
  }

  /// Tries all paths that can be built from the words with which a path can begin.
  @Test func nothingElseIsServed() throws {
    let words = [
      "transform", "info", "metadata", "blurhash", "colors", "color", "palette", "placeholder", "grid", "api", "image",
      "cdn-cgi", "healthz", "readyz", "metrics", "p", "a.jpg", "openapi.json", "",
    ]
    let operations = try operations().map { $0.path.split(separator: "/").map(String.init) }
    let reserved = ["transform", "info", "placeholder", "grid", "api", "cdn-cgi", "healthz", "readyz", "metrics"]
    func isDocumented(_ path: [String]) -> Bool {
      operations.contains { steps in
        // The last hole takes slashes.
        guard steps.last?.first == "{" ? path.count >= steps.count : path.count == steps.count else { return false }
        return zip(steps, path).enumerated().allSatisfy { index, pair in
          pair.0.first == "{" ? !(index == 0 && reserved.contains(pair.1)) && !pair.1.isEmpty : pair.0 == pair.1
        }
      }
    }
    var served = 0
    for first in words {
      for second in words {
        for third in words {
          // Slashes at the end are nobody's name.
          let path = [first, second, third].reversed().drop { $0.isEmpty }.reversed().map { $0 }
          guard !path.isEmpty, !path.contains("") else { continue }
          var host = try host()
          let code = host.get("/" + path.joined(separator: "/")).code
          let isOurs = ["healthz", "readyz"].contains(first) && path.count == 1 || path == ["api", "openapi.json"]
          #expect((code != "not-found") == (isDocumented(path) || isOurs || isIncomplete(path)), "\(path)")
          served += code != "not-found" ? 1 : 0
        }
      }
    }
    #expect(served > 1000)
  }

  /// Paths of an endpoint that lack a part of the original's name, of which they say so.
  private func isIncomplete(_ path: [String]) -> Bool {
    let starts = [
      ["transform"], ["info"], ["info", "metadata"], ["info", "blurhash"], ["info", "colors"],
      ["placeholder", "blurhash"], ["placeholder", "color"], ["cdn-cgi", "image"],
    ]
    return starts.contains { $0.count + 1 == path.count && path.starts(with: $0) }
  }

  /// A value that no parameter takes shows which ones an endpoint reads.
  @Test func everyParameterThatIsReadIsListed() throws {
    for operation in try operations() {
      for name in ParameterName.allCases.map(\.text) + ["width", "q", "nonsense"] {
        let isTwice = operation.path.contains("{") && ["src", "blurhash", "color"].contains(name)
        if isTwice { continue }
        var host = try host()
        let exchange = host.get(target(operation.path, without: name) + "&\(name)=%00")
        let isListed = operation.names(in: "query").contains(name)
        #expect((exchange.parameter == name) == isListed, "\(operation.path) \(name): \(exchange.detail ?? "")")
        #expect((exchange.code == "invalid-parameter") == isListed, "\(operation.path) \(name)")
      }
    }
  }

  @Test func whatIsRequiredIsDemanded() throws {
    var required: [String] = []
    for operation in try operations() {
      for parameter in operation.parameters where parameter["in"]?.string == "query" {
        let name = try #require(parameter["name"]?.string)
        let isRequired = parameter["required"] == .bool(true)
        var host = try host()
        let exchange = host.get(target(operation.path, without: name))
        let isRefused = exchange.status == 400 && exchange.parameter == name
        // What an endpoint needs one of, it does not require.
        let isOneOf = ["blurhash", "color"].contains(name)
        #expect(isOneOf ? isRefused && !isRequired : isRefused == isRequired, "\(operation.path) \(name)")
        if isRequired { required.append("\(operation.path) \(name)") }
      }
    }
    #expect(
      required == [
        "/transform src", "/info src", "/info/metadata src", "/info/blurhash src", "/info/colors src", "/grid src",
      ])
  }

  // MARK: Values

  /// What a schema says of a text, as far as schemas of this document go.
  private func allows(_ schema: JSON, _ text: String) throws -> Bool {
    if let choices = schema["anyOf"]?.array { return try choices.contains { try allows($0, text) } }
    if let words = schema["enum"]?.array { return words.contains { $0.string == text } }
    switch schema["type"]?.string {
    case "integer":
      guard !text.isEmpty, text.utf8.allSatisfy({ (0x30...0x39).contains($0) }), let value = Int(text) else {
        return false
      }
      return try value >= #require(schema["minimum"]?.int) && value <= #require(schema["maximum"]?.int)
    default:
      let pattern = try #require(schema["pattern"]?.string)
      #expect(pattern.hasPrefix("^") && pattern.hasSuffix("$"))
      let length = text.unicodeScalars.count
      if let least = schema["minLength"]?.int, length < least { return false }
      if let most = schema["maxLength"]?.int, length > most { return false }
      return try text.firstMatch(of: Regex(pattern)) != nil
    }
  }

  private static let texts = [
    "0", "1", "4", "512", "4095", "4096", "4097", "5000", "8191", "8192", "8193", "9999", "10000", "-1", "+1", "1.5",
    "1e1", "nan", "", " ", "0%", "0.0%", "0.000001%", "0.000%", "1%", "50.5%", "99.999999%", "100%", "100.1%", "101%",
    "-1%", "%", "1;2;3;4", "4096;0;0;4096", "4097;0;0;0", "0;0;0;4097", "1;2;3", "1;2;3;4;5", "1,2,3,4", "1;2;3;",
    "0.5;.5;0;0.999999", "1.0;0;0;0", "0;1.0;0;0", "-1;0;0;0", "-0.5;0;0;0", "border", "Border", "center", "auto",
    "entropy", "top", "left", "top,left", "left,top", "bottom,right", "top,top", "top,bottom", "left,right", "middle",
    "middle,left", "center,middle", "middle,center", "center,center", "top,left,top", "0x0", "1x0.5", "0.25x1", "1.1x0",
    "0x-1", "0x2", "x", "0.5", "fff", "#ffff", "#ff", "ffff0", "12345678", "#12345678", "123456789", "ggg", "##fff",
    "red", "RED", "rebeccapurple", "metadata", "metadata,colors", "metadata,", ",", "palette,blurhash,colors", "all",
    "a\u{0}b", "\n", "a\r", "\u{1F}", "\u{7F}", "é\u{2028}x", String(repeating: "x", count: 65),
  ]

  /// The patterns against what the handler takes: at their limits, and for texts that are nearly right.
  @Test func everyPatternHolds() throws {
    var generator = SeededGenerator(seed: 53)
    let alphabet = Array("0123456789.;,%#x-topleft")
    var tried = Set<String>()
    var counts: [Bool: Int] = [:]
    for operation in try operations() where !operation.path.contains("{") {
      for parameter in operation.parameters {
        let name = try #require(parameter["name"]?.string)
        let schema = try #require(parameter["schema"])
        guard schema["pattern"] != nil || schema["anyOf"] != nil, tried.insert("\(name) \(schema)").inserted else {
          continue
        }
        // A name of a colour may be unknown.
        let isLoose = schema["anyOf"]?.array?.contains { $0["pattern"]?.string == "^[a-zA-Z]+$" } ?? false
        var host = try host()
        func isTaken(_ text: String) -> Bool {
          let encoded = PercentCoding.encode(text.utf8, keeping: .unreserved)
          let exchange = host.get(target(operation.path, without: name) + "&\(name)=\(encoded)")
          return !(exchange.code == "invalid-parameter" && exchange.detail?.contains(" must be ") == true)
        }
        for text in Self.texts {
          let isAllowed = try allows(schema, text)
          #expect(isLoose ? isAllowed || !isTaken(text) : isAllowed == isTaken(text), "\(name)=\(text)")
          counts[isAllowed, default: 0] += 1
        }
        guard !isLoose else { continue }
        for _ in 0..<300 {
          var text = Array(Self.texts.randomElement(using: &generator) ?? "")
          for _ in 0..<Int.random(in: 1...2, using: &generator) {
            let place = Int.random(in: 0...text.count, using: &generator)
            text.insert(alphabet.randomElement(using: &generator) ?? "0", at: place)
          }
          // More spellings are taken than are advertised.
          if try allows(schema, String(text)) { #expect(isTaken(String(text)), "\(name)=\(String(text))") }
        }
      }
    }
    #expect(tried.count >= 12 && counts[true, default: 0] > 100 && counts[false, default: 0] > 500, "\(counts)")
  }

  @Test func everyRangeOfTheDocumentHolds() throws {
    var tried = 0
    for path in try operations() where !path.path.contains("{") {
      for parameter in path.parameters {
        let name = try #require(parameter["name"]?.string)
        let schema = try #require(parameter["schema"])
        var good: [String] = []
        var bad: [String] = []
        switch schema["type"]?.string {
        case "integer":
          let least = try #require(schema["minimum"]?.int)
          let most = try #require(schema["maximum"]?.int)
          good = ["\(least)", "\(most)"]
          bad = [
            "\(least - 1)", "\(most + 1)", "", "1.5", "+1", "1e1", "NaN", "%D9%A1", String(repeating: "9", count: 4000),
          ]
        case "number":
          let least = try #require(schema["minimum"]?.fixedPoint)
          let most = try #require(schema["maximum"]?.fixedPoint)
          good = ["\(least)", "\(most)"]
          bad = [
            "\(FixedPoint(millionths: least.millionths - 1))", "\(FixedPoint(millionths: most.millionths + 1))", "",
            "1e0",
            "inf", "nan", "1,5", "-",
          ]
        case "string":
          if let words = schema["enum"]?.array {
            good = words.compactMap(\.string)
            bad = ["", "nothing", (good.first ?? "") + "x"]
          } else if let most = schema["maxLength"]?.int, name == "v" {
            good = [String(repeating: "x", count: most), ""]
            bad = [String(repeating: "x", count: most + 1), "%00", "%zz"]
          } else {
            bad = ["", "%00"] + (schema["maxLength"]?.int == 8192 ? [] : [String(repeating: "!", count: 7000)])
          }
        default: break
        }
        for value in good {
          var host = try host()
          let exchange = host.get(target(path.path, without: name) + "&\(name)=\(value)")
          let isOutOfBounds =
            exchange.code == "too-many-pixels" || exchange.parameter == "dpr" || exchange.parameter == "gap"
          // The original is none that can be passed on as a drawing.
          let isNoDrawing = name == "format" && value == "svg" && exchange.parameter == "format"
          let isFine = exchange.status == 200 || isOutOfBounds || isNoDrawing
          #expect(isFine, "\(path.path) \(name)=\(value): \(exchange.detail ?? "")")
          tried += 1
        }
        for value in bad {
          var host = try host()
          let exchange = host.get(target(path.path, without: name) + "&\(name)=\(value)")
          #expect(exchange.code == "invalid-parameter", "\(path.path) \(name)=\(value)")
          #expect(exchange.parameter == name, "\(path.path) \(name)=\(value)")
          tried += 1
        }
      }
    }
    #expect(tried > 400)
  }

  @Test func everyDefaultOfTheDocumentIsOne() throws {
    var tried = 0
    for path in try operations() where !path.path.contains("{") {
      for parameter in path.parameters {
        guard let name = parameter["name"]?.string, let standard = parameter["schema"]?["default"] else { continue }
        let value: String
        switch standard {
        case .number(let text), .string(let text): value = text
        default: continue
        }
        var host = try host()
        let target = target(path.path, without: name)
        let mark = name.hasPrefix("mark") ? "&mark=p/b.jpg" : ""
        guard path.path == "/transform" || path.path == "/grid" || mark.isEmpty else { continue }
        let encoded = PercentCoding.encode(value.utf8, keeping: .unreserved)
        #expect(
          host.get(target + mark + "&\(name)=\(encoded)").key == host.get(target + mark).key, "\(path.path) \(name)")
        tried += 1
      }
    }
    #expect(tried > 30)
  }

  // MARK: Answers

  /// A request for each code that there is an answer with.
  private func problems() throws -> [Exchange] {
    // What a host finds out before there is a request.
    let refusals: [Problem] = [.malformedRequest, .headTooLong, .targetTooLong, .versionNotSupported]
    var exchanges = refusals.map { Exchange(answer: Answer(EdgeHandler.answer(to: $0)), effects: []) }
    let narrow = #"{ "namespace": "narrow", "allowedOrigins": ["a.example"], "allowedExternalSources": [] }"#
    var host = try ScriptedHost(Self.workspace, narrow)
    host.serve("http://a.example/a.jpg", .image(.jpeg, 100, 80))
    host.serve("http://a.example/large", .image(.jpeg, 100, 80, byteCount: 200_000_000))
    host.serve("http://a.example/wide", .image(.jpeg, 20_000, 20_000))
    host.serve("http://a.example/text", .bytes(.unsupported))
    host.serve("http://a.example/damaged", .bytes(.undecodable))
    host.serve("http://a.example/off", .failure(.unreachable))
    host.serve("http://a.example/slow", .failure(.timedOut))
    host.serve("http://a.example/full", .failure(.overloaded))
    host.serve("http://a.example/refused", .status(403))
    host.serve("http://a.example/busy", .status(429))
    for target in [
      "/p/a.jpg?w=0", "/transform/p/a.jpg?src=p/a.jpg", "/transform", "/transform?src=p/..", "/p/\u{7f}",
      "/p/" + String(repeating: "a", count: 9000), "/q/a.jpg", "/nothing", "/p/none", "/p/large", "/p/wide", "/p/text",
      "/p/damaged", "/grid?src=p/none&src=p/off&size=9", "/p/off", "/p/slow", "/p/full", "/p/refused", "/p/busy",
    ] {
      exchanges.append(host.get(target))
    }
    exchanges.append(host.get("/p/a.jpg", host: "nobody.localhost"))
    // A host whose records cannot be reached.
    var away = ScriptedHost(Configuration(workspaces: []))
    away.sites = SiteCache(Configuration(workspaces: []), records: .host)
    exchanges.append(away.get("/p/a.jpg", host: "nobody.localhost"))
    var lacking = try Configuration(json: Array("{\"workspaces\": [\(Self.workspace)]}".utf8))
    lacking.capabilities = Capabilities(unwritable: [.avif], unreadable: [])
    var incapable = ScriptedHost(lacking)
    exchanges.append(incapable.get("/p/a.jpg?format=avif", host: host.defaultHost))
    exchanges.append(host.get("/p/a.jpg", method: "POST"))
    exchanges.append(host.get("/p/a.jpg", [("If-Match", "\"another\"")]))
    let misdirected = ReceivedRequest(
      method: "GET", target: "https://a.localhost/p/a.jpg", fields: [("Host", "a.localhost")], isSecure: false)
    exchanges.append(host.perform(try #require(Request(misdirected))))
    exchanges.append(host.get("/transform?src=http://x.example/a", host: "narrow.localhost"))
    exchanges.append(host.get("/p/a.jpg", [("Origin", "http://x.example")], host: "narrow.localhost"))
    host.renders = [.timedOut, .failed]
    exchanges.append(host.get("/p/a.jpg?w=1"))
    exchanges.append(host.get("/p/a.jpg?w=2"))
    return exchanges
  }

  @Test func theCodesAreThoseThatAreAnswered() throws {
    let document = try document()
    let problems = try problems()
    let listed = document["components"]?["schemas"]?["Problem"]?["properties"]?["code"]?["enum"]?.array
    #expect(Set(try #require(listed).compactMap(\.string)) == Set(problems.compactMap(\.code)))
    for operation in try operations() {
      let responses = try #require(operation.json["responses"]?.members)
      var pairs = Set<String>()
      for response in responses where !["200", "302", "304", "default"].contains(response.name) {
        let content = try resolved(response.value, document)["content"]?["application/problem+json"]
        let properties = try #require(content?["schema"]?["properties"])
        #expect(properties["status"]?["const"]?.int.map(String.init) == response.name)
        for code in try #require(properties["code"]?["enum"]?.array) {
          pairs.insert("\(response.name) \(code.string ?? "")")
        }
      }
      // To another method than the one that is described.
      let answered = problems.filter { $0.code != "method-not-allowed" }.map { "\($0.status) \($0.code ?? "")" }
      #expect(pairs == Set(answered), "\(operation.path)")
      #expect(responses.last?.name == "default")
    }
  }

  /// `docs/problems.md` has the reserved codes too, which nothing is answered with.
  @Test func theCodesAreThoseOfTheirPage() throws {
    let page = try String(contentsOf: Repository.file("docs/problems.md"), encoding: .utf8)
    let entries = page.components(separatedBy: "\n### ").dropFirst().map { $0.components(separatedBy: "\n") }
    let used = entries.filter { !$0[1].contains(". Reserved") }.map { $0[0] }
    #expect(entries.count - used.count == 2)
    let listed = try document()["components"]?["schemas"]?["Problem"]?["properties"]?["code"]?["enum"]?.array
    #expect(Set(try #require(listed).compactMap(\.string)) == Set(used))
  }

  @Test func everyOtherStatusIsListed() throws {
    for operation in try operations() {
      let statuses = try #require(operation.json["responses"]?.members).map(\.name)
      var host = try host()
      let plain = target(operation.path)
      let tag = try #require(host.get(plain)["ETag"])
      #expect(host.get(plain, [("If-None-Match", tag)]).status == 304)
      #expect(statuses.contains("200") && statuses.contains("304"))
      let damaged = (target(operation.path, original: "damaged.jpg") + "&onerror=redirect")
        .replacing("src=p/", with: "src=http://a.example/")
      let status = host.get(damaged.replacing("/format=png/p/", with: "/onerror=redirect/http://a.example/")).status
      #expect((status == 302) == statuses.contains("302"), "\(operation.path)")
    }
  }

  @Test func isAnsweredAsOtherTextIs() throws {
    var host = try host()
    let first = host.get("/api/openapi.json")
    let tag = try #require(first["ETag"])
    #expect(host.get("/api/openapi.json", [("If-None-Match", tag)]).status == 304)
    let head = host.get("/api/openapi.json", method: "HEAD")
    #expect(head.bytes == nil && head["Content-Length"] == first["Content-Length"])
    #expect(host.get("/api/openapi.json", host: "nobody.localhost").code == "unknown-workspace")
    #expect(host.get("/api/other.json").code == "not-found")
    #expect(host.get("/api").code == "not-found")
  }

  @Test func theMarkdownHasARowForEachParameter() {
    let lines = EdgeHandler.reference.split(separator: "\n")
    let rows = lines.filter { $0.hasPrefix("| `") }
    #expect(rows.count == Endpoint.described.map(\.parameters.count).reduce(0, +))
    #expect(lines.filter { $0.hasPrefix("### `GET /") }.count == Endpoint.described.count)
    for row in rows {
      #expect(row.replacingOccurrences("\\|", with: "").filter { $0 == "|" }.count == 5, "\(row)")
    }
  }
}

extension Substring {
  fileprivate func replacingOccurrences(_ text: String, with other: String) -> String {
    split(separator: text, omittingEmptySubsequences: false).joined(separator: other)
  }
}
