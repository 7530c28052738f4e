import EdgeHandler
import HTTPTypes
import Net
import NIOCore

/// What an ``HTTPServer`` serves: a function from request to answer.
///
/// Law of this folder: everything that HTTP/1.1 asks of a server between the socket and the answer is here, and nothing here knows
/// what is served.
public protocol Responder: Sendable {
  /// Called on the connection's event loop, which it must not hold up.
  ///
  /// - Parameter reply: To be called once, on `loop`; at once or later.
  /// - Returns: What to do when the caller goes away before the reply; `nil` if nothing.
  func respond(
    to request: ServerRequest, on loop: any EventLoop, reply: @escaping @Sendable (ServerResponse) -> Void
  ) -> (@Sendable () -> Void)?

  /// The answer to what no responder gets to see, after which the connection is closed.
  func refuse(_ refusal: Refusal) -> ServerResponse
}

public struct ServerRequest: Sendable {
  public var head: Request
  /// Empty unless the server collects bodies.
  public var body: ByteBuffer
  /// What the body takes of the bytes that may be held; to be kept for as long as the body is.
  var holding: Holding?
}

public struct ServerResponse: Sendable {
  public var status: Int
  /// Complete but for `Date` and `Connection`.
  public var fields: HTTPFields
  public var body: ByteBuffer?
  /// ``status`` and ``fields`` as ``prepare()`` has written them.
  private(set) var preparedHead: ByteBuffer?

  public init(status: Int, fields: HTTPFields = [:], body: ByteBuffer? = nil) {
    self.status = status
    self.fields = fields
    self.body = body
  }

  /// What a prepared answer takes beside its body, in bytes: its fields, and the same as text.
  var headByteCount: Int { 2 * (preparedHead?.readableBytes ?? 0) }

  /// Writes the head now, for an answer that is sent again and again. It must not be changed any more.
  mutating func prepare() {
    var head = ByteBuffer()
    ResponseHeadWriter.write(status, fields, into: &head)
    preparedHead = head
  }
}

/// Why the server passes nothing on of what it received.
public enum Refusal: Error, Sendable, Equatable {
  /// Not HTTP/1.1 as RFC 9112 has it, or not one `Host` (section 3.2).
  case malformed
  /// The body is larger than the server takes.
  case bodyTooLarge
  /// The head is enough to say so, and no body has been read. The status is 401, 403, 404, 405 or 415.
  case notAdmitted(status: Int)
  /// The bodies of all requests take as much as they are allowed to.
  case noRoomForBody
  /// The fields are longer, or more, than the server takes.
  case headTooLong
  /// The end of the request target has not come before the limit of a head.
  case targetTooLong
  /// HTTP/2 or later, as in the preface of a client that has not asked (RFC 9113, section 3.4).
  case versionNotSupported
  /// There are as many connections as are allowed.
  case overloaded
}
