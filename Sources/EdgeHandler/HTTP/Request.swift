import HTTPTypes

/// A request as received. A host passes it on untouched: every check is ours.
public struct Request: Sendable {
  public var method: String
  /// The `Host` field, empty where there is none.
  public var authority: String
  /// The request target in origin form: path and query, as sent.
  public var target: String
  /// Whether the caller's own connection is encrypted, as far as the host knows.
  public var isSecure: Bool
  /// Whether the target says `https` although the connection, as far as the host knows, is not encrypted (RFC 9110, section 7.4).
  public var isMisdirected = false
  public var fields: HTTPFields

  public init(method: String, authority: String, target: String, isSecure: Bool, fields: HTTPFields) {
    self.method = method
    self.authority = authority
    self.target = target
    self.isSecure = isSecure
    self.fields = fields
  }
}

extension Request {
  /// Requests that agree in these fields, and in everything else that is no field, get the same decision: a field must be listed
  /// here before the handler may read it.
  public static let decisiveFields: [HTTPField.Name] = [.accept, .cdnLoop, .ifMatch, .ifNoneMatch, .origin]
}

/// What a decision depends on beside the request and the configuration.
public struct Context: Sendable {
  /// Unix time in seconds.
  public var now: Int64
  /// Whether the host would take work now.
  public var isReady: Bool

  public init(now: Int64, isReady: Bool) {
    self.now = now
    self.isReady = isReady
  }
}

/// The methods that are answered; anything else is 405.
enum Method: Sendable {
  case get, head, options

  static let allow = "GET, HEAD, OPTIONS"

  init?(_ name: String) {
    switch name {
    case "GET": self = .get
    case "HEAD": self = .head
    case "OPTIONS": self = .options
    default: return nil
    }
  }
}
