/// The URL parser of the WHATWG URL Standard, section 4.4, reduced to `http` and `https`. Its states have become functions,
/// because for these schemes each part ends at a character that can be looked for.
extension WebURL {
  /// An absolute URL.
  public convenience init(parsing text: String) throws(URLProblem) {
    let url = try Self.parse(text, base: nil)
    self.init(scheme: url.scheme, host: url.host, port: url.port, path: url.path, query: url.query)
  }

  /// What a reference in the answer from this URL means, such as the value of a `Location` field.
  public func resolving(_ reference: String) throws(URLProblem) -> WebURL {
    try Self.parse(reference, base: self)
  }

  private static func parse(_ text: String, base: WebURL?) throws(URLProblem) -> WebURL {
    let input = cleaned(text)[...]
    guard let colon = endOfScheme(input) else {
      guard let base else { throw .relative }
      return try base.resolving(bytes: input)
    }
    guard let scheme = Scheme(input[..<colon]) else { throw .scheme }
    let rest = input[(colon + 1)...]
    // `http:a/b` is relative to a base of the same scheme, as old documents have it.
    if let base, base.scheme == scheme, !rest.starts(with: "//".utf8) {
      return try base.resolving(bytes: rest)
    }
    return try afterScheme(scheme, rest.drop(while: isSlash))
  }

  /// Without C0 controls and spaces around it, tabs, line ends and the fragment.
  private static func cleaned(_ text: String) -> [UInt8] {
    var input: [UInt8] = []
    for byte in text.utf8 {
      if byte == UInt8(ascii: "#") { return input }
      if byte == 0x09 || byte == 0x0A || byte == 0x0D || input.isEmpty && byte <= 0x20 { continue }
      input.append(byte)
    }
    while let last = input.last, last <= 0x20 { input.removeLast() }
    return input
  }

  /// The index of the colon behind the scheme; `nil` where the text does not begin with one.
  private static func endOfScheme(_ input: ArraySlice<UInt8>) -> Int? {
    guard let first = input.first, isLetter(first) else { return nil }
    let end = input.firstIndex { byte in
      !(isLetter(byte) || (0x30...0x39).contains(byte) || byte == UInt8(ascii: "+") || byte == UInt8(ascii: "-")
        || byte == UInt8(ascii: "."))
    }
    guard let end, input[end] == UInt8(ascii: ":") else { return nil }
    return end
  }

  private static func isLetter(_ byte: UInt8) -> Bool {
    (0x61...0x7A).contains(byte | 0x20)
  }

  private static func isSlash(_ byte: UInt8) -> Bool {
    byte == UInt8(ascii: "/") || byte == UInt8(ascii: "\\")
  }

  // MARK: Parts

  /// From the authority on.
  private static func afterScheme(_ scheme: Scheme, _ input: ArraySlice<UInt8>) throws(URLProblem) -> WebURL {
    let end = input.firstIndex { isSlash($0) || $0 == UInt8(ascii: "?") } ?? input.endIndex
    let authority = input[..<end]
    guard !authority.contains(UInt8(ascii: "@")) else { throw .userinfo }
    let (hostText, portText) = splitPort(authority)
    let host = try Host(parsing: hostText)
    let port = try portText.flatMap(port)
    let (path, query) = pathAndQuery(input[end...], onTopOf: [])
    return WebURL(scheme: scheme, host: host, port: port, path: path, query: query)
  }

  /// At the first colon that is not within brackets.
  private static func splitPort(_ authority: ArraySlice<UInt8>) -> (host: ArraySlice<UInt8>, port: ArraySlice<UInt8>?) {
    var isInBrackets = false
    for (index, byte) in zip(authority.indices, authority) {
      switch byte {
      case UInt8(ascii: "["): isInBrackets = true
      case UInt8(ascii: "]"): isInBrackets = false
      case UInt8(ascii: ":") where !isInBrackets: return (authority[..<index], authority[(index + 1)...])
      default: break
      }
    }
    return (authority, nil)
  }

  /// `nil` for no digits, which means the default.
  private static func port(_ text: ArraySlice<UInt8>) throws(URLProblem) -> Int? {
    var value = 0
    for byte in text {
      guard (0x30...0x39).contains(byte) else { throw .port }
      value = value * 10 + Int(byte - 0x30)
      guard value <= 65535 else { throw .port }
    }
    return text.isEmpty ? nil : value
  }

