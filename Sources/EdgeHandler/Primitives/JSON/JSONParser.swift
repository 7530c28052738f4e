extension JSON {
  /// The deepest nesting of arrays and objects that is read: recursion stays bounded on the small stack of wasm.
  public static let maximumDepth = 64
  /// The longest number, in characters. None that means anything here comes near it.
  public static let maximumNumberLength = 64

  /// Exactly one value by the grammar of RFC 8259, in UTF-8 without a byte order mark.
  ///
  /// Stricter than the grammar where RFC 8259 leaves it to the reader: names of an object are unique (compared as bytes
  /// after escapes are resolved), no escape makes half of a surrogate pair, and ``maximumDepth`` and ``maximumNumberLength``
  /// hold. Takes time in proportion to the text, times the logarithm of an object's count of members.
  public static func parse(_ text: [UInt8], maximumBytes: Int = 4 << 20) throws(JSONError) -> JSON {
    guard text.count <= maximumBytes else {
      throw JSONError(offset: max(0, maximumBytes), reason: "the text is too long")
    }
    var parser = JSONParser(text)
    return try parser.parse()
  }
}

/// Recursive descent over bytes.
private struct JSONParser {
  private let text: [UInt8]
  private var position = 0

  init(_ text: [UInt8]) {
    self.text = text
  }

  mutating func parse() throws(JSONError) -> JSON {
    skipBlanks()
    let value = try value(depth: 0)
    skipBlanks()
    guard position == text.count else { throw fault("more follows the value") }
    return value
  }

  private var next: UInt8? {
    position < text.count ? text[position] : nil
  }

  private func fault(_ reason: String) -> JSONError {
    JSONError(offset: position, reason: position < text.count ? reason : "the text ends too early")
  }

  private mutating func skipBlanks() {
    while let byte = next, byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 {
      position += 1
    }
  }

  /// `depth` is the count of arrays and objects around the value.
  private mutating func value(depth: Int) throws(JSONError) -> JSON {
    switch next {
    case UInt8(ascii: "\""): return .string(try string())
    case UInt8(ascii: "{"): return .object(try members(depth: depth))
    case UInt8(ascii: "["): return .array(try elements(depth: depth))
    case UInt8(ascii: "t"):
      try literal("true")
      return .bool(true)
    case UInt8(ascii: "f"):
      try literal("false")
      return .bool(false)
    case UInt8(ascii: "n"):
      try literal("null")
      return .null
    default: return .number(try number())
    }
  }

  private mutating func literal(_ word: StaticString) throws(JSONError) {
    let length = word.utf8CodeUnitCount
    let matches =
      text.count - position >= length && word.withUTF8Buffer { text[position..<position + length].elementsEqual($0) }
    guard matches else { throw JSONError(offset: position, reason: "not a value") }
    position += length
  }

  // MARK: Arrays and objects

  private mutating func elements(depth: Int) throws(JSONError) -> [JSON] {
    guard depth < JSON.maximumDepth else { throw fault("the value is nested too deeply") }
    position += 1
    var elements: [JSON] = []
    skipBlanks()
    if next == UInt8(ascii: "]") {
      position += 1
      return elements
    }
    while true {
      elements.append(try value(depth: depth + 1))
      skipBlanks()
      let separator = next
      guard separator == UInt8(ascii: ",") || separator == UInt8(ascii: "]") else {
        throw fault("a comma or a closing bracket is missing")
      }
      position += 1
      if separator == UInt8(ascii: "]") { return elements }
      skipBlanks()
    }
  }

  private mutating func members(depth: Int) throws(JSONError) -> [JSON.Member] {
    guard depth < JSON.maximumDepth else { throw fault("the value is nested too deeply") }
    let start = position
    position += 1
    var members: [JSON.Member] = []
    skipBlanks()
    if next == UInt8(ascii: "}") {
      position += 1
      return members
    }
    while true {
      guard next == UInt8(ascii: "\"") else { throw fault("the name of a member is missing") }
      let name = try string()
      skipBlanks()
      guard next == UInt8(ascii: ":") else { throw fault("a colon is missing") }
      position += 1
      skipBlanks()
      members.append(JSON.Member(name, try value(depth: depth + 1)))
      skipBlanks()
      let separator = next
      guard separator == UInt8(ascii: ",") || separator == UInt8(ascii: "}") else {
        throw fault("a comma or a closing brace is missing")
      }
      position += 1
      if separator == UInt8(ascii: "}") {
        if let name = repeatedName(in: members) {
          throw JSONError(offset: start, reason: "the object has two members named \"" + name + "\"")
        }
        return members
      }
      skipBlanks()
    }
  }

  /// Small objects, which nearly all are, are compared pair by pair. Large ones are sorted, so that a hostile text costs no
  /// more than its length times the logarithm of its count of members; a table of hashes would need a secret to promise that.
  private func repeatedName(in members: [JSON.Member]) -> String? {
    guard members.count > 1 else { return nil }
    if members.count <= 12 {
      for index in 1..<members.count {
        for earlier in 0..<index where members[earlier].name == members[index].name {
          return members[index].name
        }
      }
      return nil
    }
    let names = members.map { $0.name }.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
    for index in 1..<names.count where names[index - 1] == names[index] {
      return names[index]
    }
    return nil
  }

