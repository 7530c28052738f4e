import HTTPTypes

/// A request as an HTTP/1.1 server has read it, before anybody has looked at what it says.
public struct ReceivedRequest: Sendable {
  public var method: String
  /// In any of the four forms of RFC 9112, section 3.2.
  public var target: String
  /// All of them, in the order and spelling received.
  public var fields: [(name: String, value: String)]
  public var isHTTP10: Bool
  public var isSecure: Bool

  public init(
    method: String, target: String, fields: [(name: String, value: String)], isHTTP10: Bool = false, isSecure: Bool
  ) {
    self.method = method
    self.target = target
    self.fields = fields
    self.isHTTP10 = isHTTP10
    self.isSecure = isSecure
  }
}

extension Request {
  /// `nil` where RFC 9112, section 3.2, wants status 400: an HTTP/1.1 request without exactly one `Host`.
  public init?(_ received: ReceivedRequest) {
    var fields = HTTPFields()
    fields.reserveCapacity(received.fields.count)
    var host: String?
    for field in received.fields {
      guard let name = HTTPField.Name(field.name) else { return nil }
      if field.name.utf8.count == 4, ASCII.equalsIgnoringCase(field.name.bytes, "host") {
        guard host == nil else { return nil }
        host = field.value
      } else {
        fields.append(HTTPField(name: name, value: field.value))
      }
    }
    guard host != nil || received.isHTTP10 else { return nil }
    let (authority, target) = Self.split(received.target)
    self.init(
      method: received.method, authority: authority ?? host ?? "", target: target, isSecure: received.isSecure,
      fields: fields)
  }

  /// A target in absolute form (section 3.2.2) has an authority of its own, which replaces `Host`.
  private static func split(_ target: String) -> (authority: String?, target: String) {
    let bytes = target.bytes
    guard bytes.first != 0x2F, let colon = bytes.firstIndex(of: 0x3A),
      bytes[colon...].starts(with: "://".utf8),
      ASCII.equalsIgnoringCase(bytes[..<colon], "http") || ASCII.equalsIgnoringCase(bytes[..<colon], "https")
    else { return (nil, target) }
    let rest = bytes[(colon + 3)...]
    let end = rest.firstIndex { $0 == 0x2F || $0 == 0x3F } ?? rest.endIndex
    let path = String(decoding: rest[end...], as: UTF8.self)
    return (String(decoding: rest[..<end], as: UTF8.self), path.utf8.first == 0x2F ? path : "/" + path)
  }
}
