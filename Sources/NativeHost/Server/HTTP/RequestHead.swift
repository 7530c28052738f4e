import EdgeHandler
import HTTPTypes
import NIOHTTP1

extension Request {
  /// `nil` where RFC 9112, section 3.2, wants status 400: an HTTP/1.1 request without exactly one `Host`.
  init?(_ head: HTTPRequestHead, isSecure: Bool) {
    var fields = HTTPFields()
    fields.reserveCapacity(head.headers.count)
    var host: String?
    for (name, value) in head.headers {
      guard let name = HTTPField.Name(name) else { return nil }
      if name.canonicalName == "host" {
        guard host == nil else { return nil }
        host = value
      } else {
        fields.append(HTTPField(name: name, value: value))
      }
    }
    guard host != nil || head.version == .http1_0 else { return nil }
    let (authority, target) = Self.split(head.uri)
    self.init(
      method: head.method.rawValue, authority: authority ?? host ?? "", target: target, isSecure: isSecure,
      fields: fields)
  }

  /// A target in absolute form (section 3.2.2) has an authority of its own, which replaces `Host`.
  private static func split(_ target: String) -> (authority: String?, target: String) {
    let bytes = target.utf8
    guard bytes.first != 0x2F, let colon = bytes.firstIndex(of: 0x3A),
      bytes[colon...].starts(with: "://".utf8),
      isScheme(bytes[..<colon])
    else { return (nil, target) }
    let rest = bytes[bytes.index(colon, offsetBy: 3)...]
    let end = rest.firstIndex { $0 == 0x2F || $0 == 0x3F } ?? rest.endIndex
    let path = String(decoding: rest[end...], as: UTF8.self)
    return (String(decoding: rest[..<end], as: UTF8.self), path.utf8.first == 0x2F ? path : "/" + path)
  }

  private static func isScheme(_ bytes: Substring.UTF8View) -> Bool {
    let text = String(decoding: bytes.map { $0 | 0x20 }, as: UTF8.self)
    return text == "http" || text == "https"
  }
}
