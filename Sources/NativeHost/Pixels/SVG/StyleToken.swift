/// A token of CSS (CSS Syntax 3, section 4), with its escapes read: what is written of it again has none but its own.
enum StyleToken: Equatable {
  case name(String)
  /// A name and an opening parenthesis.
  case function(String)
  case at(String)
  case hash(String)
  case string(String)
  case url(String)
  /// A number with its unit, or any other character that means itself.
  case raw(String)
  case blank
  /// What stands between two tokens that would be one without it: `url/**/(` is not `url(`.
  case comment
  /// What is no CSS: a text or a URL without its end.
  case broken

  static func tokens(_ text: String) -> [StyleToken] {
    var reader = Reader(text)
    return reader.all()
  }

  static func text(_ tokens: some Sequence<StyleToken>) -> String {
    tokens.reduce(into: "") { $0 += $1.text }
  }

  var text: String {
    switch self {
    case .name(let name): Self.identifier(name)
    case .function(let name): Self.identifier(name) + "("
    case .at(let name): "@" + Self.identifier(name)
    case .hash(let name): "#" + Self.characters(of: name)
    case .string(let text): Self.quoted(text)
    case .url(let address):
      "url(" + (address.unicodeScalars.dropFirst().allSatisfy(Self.isNamePart) ? address : Self.quoted(address)) + ")"
    case .raw(let text): text
    case .blank: " "
    case .comment: "/**/"
    case .broken: ""
    }
  }

  private static func isNamePart(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar {
    case "a"..."z", "A"..."Z", "0"..."9", "-", "_": true
    default: scalar.value >= 0x80
    }
  }

  private static func identifier(_ name: String) -> String {
    let startsLikeNumber = name.unicodeScalars.first.map { ("0"..."9").contains($0) } ?? false
    guard startsLikeNumber, let first = name.unicodeScalars.first else { return characters(of: name) }
    return escape(first) + characters(of: String(name.unicodeScalars.dropFirst()))
  }

  private static func characters(of name: String) -> String {
    name.unicodeScalars.reduce(into: "") { $0 += isNamePart($1) ? String($1) : escape($1) }
  }

  private static func quoted(_ text: String) -> String {
    let inner = text.unicodeScalars.reduce(into: "") { text, scalar in
      switch scalar {
      case "\"", "\\", "<", ">", "&": text += escape(scalar)
      default: text += scalar.value < 0x20 ? escape(scalar) : String(scalar)
      }
    }
    return "\"" + inner + "\""
  }

  private static func escape(_ scalar: Unicode.Scalar) -> String {
    "\\" + String(scalar.value, radix: 16) + " "
  }

  // MARK: Read

  private struct Reader {
    private let scalars: [Unicode.Scalar]
    private var place = 0

    init(_ text: String) {
      // Section 3.3.
      var scalars = Array(text.unicodeScalars)
      for index in scalars.indices where scalars[index] == "\r" || scalars[index] == "\u{C}" { scalars[index] = "\n" }
      for index in scalars.indices where scalars[index] == "\0" { scalars[index] = "\u{FFFD}" }
      self.scalars = scalars
    }

    private func peek(_ offset: Int = 0) -> Unicode.Scalar? {
      place + offset < scalars.count ? scalars[place + offset] : nil
    }

    mutating func all() -> [StyleToken] {
      var tokens: [StyleToken] = []
      while let token = next() {
        let separates: Bool =
          switch tokens.last {
          case nil, .blank, .comment, .raw(";"), .raw(":"), .raw("{"), .raw("}"), .raw(","): true
          default: false
          }
        if token == .comment, separates { continue }
        if token == .blank, tokens.last == .blank { continue }
        if token == .blank, tokens.last == .comment { tokens.removeLast() }
        tokens.append(token)
      }
      if tokens.last == .comment { tokens.removeLast() }
      return tokens
    }

    private mutating func next() -> StyleToken? {
      if skipComment() { return .comment }
      guard let scalar = peek() else { return nil }
      if Self.isBlank(scalar) {
        while let scalar = peek(), Self.isBlank(scalar) { place += 1 }
        return .blank
      }
      if scalar == "\"" || scalar == "'" { return string(until: scalar) }
      if startsNumber() { return .raw(number()) }
      if startsName() { return nameLike() }
      place += 1
      switch scalar {
      case "#" where peek().map { StyleToken.isNamePart($0) } ?? false || startsEscape(): return .hash(name())
      case "@" where startsName(): return .at(name())
      // It would make an escape of what comes behind it.
      case "\\": return .broken
      default: return .raw(String(scalar))
      }
    }

    private mutating func skipComment() -> Bool {
      guard peek() == "/", peek(1) == "*" else { return false }
      place += 2
      while place < scalars.count, !(peek() == "*" && peek(1) == "/") { place += 1 }
      place = min(place + 2, scalars.count)
      return true
    }

    private static func isBlank(_ scalar: Unicode.Scalar) -> Bool {
      scalar == " " || scalar == "\t" || scalar == "\n"
    }

