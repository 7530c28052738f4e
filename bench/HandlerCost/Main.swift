import EdgeHandler
import HTTPTypes

/// What the handler costs for a request that is answered from the store: from the request to the finished answer, without any host, beside
/// no other workspace and beside 99,999 others. The request is that of `wasm-cost.mjs`. Prints one line of JSON.
@main
struct Main {
  static func main() {
    let one = Measurement(workspaceCount: 1)
    let many = Measurement(workspaceCount: 100_000)
    // By turns, so that what else the machine does falls on both.
    var times: (one: [Double], many: [Double]) = ([], [])
    for _ in 0..<5 {
      times.one.append(one.hitMicroseconds(count: 20_000))
      times.many.append(many.hitMicroseconds(count: 20_000))
    }
    print(
      "{\"hitMicroseconds\": \(median(times.one)), \"hitAmongManyMicroseconds\": \(median(times.many)), "
        + "\"readManySeconds\": \(many.readSeconds)}")
  }

  private static func median(_ values: [Double]) -> Double {
    values.sorted()[values.count / 2]
  }
}

private final class Measurement {
  /// How long it took to read the workspaces.
  let readSeconds: Double
  private let handler: EdgeHandler
  private var sites: SiteCache
  private let stored = StoredOutput(
    body: Blob(id: 0), byteCount: 20_000, mediaType: "image/webp", lifetimeSeconds: 1_000_000)

  init(workspaceCount: Int) {
    let texts = (1..<max(workspaceCount, 1)).map { number in
      """
      {"namespace": "workspace-\(number)", "allowedOrigins": ["https://www.example.com"], "domains": ["img.\(number).example.com"],
       "sources": {"samples": {"kind": "http", "prefix": "https://origin-\(number).example.com/images/"}}}
      """
    }
    let text = Array("{\"workspaces\": [\(texts.joined(separator: ","))]}".utf8)
    let clock = ContinuousClock()
    let start = clock.now
    guard var configuration = try? Configuration(json: text) else { fatalError("the workspaces cannot be read") }
    configuration.workspaces += Configuration.demo.workspaces
    handler = EdgeHandler(configuration: configuration)
    sites = SiteCache(configuration, records: .host)
    readSeconds = (clock.now - start) / .seconds(1)
  }

  private static let request: Request = {
    var fields = HTTPFields()
    fields[.userAgent] = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
    fields[.accept] = "image/avif,image/webp,image/png,image/svg+xml,image/*;q=0.8,*/*;q=0.5"
    fields[.acceptLanguage] = "en-US,en;q=0.5"
    fields[.acceptEncoding] = "gzip, deflate, br, zstd"
    fields[.referer] = "https://www.example.com/"
    fields[.connection] = "keep-alive"
    return Request(
      method: "GET", authority: "demo.localhost:8080",
      target: "/samples/lighthouse.jpg?w=800&h=600&fit=cover&quality=75", isSecure: false, fields: fields)
  }()

  func hitMicroseconds(count: Int) -> Double {
    _ = run(count / 10)
    let time = ContinuousClock().measure {
      guard run(count) else { fatalError("the request is not answered from the store") }
    }
    return time / .microseconds(1) / Double(count)
  }

  private func run(_ count: Int) -> Bool {
    for number in 0..<count {
      guard let site = sites.find(Self.request, now: Int64(number)).site else { return false }
      let step = handler.handle(Self.request, at: site, context: Context(now: Int64(number), isReady: true))
      guard case .lookUp(_, let then) = step, case .done(let answer) = then(.hit(stored)),
        answer.response.status == 200
      else { return false }
    }
    return true
  }
}
