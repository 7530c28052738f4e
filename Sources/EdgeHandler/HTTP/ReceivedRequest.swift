import HTTPTypes

/// A request as an HTTP/1.1 server has read it, before anybody has looked at what it says.
public struct ReceivedRequest: Sendable {
  public var method: String
  /// In any of the four forms of RFC 9112, section 3.2. A host whose texts cannot hold any byte escapes those past ASCII.
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
  /// A host may drop what comes after so many, and what was dropped could be a second `Host`, or the `Origin`.
  public static let maximumFieldCount = 256

  /// `nil` where RFC 9112, section 3.2, wants status 400: an HTTP/1.1 request without exactly one `Host`, or one whose `Host` is no
  /// host with an optional port; and where there are too many fields.
  public init?(_ received: ReceivedRequest) {
    guard received.fields.count <= Self.maximumFieldCount else { return nil }
    var fields = HTTPFields()
    fields.reserveCapacity(received.fields.count)
    var host: String?
    for field in received.fields {
      guard let name = HTTPField.Name(field.name) else { return nil }
      if field.name.utf8.count == 4, ASCII.equalsIgnoringCase(field.name.bytes, "host") {
        guard host == nil else { return nil }
        // Some hosts leave the blanks behind a value to whoever reads it (RFC 9112, section 5.1).
        host = String(decoding: ASCII.trimmingBlanks(field.value.bytes), as: UTF8.self)
      } else {
        fields.append(HTTPField(name: name, value: field.value))
      }
    }
    guard host != nil || received.isHTTP10 else { return nil }
    let isASCII = received.target.utf8.allSatisfy { $0 < 0x80 }
    let whole = isASCII ? received.target : PercentCoding.escapingNonASCII(received.target.utf8)
    let (authority, target, namesHTTPS) = Self.split(whole)
    guard Self.isAuthority(host), Self.isAuthority(authority) else { return nil }
    self.init(
      method: received.method, authority: authority ?? host ?? "", target: target, isSecure: received.isSecure,
      fields: fields)
    isMisdirected = namesHTTPS && !received.isSecure
  }

  /// Whether a text could be `uri-host [":" port]` (RFC 9110, section 7.2): it has no userinfo and no path, and names one host. A
  /// proxy in front that reads another host out of such a text would store one workspace's answer for another.
  private static func isAuthority(_ text: String?) -> Bool {
    guard let text else { return true }
    return text.utf8.allSatisfy { byte in
      switch byte {
      case 0x00...0x20, 0x7F, UInt8(ascii: "@"), UInt8(ascii: "/"), UInt8(ascii: "\\"), UInt8(ascii: "?"),
        UInt8(ascii: "#"), UInt8(ascii: ","):
        false
      default: true
      }
    }
  }

  /// A target in absolute form (section 3.2.2) has an authority of its own, which replaces `Host`.
  private static func split(_ target: String) -> (authority: String?, target: String, namesHTTPS: Bool) {
    let bytes = target.bytes
    guard bytes.first != 0x2F, let colon = bytes.firstIndex(of: 0x3A), bytes[colon...].starts(with: "://".utf8) else {
      return (nil, target, false)
    }
    let namesHTTPS = ASCII.equalsIgnoringCase(bytes[..<colon], "https")
    guard namesHTTPS || ASCII.equalsIgnoringCase(bytes[..<colon], "http") else { return (nil, target, false) }
    let rest = bytes[(colon + 3)...]
    let end = rest.firstIndex { $0 == 0x2F || $0 == 0x3F } ?? rest.endIndex
    let path = String(decoding: rest[end...], as: UTF8.self)
    let authority = String(decoding: rest[..<end], as: UTF8.self)
    return (authority, path.utf8.first == 0x2F ? path : "/" + path, namesHTTPS)
  }
}
