import EdgeHandler
import Glibc

/// The head of a request (RFC 9112, sections 3, 5, 6 and 9.3): what was sent, and what it means for the connection.
struct ReceivedHead {
  /// How long the body is.
  enum Framing {
    case none
    case length(Int)
    case chunked
  }

  var method: String
  /// With bytes past ASCII escaped.
  var target: String
  var isHTTP10: Bool
  /// In the order and spelling received.
  var fields: [(name: String, value: String)] = []
  var framing = Framing.none
  /// Whether another request may follow.
  var keepsAlive: Bool
  /// Whether the caller waits for `100 Continue` before it sends the body (RFC 9110, section 10.1.1).
  var expectsContinue = false

  /// The first field of a name, which is given in lower case.
  func first(_ name: StaticString) -> String? {
    fields.first { Self.equal($0.name.utf8, name) }?.value
  }

  // MARK: Reading

  /// - Parameter bytes: Lines that end with CR and LF, the last of them empty.
  init(_ bytes: Slice<UnsafeRawBufferPointer>) throws(Refusal) {
    var lines = Lines(rest: bytes)
    let line = try RequestLine(lines.next() ?? bytes[bytes.endIndex...])
    method = line.method
    target = line.target
    isHTTP10 = line.isHTTP10
    keepsAlive = !line.isHTTP10
    fields.reserveCapacity(16)
    var length: Int?
    var (isChunked, hasCoding, asksToKeep, asksToClose) = (false, false, false, false)
    var hostCount = 0
    while let line = lines.next(), !line.isEmpty {
      guard let (name, value) = Self.field(line) else { throw .malformed }
      guard fields.count < Request.maximumFieldCount else { throw .headTooLong }
      switch name.count {
      case 4 where Self.equal(name, "host"): hostCount += 1
      case 6 where Self.equal(name, "expect"): expectsContinue = Self.equal(value, "100-continue")
      case 10 where Self.equal(name, "connection"):
        for token in value.split(separator: UInt8(ascii: ",")) {
          if Self.equal(Self.trimmed(token), "close") { asksToClose = true }
          if Self.equal(Self.trimmed(token), "keep-alive") { asksToKeep = true }
        }
      case 14 where Self.equal(name, "content-length"):
        guard length == nil, let count = Self.decimal(value) else { throw .malformed }
        length = count
      case 17 where Self.equal(name, "transfer-encoding"):
        guard !hasCoding, Self.equal(value, "chunked") else { throw .malformed }
        hasCoding = true
        isChunked = true
      default: break
      }
      fields.append((String(decoding: name, as: UTF8.self), String(decoding: value, as: UTF8.self)))
    }
    guard hostCount == 1 || isHTTP10 && hostCount == 0 else { throw .malformed }
    // Two ways to tell the length of a body are how requests are smuggled (RFC 9112, section 6.3).
    guard !isChunked || length == nil else { throw .malformed }
    if isHTTP10 { keepsAlive = asksToKeep }
    // Version 1.0 knows no chunks: who sends them may mean something else (section 6.1). After CONNECT bytes would be a tunnel's.
    if asksToClose || isHTTP10 && isChunked || method == "CONNECT" { keepsAlive = false }
    if method == "CONNECT" { return }
    framing = isChunked ? .chunked : length.map { $0 == 0 ? .none : .length($0) } ?? .none
  }

  /// Method, target and version (RFC 9112, section 3), with one blank between them.
  struct RequestLine {
    var method: String
    var target: String
    var isHTTP10: Bool

    init(_ line: Slice<UnsafeRawBufferPointer>) throws(Refusal) {
      let method = line.prefix { $0 != 0x20 }
      let version = line.suffix(9)
      guard !method.isEmpty, method.allSatisfy(isOfToken), method.endIndex + 1 < version.startIndex,
        version.starts(with: " HTTP/".utf8)
      else { throw .malformed }
      let target = line[(method.endIndex + 1)..<version.startIndex]
      let (major, point, minor) = (version[version.endIndex - 3], version[version.endIndex - 2], version.last ?? 0)
      guard target.allSatisfy({ $0 > 0x20 && $0 != 0x7F }), isDigit(major), point == UInt8(ascii: "."), isDigit(minor),
        major != UInt8(ascii: "0")
      else { throw .malformed }
      guard major == UInt8(ascii: "1") else { throw .versionNotSupported }
      self.method = String(decoding: method, as: UTF8.self)
      let isASCII = target.allSatisfy { $0 < 0x80 }
      self.target = isASCII ? String(decoding: target, as: UTF8.self) : PercentCoding.escapingNonASCII(target)
      // A higher minor version is read as 1.1 (RFC 9110, section 2.5).
      isHTTP10 = minor == UInt8(ascii: "0")
    }
  }

  private struct Lines {
    var rest: Slice<UnsafeRawBufferPointer>

    mutating func next() -> Slice<UnsafeRawBufferPointer>? {
      guard let end = rest.firstIndex(of: 0x0A) else { return nil }
      defer { rest = rest[(end + 1)...] }
      return rest[..<(end - 1)]
    }
  }

  /// Name and value of a field line (section 5); `nil` where it is none, as a line is that goes on with the one before.
  static func field<Line: RandomAccessCollection<UInt8>>(
    _ line: Line
  ) -> (name: Line.SubSequence, value: Line.SubSequence)? {
    guard let colon = line.firstIndex(of: UInt8(ascii: ":")) else { return nil }
    let (name, value) = (line[..<colon], trimmed(line[line.index(after: colon)...]))
    guard !name.isEmpty, name.allSatisfy(isOfToken), value.allSatisfy(isOfValue) else { return nil }
    return (name, value)
  }

  // MARK: Grammar

  /// `tchar` of RFC 9110, section 5.6.2.
  static func isOfToken(_ byte: UInt8) -> Bool {
    switch byte {
    case 0x30...0x39, 0x41...0x5A, 0x61...0x7A: true
    case 0x21, 0x23...0x27, 0x2A, 0x2B, 0x2D, 0x2E, 0x5E...0x60, 0x7C, 0x7E: true
    default: false
    }
  }

  /// What a field value may hold (RFC 9110, section 5.5).
  static func isOfValue(_ byte: UInt8) -> Bool {
    byte >= 0x20 && byte != 0x7F || byte == 0x09
  }

  private static func isDigit(_ byte: UInt8) -> Bool {
    (0x30...0x39).contains(byte)
  }

  private static func trimmed<Text: BidirectionalCollection<UInt8>>(_ text: Text) -> Text.SubSequence
  where Text.SubSequence == Text {
    var text = text
    while let first = text.first, first == 0x20 || first == 0x09 { text = text.dropFirst() }
    while let last = text.last, last == 0x20 || last == 0x09 { text = text.dropLast() }
    return text
  }

  /// `nil` unless it is a number of at most 18 digits.
  private static func decimal(_ text: some Collection<UInt8>) -> Int? {
    guard (1...18).contains(text.count), text.allSatisfy(isDigit) else { return nil }
    return text.reduce(0) { $0 * 10 + Int($1 - 0x30) }
  }

  /// - Parameter name: In lower case.
  private static func equal(_ text: some Collection<UInt8>, _ name: StaticString) -> Bool {
    name.withUTF8Buffer { name in
      text.count == name.count && zip(text, name).allSatisfy { ($0 >= 0x41 && $0 <= 0x5A ? $0 | 0x20 : $0) == $1 }
    }
  }
}
