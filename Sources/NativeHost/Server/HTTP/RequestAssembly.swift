import EdgeHandler
import NIOCore
import NIOHTTP1

/// Makes requests of the parts that NIO's decoder gives.
struct RequestAssembly {
  enum Result {
    case more
    /// The caller waits for `100 Continue` before it sends the body (RFC 9110, section 10.1.1).
    case wantsContinue
    /// When `keepsAlive` is false, nothing that follows is to be read.
    case request(ServerRequest, keepsAlive: Bool, isHTTP10: Bool)
    case refusal(Refusal, isHead: Bool)
  }

  private var head: HTTPRequestHead?
  private var request: Request?
  private var body = ByteBuffer()
  private var bodyByteCount = 0

  /// Whether no request has begun.
  var isEmpty: Bool { head == nil }

  /// Whether the request that has begun is a `HEAD`.
  var isHead: Bool { head?.method == .HEAD }

  mutating func add(_ part: HTTPServerRequestPart, _ configuration: HTTPServer.Configuration) -> Result {
    switch part {
    case .head(let head): begin(head, configuration)
    case .body(let bytes): add(bytes, configuration.body)
    case .end: end(keepsAlive: true)
    }
  }

  private mutating func begin(_ head: HTTPRequestHead, _ configuration: HTTPServer.Configuration) -> Result {
    let isSecure = configuration.trustsForwardedProtocol && head.headers.first(name: "X-Forwarded-Proto") == "https"
    guard let request = Request(head, isSecure: isSecure) else {
      return .refusal(.malformed, isHead: head.method == .HEAD)
    }
    self.head = head
    self.request = request
    let expects = head.headers.first(name: "Expect")?.lowercased() == "100-continue"
    let promised = head.headers.first(name: "Content-Length").flatMap { Int($0) } ?? 0
    switch configuration.body {
    case .discard(let maximum):
      // The answer does not depend on the body, so that the caller need not send it.
      return expects || promised > maximum ? end(keepsAlive: false) : .more
    case .collect(let maximum):
      guard promised <= maximum else { return .refusal(.bodyTooLarge, isHead: head.method == .HEAD) }
      return expects ? .wantsContinue : .more
    }
  }

  private mutating func add(_ bytes: ByteBuffer, _ policy: HTTPServer.BodyPolicy) -> Result {
    bodyByteCount += bytes.readableBytes
    switch policy {
    case .discard(let maximum):
      return bodyByteCount > maximum ? end(keepsAlive: false) : .more
    case .collect(let maximum):
      guard bodyByteCount <= maximum else { return .refusal(.bodyTooLarge, isHead: isHead) }
      body.writeImmutableBuffer(bytes)
      return .more
    }
  }

  private mutating func end(keepsAlive: Bool) -> Result {
    guard let head, let request else { return .more }
    defer { self = RequestAssembly() }
    return .request(
      ServerRequest(head: request, body: body), keepsAlive: keepsAlive && head.isKeepAlive,
      isHTTP10: head.version == .http1_0)
  }
}
