import Testing

@testable import EdgeHandler

/// What is published of the API is what the handler does: each range is tried at and past its ends.
@Suite struct ReferenceTests {
  private func host() throws -> ScriptedHost {
    var host = try ScriptedHost(
      #"{ "namespace": "acme", "sources": { "p": { "kind": "http", "prefix": "http://a.example/" } } }"#)
    let sample = try #require(Raster(width: 1, height: 1, rgba: [1, 2, 3, 255]))
    host.serve("http://a.example/a.jpg", .image(.jpeg, 100, 80, sample: sample))
    host.serve("http://a.example/b.jpg", .image(.jpeg, 100, 80, sample: sample))
    return host
  }

  private func document() throws -> JSON {
    var host = try host()
    let exchange = host.get("/api/openapi.json")
    #expect(exchange.status == 200)
    #expect(exchange["Content-Type"] == "application/json")
    return try #require(exchange.json)
  }

  /// A request of an endpoint that is answered with 200, without `name`.
  private func target(_ path: String, without name: String) -> String {
    var items =
      path == "/grid" ? [("src", "p/a.jpg"), ("src", "p/b.jpg"), ("w", "8192"), ("h", "100")] : [("src", "p/a.jpg")]
    if path == "/placeholder/blurhash", name == "blurhash" { items = [("w", "9"), ("h", "9")] }
    if path == "/placeholder/color", name == "color" { items = [("w", "9"), ("h", "9")] }
    if path == "/transform", name == "w" { items.append(("fit", "contain")) }
    if path == "/grid", name == "h" || name == "size" { items.append(("dpr", "0.5")) }
    return path + "?" + items.filter { $0.0 != name }.map { "\($0.0)=\($0.1)" }.joined(separator: "&")
  }

  @Test func everyRangeOfTheDocumentHolds() throws {
    let paths = try #require(try document()["paths"]?.members)
    #expect(paths.map(\.name) == EndpointDescription.all.map(\.path))
    var tried = 0
    for path in paths {
      for parameter in try #require(path.value["get"]?["parameters"]?.array) {
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
          } else if schema["maxLength"] == nil {
            bad = ["", "%00", "!", String(repeating: "z", count: 7000)]
          }
        default: break
        }
        for value in good {
          var host = try host()
          let exchange = host.get(target(path.name, without: name) + "&\(name)=\(value)")
          let isOutOfBounds =
            exchange.code == "too-many-pixels" || exchange.parameter == "dpr" || exchange.parameter == "gap"
          #expect(exchange.status == 200 || isOutOfBounds, "\(path.name) \(name)=\(value): \(exchange.detail ?? "")")
          tried += 1
        }
        for value in bad {
          var host = try host()
          let exchange = host.get(target(path.name, without: name) + "&\(name)=\(value)")
          #expect(exchange.code == "invalid-parameter", "\(path.name) \(name)=\(value)")
          #expect(exchange.parameter == name, "\(path.name) \(name)=\(value)")
          tried += 1
        }
      }
    }
    #expect(tried > 400)
  }

  @Test func everyDefaultOfTheDocumentIsOne() throws {
    let paths = try #require(try document()["paths"]?.members)
    var tried = 0
    for path in paths {
      for parameter in try #require(path.value["get"]?["parameters"]?.array) {
        guard let name = parameter["name"]?.string, let standard = parameter["schema"]?["default"] else { continue }
        let value: String
        switch standard {
        case .number(let text), .string(let text): value = text
        default: continue
        }
        var host = try host()
        let target = target(path.name, without: name)
        let mark = name.hasPrefix("mark") ? "&mark=p/b.jpg" : ""
        guard path.name == "/transform" || path.name == "/grid" || mark.isEmpty else { continue }
        let encoded = PercentCoding.encode(value.utf8, keeping: .unreserved)
        #expect(
          host.get(target + mark + "&\(name)=\(encoded)").key == host.get(target + mark).key, "\(path.name) \(name)")
        tried += 1
      }
    }
    #expect(tried > 30)
  }

  @Test func everyCodeIsListed() throws {
    let codes = try document()["components"]?["schemas"]?["Problem"]?["properties"]?["code"]?["enum"]?.array
    #expect(codes?.compactMap(\.string) == Problem.Code.allCases.map(\.name))
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
    #expect(rows.count == EndpointDescription.all.map(\.parameters.count).reduce(0, +))
    #expect(lines.filter { $0.hasPrefix("### `GET /") }.count == EndpointDescription.all.count)
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
