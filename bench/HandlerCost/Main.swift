import EdgeHandler
import HTTPTypes

/// What the handler costs for a request that is answered from the store: from the request to the finished answer, without any host.
/// The request is that of `wasm-cost.mjs`. Prints one line of JSON.
@main
struct Main {
  static func main() {
    let handler = EdgeHandler(configuration: .demo)
    var sites = SiteCache(.demo, records: nil)
    let stored = StoredOutput(body: Blob(id: 0), byteCount: 20_000, mediaType: "image/webp", lifetimeSeconds: 1_000_000)
    var fields = HTTPFields()
    fields[.userAgent] = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
    fields[.accept] = "image/avif,image/webp,image/png,image/svg+xml,image/*;q=0.8,*/*;q=0.5"
    fields[.acceptLanguage] = "en-US,en;q=0.5"
    fields[.acceptEncoding] = "gzip, deflate, br, zstd"
    fields[.referer] = "https://www.example.com/"
    fields[.connection] = "keep-alive"
    let request = Request(
      method: "GET", authority: "demo.localhost:8080",
      target: "/samples/lighthouse.jpg?w=800&h=600&fit=cover&quality=75", isSecure: false, fields: fields)

    func run(_ count: Int) -> Bool {
      for number in 0..<count {
        guard let site = sites.find(request, now: Int64(number)).site else { return false }
        let step = handler.handle(request, at: site, context: Context(now: Int64(number), isReady: true))
        guard case .lookUp(_, let then) = step, case .done(let answer) = then(.hit(stored)),
          answer.response.status == 200
        else { return false }
      }
      return true
    }

    let count = 100_000
    let clock = ContinuousClock()
    var isHit = run(count / 10)
    let time = clock.measure { isHit = run(count) && isHit }
    guard isHit else { fatalError("the request is not answered from the store") }
    let microseconds = time / .microseconds(1) / Double(count)
    print("{\"hitMicroseconds\": \(microseconds)}")
  }
}