    private static func isDigit(_ scalar: Unicode.Scalar?) -> Bool {
      scalar.map { ("0"..."9").contains($0) } ?? false
    }

    private func startsEscape(_ offset: Int = 0) -> Bool {
      peek(offset) == "\\" && peek(offset + 1) != nil && peek(offset + 1) != "\n"
    }

    private func isNameStart(_ offset: Int) -> Bool {
      guard let scalar = peek(offset) else { return false }
      return startsEscape(offset) || (StyleToken.isNamePart(scalar) && scalar != "-" && !Self.isDigit(scalar))
    }

    private func startsName() -> Bool {
      peek() == "-" ? peek(1) == "-" || isNameStart(1) : isNameStart(0)
    }

    private func startsNumber() -> Bool {
      let offset = peek() == "+" || peek() == "-" ? 1 : 0
      return Self.isDigit(peek(offset)) || (peek(offset) == "." && Self.isDigit(peek(offset + 1)))
    }

    private mutating func number() -> String {
      var text = ""
      func isPart(_ scalar: Unicode.Scalar, _ next: Unicode.Scalar?) -> Bool {
        Self.isDigit(scalar) || (scalar == "." && !text.contains(".") && Self.isDigit(next))
      }
      if let sign = peek(), sign == "+" || sign == "-" {
        text.unicodeScalars.append(sign)
        place += 1
      }
      while let scalar = peek(), isPart(scalar, peek(1)) {
        text.unicodeScalars.append(scalar)
        place += 1
      }
      if peek() == "e" || peek() == "E" {
        let signed = peek(1) == "+" || peek(1) == "-"
        if Self.isDigit(peek(signed ? 2 : 1)) {
          text += signed && peek(1) == "-" ? "e-" : "e"
          place += signed ? 2 : 1
          while let scalar = peek(), Self.isDigit(scalar) {
            text.unicodeScalars.append(scalar)
            place += 1
          }
        }
      }
      if startsName() { return text + StyleToken.characters(of: name()) }
      guard peek() == "%" else { return text }
      place += 1
      return text + "%"
    }

    private mutating func name() -> String {
      var name = ""
      while let scalar = peek() {
        if startsEscape() {
          place += 1
          name.unicodeScalars.append(escaped())
        } else if StyleToken.isNamePart(scalar) {
          name.unicodeScalars.append(scalar)
          place += 1
        } else {
          break
        }
      }
      return name
    }

    /// Behind the backslash (section 4.3.7).
    private mutating func escaped() -> Unicode.Scalar {
      var value: UInt32 = 0
      var count = 0
      while count < 6, let digit = peek()?.properties.isASCIIHexDigit == true ? peek() : nil {
        value = value << 4 | UInt32(Character(digit).hexDigitValue ?? 0)
        count += 1
        place += 1
      }
      guard count > 0 else {
        defer { place += 1 }
        return peek() ?? "\u{FFFD}"
      }
      if let blank = peek(), Self.isBlank(blank) { place += 1 }
      return value == 0 ? "\u{FFFD}" : Unicode.Scalar(value) ?? "\u{FFFD}"
    }

    private mutating func string(until end: Unicode.Scalar) -> StyleToken {
      place += 1
      var text = ""
      while let scalar = peek() {
        if scalar == end {
          place += 1
          return .string(text)
        }
        if scalar == "\n" { return .broken }
        place += 1
        if scalar == "\\" {
          if peek() == "\n" { place += 1 } else if peek() != nil { text.unicodeScalars.append(escaped()) }
        } else {
          text.unicodeScalars.append(scalar)
        }
      }
      return .broken
    }

    private mutating func nameLike() -> StyleToken {
      let name = name()
      guard peek() == "(" else { return .name(name) }
      place += 1
      guard name.lowercased() == "url" else { return .function(name) }
      while let scalar = peek(), Self.isBlank(scalar) { place += 1 }
      if let quote = peek(), quote == "\"" || quote == "'" {
        guard case .string(let address) = string(until: quote) else { return .broken }
        while let scalar = peek(), Self.isBlank(scalar) { place += 1 }
        // Modifiers of a URL are known to nobody yet.
        guard peek() == ")" else { return .broken }
        place += 1
        return .url(address.trimmingBlanks())
      }
      var address = ""
      while let scalar = peek() {
        place += 1
        if scalar == ")" { return .url(address.trimmingBlanks()) }
        if scalar == "\\", peek() != nil, peek() != "\n" {
          address.unicodeScalars.append(escaped())
        } else if scalar == "\"" || scalar == "'" || scalar == "(" || scalar.value < 0x20 && !Self.isBlank(scalar) {
          while let scalar = peek(), scalar != ")" {
            place += 1
            if scalar == "\\" { place += 1 }
          }
          place = min(place + 1, scalars.count)
          return .broken
        } else {
          address.unicodeScalars.append(scalar)
        }
      }
      return .broken
    }
  }
}
