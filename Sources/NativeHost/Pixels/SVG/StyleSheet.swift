/// A style sheet or the value of `style`, of which what is known and refers to nothing outside of the document is kept.
struct StyleSheet {
  private(set) var rules: [Rule] = []

  enum Rule {
    case style(selector: [StyleToken], [Declaration])
    /// `@media` and the like, with rules inside.
    case group(head: [StyleToken], StyleSheet)
  }

  struct Declaration {
    var property: String
    var value: [StyleToken]

    static func text(_ declarations: [Declaration]) -> String {
      declarations.map { $0.property + ":" + StyleToken.text($0.value) }.joined(separator: ";")
    }
  }

  private static let deepest = 8

  init(_ text: String) {
    var rest = StyleToken.tokens(text)[...]
    self.init(&rest, depth: 0)
  }

  private init(_ rest: inout ArraySlice<StyleToken>, depth: Int) {
    while let first = rest.first {
      switch first {
      case .blank, .broken, .raw(";"), .raw("}"): rest = rest.dropFirst()
      case .at(let name): group(name.lowercased(), &rest, depth)
      default:
        let selector = Self.prelude(&rest)
        guard rest.first == .raw("{") else { continue }
        let block = Self.block(&rest)
        let declarations = Self.declarations(block)
        if !declarations.isEmpty, Self.isHarmless(selector: selector) {
          rules.append(.style(selector: Self.trimmed(selector), declarations))
        }
      }
    }
  }

  /// Other at-rules name fonts, other sheets and namespaces.
  private mutating func group(_ name: String, _ rest: inout ArraySlice<StyleToken>, _ depth: Int) {
    rest = rest.dropFirst()
    let head = Self.prelude(&rest)
    guard rest.first == .raw("{") else { return }
    var block = Self.block(&rest)
    guard ["media", "supports", "keyframes", "-webkit-keyframes"].contains(name), depth < Self.deepest,
      Self.isHarmless(selector: head)
    else { return }
    let inner = StyleSheet(&block, depth: depth + 1)
    if !inner.rules.isEmpty { rules.append(.group(head: [.at(name)] + head, inner)) }
  }

  /// Up to a block or the end of a statement.
  private static func prelude(_ rest: inout ArraySlice<StyleToken>) -> [StyleToken] {
    let end = rest.firstIndex { $0 == .raw("{") || $0 == .raw(";") || $0 == .raw("}") } ?? rest.endIndex
    defer { rest = rest[end...] }
    return Array(rest[..<end])
  }

  /// What is between a brace and the one that belongs to it.
  private static func block(_ rest: inout ArraySlice<StyleToken>) -> ArraySlice<StyleToken> {
    var depth = 0
    let start = rest.index(after: rest.startIndex)
    var place = rest.startIndex
    while place < rest.endIndex {
      if rest[place] == .raw("{") { depth += 1 }
      if rest[place] == .raw("}") { depth -= 1 }
      if depth == 0 { break }
      place += 1
    }
    defer { rest = place < rest.endIndex ? rest[(place + 1)...] : [] }
    return rest[start..<place]
  }

  static func declarations(_ text: String) -> [Declaration] {
    declarations(StyleToken.tokens(text)[...])
  }

  private static func declarations(_ block: ArraySlice<StyleToken>) -> [Declaration] {
    var declarations: [Declaration] = []
    for part in block.split(separator: .raw(";")) {
      let part = trimmed(part)
      guard case .name(let name)? = part.first, let colon = part.firstIndex(of: .raw(":")),
        part[1..<colon].allSatisfy({ $0 == .blank || $0 == .comment })
      else { continue }
      let property = name.hasPrefix("--") ? StyleToken.name(name).text : name.lowercased()
      let value = trimmed(part[(colon + 1)...])
      guard name.hasPrefix("--") || SVGVocabulary.properties.contains(property), !value.isEmpty, areHarmless(value)
      else { continue }
      declarations.append(Declaration(property: property, value: Array(value)))
    }
    return declarations
  }

  private static func trimmed(_ tokens: some Collection<StyleToken>) -> [StyleToken] {
    var tokens = tokens.drop { $0 == .blank || $0 == .comment }.map { $0 }
    while tokens.last == .blank || tokens.last == .comment { tokens.removeLast() }
    return tokens
  }

  // MARK: What is kept

  private static let functions: Set<String> = [
    "blur", "brightness", "calc", "circle", "clamp", "color", "color-mix", "contrast", "cubic-bezier", "drop-shadow",
    "ellipse",
    "grayscale", "hsl", "hsla", "hue-rotate", "hwb", "icc-color", "inset", "invert", "lab", "lch", "light-dark",
    "linear", "matrix",
    "matrix3d", "max", "min", "oklab", "oklch", "opacity", "path", "perspective", "polygon", "rect", "rgb", "rgba",
    "rotate", "rotate3d",
    "rotatex", "rotatey", "rotatez", "saturate", "scale", "scale3d", "scalex", "scaley", "sepia", "skew", "skewx",
    "skewy", "steps",
    "translate", "translate3d", "translatex", "translatey", "translatez", "var",
  ]

  static func areHarmless(_ tokens: some Sequence<StyleToken>) -> Bool {
    var previous = StyleToken.blank
    return tokens.allSatisfy { token in
      defer { previous = token }
      switch token {
      case .url(let address): return address.hasPrefix("#")
      case .function(let name): return functions.contains(name.lowercased())
      case .at, .broken, .raw("{"), .raw("}"): return false
      // What would be a function, were there not a comment.
      case .raw("("): return previous != .comment
      case .name, .hash, .string, .raw, .blank, .comment: return true
      }
    }
  }

  /// A selector or a condition refers to nothing but by a URL.
  private static func isHarmless(selector: [StyleToken]) -> Bool {
    selector.allSatisfy { token in
      switch token {
      case .url, .at, .broken: false
      default: true
      }
    }
  }

  // MARK: Written

  var text: String {
    rules.map { rule in
      switch rule {
      case .style(let selector, let declarations):
        StyleToken.text(selector) + "{" + Declaration.text(declarations) + "}"
      case .group(let head, let sheet): StyleToken.text(head) + "{" + sheet.text + "}"
      }
    }.joined()
  }

  mutating func mapDeclarations(_ change: (Declaration) -> Declaration?) {
    rules = rules.map { rule in
      switch rule {
      case .style(let selector, let declarations): return .style(selector: selector, declarations.compactMap(change))
      case .group(let head, var sheet):
        sheet.mapDeclarations(change)
        return .group(head: head, sheet)
      }
    }
  }
}