  // MARK: Strings

  private mutating func string() throws(JSONError) -> String {
    position += 1
    let start = position
    try skipPlainCharacters()
    if next == UInt8(ascii: "\"") {
      let value = String(decoding: text[start..<position], as: UTF8.self)
      position += 1
      return value
    }
    var bytes = Array(text[start..<position])
    while next == UInt8(ascii: "\\") {
      try appendEscape(to: &bytes)
      let start = position
      try skipPlainCharacters()
      bytes.append(contentsOf: text[start..<position])
    }
    guard next == UInt8(ascii: "\"") else { throw fault("a closing quotation mark is missing") }
    position += 1
    return String(decoding: bytes, as: UTF8.self)
  }

  /// Up to a quotation mark, a backslash or the end.
  private mutating func skipPlainCharacters() throws(JSONError) {
    while position < text.count {
      let byte = text[position]
      if byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\") { return }
      if byte < 0x20 { throw fault("a control character in a string must be escaped") }
      guard let length = UTF8Sequence.length(in: text, at: position) else {
        throw JSONError(offset: position, reason: "the text is not UTF-8")
      }
      position += length
    }
  }

  private mutating func appendEscape(to bytes: inout [UInt8]) throws(JSONError) {
    let start = position
    position += 1
    guard let kind = next else { throw fault("") }
    position += 1
    switch kind {
    case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): bytes.append(kind)
    case UInt8(ascii: "b"): bytes.append(0x08)
    case UInt8(ascii: "f"): bytes.append(0x0C)
    case UInt8(ascii: "n"): bytes.append(0x0A)
    case UInt8(ascii: "r"): bytes.append(0x0D)
    case UInt8(ascii: "t"): bytes.append(0x09)
    case UInt8(ascii: "u"): appendUTF8(of: try escapedScalar(from: start), to: &bytes)
    default: throw JSONError(offset: start, reason: "not an escape")
    }
  }

  /// After `\u`; where this is the first half of a surrogate pair, the second half is read too.
  private mutating func escapedScalar(from start: Int) throws(JSONError) -> UInt32 {
    let unit = try codeUnit()
    guard (0xD800...0xDFFF).contains(unit) else { return unit }
    let loneSurrogate = JSONError(offset: start, reason: "half of a surrogate pair")
    guard unit < 0xDC00, next == UInt8(ascii: "\\") else { throw loneSurrogate }
    position += 1
    guard next == UInt8(ascii: "u") else { throw loneSurrogate }
    position += 1
    let second = try codeUnit()
    guard (0xDC00...0xDFFF).contains(second) else { throw loneSurrogate }
    return 0x10000 + ((unit & 0x3FF) << 10 | (second & 0x3FF))
  }

  private mutating func codeUnit() throws(JSONError) -> UInt32 {
    var unit: UInt32 = 0
    for _ in 0..<4 {
      guard let digit = next, let value = Hexadecimal.value(digit) else {
        throw fault("an escape needs four hexadecimal digits")
      }
      unit = unit << 4 | UInt32(value)
      position += 1
    }
    return unit
  }

  private func appendUTF8(of scalar: UInt32, to bytes: inout [UInt8]) {
    func continuation(_ shift: UInt32) -> UInt8 { UInt8(0x80 | (scalar >> shift) & 0x3F) }
    switch scalar {
    case 0..<0x80: bytes.append(UInt8(truncatingIfNeeded: scalar))
    case 0x80..<0x800:
      bytes.append(UInt8(truncatingIfNeeded: 0xC0 | scalar >> 6))
      bytes.append(continuation(0))
    case 0x800..<0x10000:
      bytes.append(UInt8(truncatingIfNeeded: 0xE0 | scalar >> 12))
      bytes.append(continuation(6))
      bytes.append(continuation(0))
    default:
      bytes.append(UInt8(truncatingIfNeeded: 0xF0 | scalar >> 18))
      bytes.append(continuation(12))
      bytes.append(continuation(6))
      bytes.append(continuation(0))
    }
  }

  // MARK: Numbers

  private mutating func number() throws(JSONError) -> String {
    let start = position
    if next == UInt8(ascii: "-") { position += 1 }
    if next == UInt8(ascii: "0") {
      position += 1
    } else {
      guard skipDigits() else { throw fault(position == start ? "not a value" : "a digit is missing") }
    }
    if next == UInt8(ascii: ".") {
      position += 1
      guard skipDigits() else { throw fault("a digit is missing") }
    }
    if next == UInt8(ascii: "e") || next == UInt8(ascii: "E") {
      position += 1
      if next == UInt8(ascii: "+") || next == UInt8(ascii: "-") { position += 1 }
      guard skipDigits() else { throw fault("a digit is missing") }
    }
    guard position - start <= JSON.maximumNumberLength else {
      throw JSONError(offset: start, reason: "the number is too long")
    }
    return String(decoding: text[start..<position], as: UTF8.self)
  }

  /// Whether there was one.
  private mutating func skipDigits() -> Bool {
    let start = position
    while let byte = next, (0x30...0x39).contains(byte) {
      position += 1
    }
    return position > start
  }
}
