import EdgeHandler
import Net
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
  private var holding: Holding?

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
    case .collect(let maximum, let admission):
      let isHead = head.method == .HEAD
      if let refusal = admission.refusal(request) { return .refusal(refusal, isHead: isHead) }
      guard promised <= maximum else { return .refusal(.bodyTooLarge, isHead: isHead) }
      holding = admission.held.map { Holding(of: $0, leastMaximum: 0) }
      // At once, because a buffer that grows copies what it has. Only pages that are written to take memory.
      body.reserveCapacity(max(promised, 0))
      return expects ? .wantsContinue : .more
    }
  }

  private mutating func add(_ bytes: ByteBuffer, _ policy: HTTPServer.BodyPolicy) -> Result {
    bodyByteCount += bytes.readableBytes
    switch policy {
    case .discard(let maximum):
      return bodyByteCount > maximum ? end(keepsAlive: false) : .more
    case .collect(let maximum, _):
      guard bodyByteCount <= maximum else { return refuseBody(.bodyTooLarge) }
      if let holding, !holding.grow(by: bytes.readableBytes) { return refuseBody(.noRoomForBody) }
      body.writeImmutableBuffer(bytes)
      return .more
    }
  }

  /// What has come of it is let go: the connection may linger.
  private mutating func refuseBody(_ refusal: Refusal) -> Result {
    body = ByteBuffer()
    holding = nil
    return .refusal(refusal, isHead: isHead)
  }

  private mutating func end(keepsAlive: Bool) -> Result {
    guard let head, let request else { return .more }
    defer { self = RequestAssembly() }
    return .request(
      ServerRequest(head: request, body: body, holding: holding), keepsAlive: keepsAlive && head.isKeepAlive,
      isHTTP10: head.version == .http1_0)
  }
}
