import CCurl
import EdgeHandler
import Glibc

/// One exchange with a server, of one of two kinds.
///
/// Made on the caller's thread and then touched by the loop's thread only, hence `@unchecked Sendable`.
class Transfer: @unchecked Sendable {
  enum Stage {
    case waiting
    case running(EasyHandle)
    case inflating(Task<Void, Never>)
    case finished
  }

  /// What is sent, and where it may go.
  struct Outbound {
    var method: String
    var url: String
    var fields: [OutboundRequest.Field]
    var body: [UInt8]
    var reach: ExchangeRequest.Reach
    /// Whether it has a connection of its own, because it may not be sent twice.
    var isAlone: Bool
  }

  let outbound: Outbound
  let share: Share
  /// Scheme, host and port as they stand in the URL.
  let origin: String
  let deadline: ContinuousClock.Instant
  final var stage = Stage.waiting
  final private(set) var head = ResponseHead()
  /// The status of the final response; `nil` until its header lines are complete.
  final private(set) var status: Int?
  final private(set) var refusedAddresses = 0
  final private(set) var openedSockets = 0

  init(_ outbound: Outbound, of share: Share, milliseconds: Int) {
    self.outbound = outbound
    self.share = share
    var slashes = 0
    let origin = outbound.url.utf8.prefix { byte in
      if byte == UInt8(ascii: "/") { slashes += 1 }
      return slashes < 3 && byte != UInt8(ascii: "?") && byte != UInt8(ascii: "#")
    }
    self.origin = String(decoding: origin, as: UTF8.self)
    deadline = .now + .milliseconds(min(max(milliseconds, 1), 86_400_000))
  }

  // MARK: What libcurl calls

  /// Returns a socket for an address that may be connected to, else -1.
  final func openSocket(
    _ address: IPAddress?, family: Int32, type: Int32, transport: Int32, policy: AddressPolicy
  ) -> Int32 {
    guard let address, type == Int32(SOCK_STREAM.rawValue), outbound.reach == .operators || policy.permits(address)
    else {
      refusedAddresses += 1
      return -1
    }
    openedSockets += 1
    return socket(family, type | Int32(SOCK_CLOEXEC.rawValue), transport)
  }

  /// Returns whether to go on.
  final func readHead(_ line: UnsafeRawBufferPointer, easy: UnsafeMutableRawPointer) -> Bool {
    switch head.read(line) {
    case .more: return true
    case .tooLong: return refuseHead()
    case .end: break
    }
    let status = ccurl_status(easy)
    guard status >= 200 else { return true }
    self.status = status
    head.isFinal = true
    return begin(ccurl_content_length(easy))
  }

  // MARK: What a kind does otherwise

  /// The final response begins, with a body of so many bytes, or -1 where that is not known. Returns whether to go on.
  func begin(_ length: Int64) -> Bool { true }
  /// The header lines are too long. Returns false.
  func refuseHead() -> Bool { false }
  /// Returns whether to go on.
  func readBody(_ bytes: UnsafeRawBufferPointer) -> Bool { true }
  /// What is to be done with a body that is complete before the transfer is finished.
  func inflation(after code: CURLcode) -> Inflation? { nil }
  func complete(_ inflation: Inflation.Outcome) {}
  func complete(_ code: CURLcode, easy: UnsafeMutableRawPointer) {}
  /// Ends what libcurl has not begun, or is not to go on with.
  func fail(_ failure: FetchFailure) {}
}
