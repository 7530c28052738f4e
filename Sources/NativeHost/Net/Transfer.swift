import CCurl
import EdgeHandler
import Glibc
import NIOCore

/// One exchange with an origin.
///
/// Made on the caller's thread and then touched by the loop's thread only, hence `@unchecked Sendable`.
final class Transfer: @unchecked Sendable {
  enum Stage {
    case waiting
    case running(EasyHandle)
    case inflating(Task<Void, Never>)
    case finished
  }

  let request: OutboundRequest
  /// Empty for what is not on a server, which comes to ``FetchFailure/unreachable``.
  let url: String
  let share: Share
  /// Scheme, host and port as they stand in the URL.
  let origin: String
  let start = ContinuousClock.now
  let deadline: ContinuousClock.Instant
  var stage = Stage.waiting

  private var completion: (@Sendable (Fetched) -> Void)?
  private var head = ResponseHead()
  /// The status of the final response; `nil` until its header lines are complete.
  private var status: Int?
  private var coding: Inflation.Coding?
  private var body = ByteBuffer()
  private var holding: Holding?
  /// How much of ``holding`` this has asked for.
  private var heldBytes = 0
  /// Why the exchange was broken off, where that was done here.
  private var failure: FetchFailure?
  private var refusedAddresses = 0
  private var openedSockets = 0

  /// More is not reserved on the word of an origin: the buffer grows as bytes arrive.
  private static let maximumReservation = 4 << 20
  /// A body that nobody wants is read up to this length where it is announced, because that is cheaper than a new connection.
  private static let maximumDrain: Int64 = 16 << 10

  init(
    _ request: OutboundRequest, of share: Share, holding: Holding, completion: @escaping @Sendable (Fetched) -> Void
  ) {
    self.request = request
    url = if case .url(let url) = request.target { url } else { "" }
    self.share = share
    self.holding = holding
    self.completion = completion
    var slashes = 0
    let origin = url.utf8.prefix { byte in
      if byte == UInt8(ascii: "/") { slashes += 1 }
      return slashes < 3 && byte != UInt8(ascii: "?") && byte != UInt8(ascii: "#")
    }
    self.origin = String(decoding: origin, as: UTF8.self)
    deadline = start + .milliseconds(min(max(request.timeoutMilliseconds, 1), 86_400_000))
  }

  // MARK: What libcurl calls

  /// Returns a socket for an address that may be connected to, else -1.
  func openSocket(_ address: IPAddress?, family: Int32, type: Int32, transport: Int32, policy: AddressPolicy) -> Int32 {
    guard let address, type == Int32(SOCK_STREAM.rawValue), policy.permits(address) else {
      refusedAddresses += 1
      return -1
    }
    openedSockets += 1
    return socket(family, type | Int32(SOCK_CLOEXEC.rawValue), transport)
  }

  /// Returns whether to go on.
  func readHead(_ line: UnsafeRawBufferPointer, easy: UnsafeMutableRawPointer) -> Bool {
    switch head.read(line) {
    case .more: return true
    case .tooLong: return stop(.unreachable)
    case .end: break
    }
    let status = ccurl_status(easy)
    guard status >= 200 else { return true }
    self.status = status
    head.isFinal = true
    let length = ccurl_content_length(easy)
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

  /// Returns whether to go on.
  func readBody(_ bytes: UnsafeRawBufferPointer) -> Bool {
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

  /// What is to be done before ``outcome(of:)`` of a body that is complete.
  func inflation(after code: CURLcode) -> Inflation? {
    guard failure == nil, hasBody, code == CURLE_OK, let holding, let coding else { return nil }
    return Inflation(
      compressed: body, coding: coding, maximumBytes: request.maximumBytes, deadline: deadline, holding: holding)
  }

  func outcome(of inflation: Inflation.Outcome) -> Fetched {
    switch inflation {
    case .bytes(let bytes): body = bytes
    case .failed(let failure): self.failure = failure
    }
    return outcome(of: CURLE_OK)
  }

  func outcome(of code: CURLcode) -> Fetched {
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

  func finish(_ outcome: Fetched) {
    stage = .finished
    body = ByteBuffer()
    holding = nil
    let completion = self.completion
    self.completion = nil
    completion?(outcome)
  }
}
