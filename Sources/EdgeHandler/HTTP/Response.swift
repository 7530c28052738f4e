import HTTPTypes

/// What goes back to the caller, complete: a host adds nothing but `Date` and the framing of its HTTP version.
public struct Response: Sendable, Equatable {
  public var status: Int
  /// Includes `Content-Length` wherever HTTP wants one, also for `HEAD`.
  public var fields: HTTPFields
  public var body: Body
  /// The code of the ``Problem`` that was answered, for the host's log. It is not sent.
  public var problemCode: String?

  public enum Body: Sendable, Equatable {
    case none
    case bytes([UInt8])
    case blob(Blob)
  }

  public init(status: Int, fields: HTTPFields = [:], body: Body = .none) {
    self.status = status
    self.fields = fields
    self.body = body
  }
}
