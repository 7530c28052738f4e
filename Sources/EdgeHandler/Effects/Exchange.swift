/// A small exchange with a service over HTTP: what is sent and what comes back is text that the handler has written and will read.
///
/// Hosts follow no redirects, use no proxy, keep no cookies and log no body.
public struct ExchangeRequest: Sendable, Equatable {
  public var method: String
  /// An absolute `http` or `https` URL in WHATWG serialisation.
  public var url: String
  /// Exactly the fields to send beside `Host` and `Content-Length`. Names are in lower case.
  public var fields: [OutboundRequest.Field]
  /// At most ``maximumBytes``.
  public var body: [UInt8]
  public var reach: Reach
  /// For the whole exchange, from the look-up of the name to the last byte.
  public var timeoutMilliseconds: Int
  /// How long the host waits before it begins; for another try of what was refused. Not part of the timeout.
  public var delayMilliseconds: Int

  /// The maximum size of a body, either way. As much as one transaction of DynamoDB may hold.
  public static let maximumBytes = 4 << 20

  public enum Reach: Sendable, Equatable {
    /// The addresses that originals may be fetched from.
    case `public`
    /// Any address: the operator's settings name the server.
    case operators
  }

  public init(
    method: String, url: String, fields: [OutboundRequest.Field], body: [UInt8], reach: Reach, timeoutMilliseconds: Int,
    delayMilliseconds: Int = 0
  ) {
    self.method = method
    self.url = url
    self.fields = fields
    self.body = body
    self.reach = reach
    self.timeoutMilliseconds = timeoutMilliseconds
    self.delayMilliseconds = delayMilliseconds
  }
}

public enum ExchangeResult: Sendable, Equatable {
  /// Whatever its status. Of fields there are those that the handler reads.
  case response(status: Int, retryAfter: String?, body: [UInt8])
  /// The server has seen nothing of the request: there is no address, or no connection.
  case notSent
  /// There is no answer, or none that can be understood, or it is too long; the server may have done what it was asked.
  case unanswered
}