  /// A reference without a scheme, against this URL.
  private func resolving(bytes input: ArraySlice<UInt8>) throws(URLProblem) -> WebURL {
    guard let first = input.first else { return self }
    if first == UInt8(ascii: "?") {
      return WebURL(scheme: scheme, host: host, port: port, path: path, query: Self.encodedQuery(input.dropFirst()))
    }
    var parents: [UInt8] = []
    if Self.isSlash(first) {
      let rest = input.dropFirst()
      if let second = rest.first, Self.isSlash(second) {
        return try Self.afterScheme(scheme, rest.drop(while: Self.isSlash))
      }
    } else {
      parents = Array(path.utf8)
      Self.removeLastSegment(&parents)
    }
    let (path, query) = Self.pathAndQuery(input, onTopOf: parents)
    return WebURL(scheme: scheme, host: host, port: port, path: path, query: query)
  }

  private static func pathAndQuery(
    _ input: ArraySlice<UInt8>, onTopOf parents: [UInt8]
  ) -> (path: String, query: String?) {
    let end = input.firstIndex(of: UInt8(ascii: "?")) ?? input.endIndex
    var segments = input[..<end]
    if let first = segments.first, isSlash(first) { segments = segments.dropFirst() }
    var path = parents
    while true {
      let segmentEnd = segments.firstIndex(where: isSlash) ?? end
      append(segments[..<segmentEnd], isLast: segmentEnd == end, to: &path)
      if segmentEnd == end { break }
      segments = segments[(segmentEnd + 1)...]
    }
    let query = end < input.endIndex ? encodedQuery(input[(end + 1)...]) : nil
    return (String(decoding: path, as: UTF8.self), query)
  }

  /// `path` is empty or begins with a slash, and does not end in one unless its last segment is empty.
  private static func append(_ segment: ArraySlice<UInt8>, isLast: Bool, to path: inout [UInt8]) {
    switch dots(segment) {
    case 1: if isLast { path.append(UInt8(ascii: "/")) }
    case 2:
      removeLastSegment(&path)
      if isLast { path.append(UInt8(ascii: "/")) }
    default:
      path.append(UInt8(ascii: "/"))
      for byte in segment {
        if isInPathEncodeSet(byte) { PercentCoding.appendEscape(of: byte, to: &path) } else { path.append(byte) }
      }
    }
  }

  private static func removeLastSegment(_ path: inout [UInt8]) {
    guard let slash = path.lastIndex(of: UInt8(ascii: "/")) else { return }
    path.removeSubrange(slash...)
  }

  /// How many, where the segment is nothing but one or two dots, plain or `%2e`; 0 for any other.
  private static func dots(_ segment: ArraySlice<UInt8>) -> Int {
    guard (1...6).contains(segment.count) else { return 0 }
    var count = 0
    var rest = segment
    while let first = rest.first {
      if first == UInt8(ascii: ".") {
        rest = rest.dropFirst()
      } else if rest.starts(with: "%2e".utf8) || rest.starts(with: "%2E".utf8) {
        rest = rest.dropFirst(3)
      } else {
        return 0
      }
      count += 1
    }
    return count <= 2 ? count : 0
  }

  private static func encodedQuery(_ input: ArraySlice<UInt8>) -> String {
    var query: [UInt8] = []
    for byte in input {
      if isInQueryEncodeSet(byte) { PercentCoding.appendEscape(of: byte, to: &query) } else { query.append(byte) }
    }
    return String(decoding: query, as: UTF8.self)
  }

  // MARK: Percent-encode sets, section 1.3 of the standard

  private static func isInPathEncodeSet(_ byte: UInt8) -> Bool {
    switch byte {
    case 0x00...0x20, 0x7F..., UInt8(ascii: "\""), UInt8(ascii: "#"), UInt8(ascii: "<"), UInt8(ascii: ">"),
      UInt8(ascii: "?"), UInt8(ascii: "^"), UInt8(ascii: "`"), UInt8(ascii: "{"), UInt8(ascii: "}"):
      true
    default: false
    }
  }

  private static func isInQueryEncodeSet(_ byte: UInt8) -> Bool {
    switch byte {
    case 0x00...0x20, 0x7F..., UInt8(ascii: "\""), UInt8(ascii: "#"), UInt8(ascii: "<"), UInt8(ascii: ">"),
      UInt8(ascii: "'"):
      true
    default: false
    }
  }
}

extension WebURL.Scheme {
  /// In any case.
  fileprivate init?(_ text: ArraySlice<UInt8>) {
    let name = text.map { $0 | 0x20 }
    if name.elementsEqual("http".utf8) {
      self = .http
    } else if name.elementsEqual("https".utf8) {
      self = .https
    } else {
      return nil
    }
  }
}
