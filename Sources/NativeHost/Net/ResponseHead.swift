/// Picks out of a response's header lines the few that count.
struct ResponseHead {
  enum Event {
    case more
    /// The empty line: the lines of this response, final or interim, are over.
    case end
    case tooLong
  }

  /// The maximum size of all header lines of an exchange together, in bytes, interim responses and trailers included.
  /// Apache and nginx refuse half of this.
  static let maximumBytes = 64 << 10

  private(set) var location: String?
  private(set) var contentType: String?
  private(set) var contentRange: String?
  private(set) var retryAfter: String?
  /// The values of all `Content-Encoding` fields, joined by commas.
  private(set) var contentEncoding = ""
  /// Once set, lines (of trailers) count and say nothing.
  var isFinal = false
  private var byteCount = 0

  /// `line` with its line end, as libcurl hands it over.
  mutating func read(_ line: UnsafeRawBufferPointer) -> Event {
    byteCount += line.count
    guard byteCount <= Self.maximumBytes else { return .tooLong }
    if isFinal { return .more }
    let line = line.prefix { $0 != UInt8(ascii: "\r") && $0 != UInt8(ascii: "\n") }
    if line.isEmpty { return .end }
    guard let colon = line.firstIndex(of: UInt8(ascii: ":")) else {
      // A status line begins a response; what an interim one said is not the answer's.
      if line.starts(with: "HTTP/".utf8) { self = ResponseHead(byteCount: byteCount) }
      return .more
    }
    let name = Self.lowercase(line[..<colon])
    let value = Self.trim(line[(colon + 1)...])
    switch name {
    case "location": location = location ?? Self.percentEncode(value)
    case "content-type": contentType = contentType ?? String(decoding: value, as: UTF8.self)
    case "content-range": contentRange = contentRange ?? String(decoding: value, as: UTF8.self)
    case "retry-after": retryAfter = retryAfter ?? String(decoding: value, as: UTF8.self)
    case "content-encoding":
      contentEncoding += (contentEncoding.isEmpty ? "" : ",") + String(decoding: value, as: UTF8.self)
    default: break
    }
    return .more
  }

  init() {}

  private init(byteCount: Int) {
    self.byteCount = byteCount
  }

  private static func trim(_ text: Slice<UnsafeRawBufferPointer>) -> Slice<UnsafeRawBufferPointer> {
    func isSpace(_ byte: UInt8) -> Bool { byte == UInt8(ascii: " ") || byte == UInt8(ascii: "\t") }
    var text = text.drop(while: isSpace)
    while let last = text.last, isSpace(last) { text.removeLast() }
    return text
  }

  /// Percent-encodes bytes above 0x7F: their character encoding is unknown, and in a URL they stand for themselves so.
  private static func percentEncode(_ text: Slice<UnsafeRawBufferPointer>) -> String {
    let digits = Array("0123456789ABCDEF".utf8)
    var bytes: [UInt8] = []
    for byte in text {
      bytes += byte < 0x80 ? [byte] : [UInt8(ascii: "%"), digits[Int(byte >> 4)], digits[Int(byte & 15)]]
    }
    return String(decoding: bytes, as: UTF8.self)
  }

  private static func lowercase(_ text: Slice<UnsafeRawBufferPointer>) -> String {
    String(decoding: text.map { (0x41...0x5A).contains($0) ? $0 | 0x20 : $0 }, as: UTF8.self)
  }
}
