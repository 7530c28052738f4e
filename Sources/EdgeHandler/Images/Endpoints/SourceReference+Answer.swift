/// What an answer with a body tells of the original.
extension SourceReference {
  /// By the last segment of its path.
  var fileName: FileName {
    let path: String
    switch location {
    case .url(let url):
      path = PercentCoding.decode(url.path.bytes).flatMap(UTF8Sequence.string) ?? url.path
    case .object(_, let key): path = key
    case .bundled(let name): path = name
    }
    let bytes = path.bytes
    let start = bytes.lastIndex(of: UInt8(ascii: "/")).map { $0 + 1 } ?? bytes.startIndex
    return FileName(String(decoding: bytes[start...], as: UTF8.self))
  }

  /// The value of `Link` that names the original as the canonical picture (RFC 6596); `nil` where its URL is not public.
  var canonicalLink: String? {
    guard source == nil, case .url(let url) = location else { return nil }
    return "<" + url.serialized + ">; rel=\"canonical\""
  }
}
