import EdgeHandler
import Net
import NIOCore

/// Makes requests of the parts that the decoder gives.
struct RequestAssembly {
  enum Result {
    case more
    /// The caller waits for `100 Continue` before it sends the body (RFC 9110, section 10.1.1).
    case wantsContinue
    /// When `keepsAlive` is false, nothing that follows is to be read.
    case request(ServerRequest, keepsAlive: Bool, isHTTP10: Bool)
    case refusal(Refusal)
  }

  private var head: ReceivedHead?
  private var request: Request?
  private var body = ByteBuffer()
  private var bodyByteCount = 0
  private var holding: Holding?

  /// Whether no request has begun.
  var isEmpty: Bool { head == nil }

  mutating func add(_ part: RequestDecoder.Part, _ configuration: HTTPServer.Configuration) -> Result {
    switch part {
    case .head(let head): begin(head, configuration)
    case .body(let bytes): add(bytes, configuration.body)
    case .end: end(keepsAlive: true)
    }
  }

  private mutating func begin(_ head: ReceivedHead, _ configuration: HTTPServer.Configuration) -> Result {
    let isSecure = configuration.trustsForwardedProtocol && head.first("x-forwarded-proto") == "https"
    guard let request = Request(head, isSecure: isSecure) else { return .refusal(.malformed) }
    self.head = head
    self.request = request
    let promised = if case .length(let count) = head.framing { count } else { 0 }
    switch configuration.body {
    case .discard(let maximum):
      // The answer does not depend on the body, so that the caller need not send it.
      return head.expectsContinue || promised > maximum ? end(keepsAlive: false) : .more
    case .collect(let maximum, let admission):
      if let refusal = admission.refusal(request) { return .refusal(refusal) }
      guard promised <= maximum else { return .refusal(.bodyTooLarge) }
      holding = admission.held.map { Holding(of: $0, share: nil, largest: 0) }
      // At once, because a buffer that grows copies what it has. Only pages that are written to take memory.
      body.reserveCapacity(max(promised, 0))
      return head.expectsContinue ? .wantsContinue : .more
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
    return .refusal(refusal)
  }

  private mutating func end(keepsAlive: Bool) -> Result {
    guard let head, let request else { return .more }
    defer { self = RequestAssembly() }
    return .request(
      ServerRequest(head: request, body: body, holding: holding), keepsAlive: keepsAlive && head.keepsAlive,
      isHTTP10: head.isHTTP10)
  }
}

extension Request {
  fileprivate init?(_ head: ReceivedHead, isSecure: Bool) {
    self.init(
      ReceivedRequest(
        method: head.method, target: head.target, fields: head.fields, isHTTP10: head.isHTTP10, isSecure: isSecure))
  }
}
