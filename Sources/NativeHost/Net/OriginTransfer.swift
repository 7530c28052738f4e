import CCurl
import EdgeHandler
import NIOCore

/// The fetch of an original.
final class OriginTransfer: Transfer, @unchecked Sendable {
  private let request: OutboundRequest
  private let start = ContinuousClock.now
  private var completion: (@Sendable (Fetched) -> Void)?
  private var coding: Inflation.Coding?
  private var body = ByteBuffer()
  private var holding: Holding?
  /// How much of ``holding`` this has asked for.
  private var heldBytes = 0
  /// Why the exchange was broken off, where that was done here.
  private var failure: FetchFailure?

  /// More is not reserved on the word of an origin: the buffer grows as bytes arrive.
  private static let maximumReservation = 4 << 20
  /// A body that nobody wants is read up to this length where it is announced, because that is cheaper than a new connection.
  private static let maximumDrain: Int64 = 16 << 10

  init(
    _ request: OutboundRequest, of share: Share, holding: Holding, completion: @escaping @Sendable (Fetched) -> Void
  ) {
    self.request = request
    self.holding = holding
    self.completion = completion
    // What is not on a server has no URL, and comes to ``FetchFailure/unreachable``.
    let url = if case .url(let url) = request.target { url } else { "" }
    super.init(
      Outbound(method: "GET", url: url, fields: request.fields, body: [], reach: .public, isAlone: false), of: share,
      milliseconds: request.timeoutMilliseconds)
  }

  // MARK: What libcurl calls

  override func refuseHead() -> Bool { stop(.unreachable) }

  override func begin(_ length: Int64) -> Bool {
    guard hasBody else { return length >= 0 && length <= Self.maximumDrain }
    // The limit of bytes is on what comes and on what comes out.
    switch ContentDecoding(contentEncoding: head.contentEncoding) {
    case .none: break
    case .gzip: coding = .gzip
    case .deflate: coding = .deflate
    case .refused(let refused): return stop(.encoded(refused))
    }
    if length > Int64(request.maximumBytes) { return stop(.tooLarge) }
    if length > 0 {
      // All at once: of several that come at the same time and do not fit together, some then have room, and not each a part of it.
      guard hold(Int(length)) else { return stop(.overloaded) }
      body.reserveCapacity(min(Int(length), Self.maximumReservation))
    }
    return true
  }

  /// Whether the body of this status is wanted.
  private var hasBody: Bool { status == 200 || status == 203 || status == 206 }

  override func readBody(_ bytes: UnsafeRawBufferPointer) -> Bool {
    guard hasBody else { return true }
    guard bytes.count <= request.maximumBytes - body.readableBytes else { return stop(.tooLarge) }
    guard hold(body.readableBytes + bytes.count) else { return stop(.overloaded) }
    body.writeBytes(bytes)
    return true
  }

  /// Whether there is room for a body of so many bytes.
  private func hold(_ count: Int) -> Bool {
    guard count > heldBytes else { return true }
    guard holding?.grow(by: count - heldBytes) == true else { return false }
    heldBytes = count
    return true
  }

  private func stop(_ failure: FetchFailure) -> Bool {
    self.failure = failure
    return false
  }

  // MARK: What comes of it

  override func inflation(after code: CURLcode) -> Inflation? {
    guard failure == nil, hasBody, code == CURLE_OK, let holding, let coding else { return nil }
    return Inflation(
      compressed: body, coding: coding, maximumBytes: request.maximumBytes, deadline: deadline, holding: holding)
  }

  override func complete(_ inflation: Inflation.Outcome) {
    switch inflation {
    case .bytes(let bytes): body = bytes
    case .failed(let failure): self.failure = failure
    }
    finish(outcome(of: CURLE_OK))
  }

  override func complete(_ code: CURLcode, easy: UnsafeMutableRawPointer) {
    finish(outcome(of: code))
  }

  override func fail(_ failure: FetchFailure) {
    finish(.failed(failure))
  }

  private func outcome(of code: CURLcode) -> Fetched {
    if let failure { return .failed(failure) }
    if let status, let holding, !hasBody || code == CURLE_OK {
      return .response(
        status: status, location: head.location, contentType: head.contentType, contentRange: head.contentRange,
        retryAfter: head.retryAfter, body: body, holding: holding,
        milliseconds: Int((ContinuousClock.now - start) / .milliseconds(1)))
    }
    if code == CURLE_OPERATION_TIMEDOUT { return .failed(.timedOut) }
    if refusedAddresses > 0, openedSockets == 0 { return .failed(.addressRefused) }
    return .failed(.unreachable)
  }

  private func finish(_ outcome: Fetched) {
    stage = .finished
    body = ByteBuffer()
    holding = nil
    let completion = self.completion
    self.completion = nil
    completion?(outcome)
  }
}
