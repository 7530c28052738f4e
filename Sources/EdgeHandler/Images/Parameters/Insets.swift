/// Lengths from the four edges, before `dpr`.
struct Insets: Sendable, Equatable {
  enum Length: Sendable, Equatable {
    case pixels(Int)
    /// A fraction of the axis, at least 0 and below 1.
    case fraction(FixedPoint)
  }

  var top: Length
  var right: Length
  var bottom: Length
  var left: Length
  /// Whether ``right`` is the width, and ``bottom`` the height, of the part to keep: then they count from the left and the top.
  var keepsWidth = false
  var keepsHeight = false

  /// A regular expression (ECMA-262) for OpenAPI; like every pattern here it describes the spelling without leading
  /// zeros.
  static var borderPattern: String { "^\(pixels)(;\(pixels);\(pixels);\(pixels))?$" }
  fileprivate static let pixels = "([0-9]{1,3}|[1-3][0-9]{3}|40[0-8][0-9]|409[0-6])"

  static let borderGrammar = "one width in px from 0 to 4096, or four as <top>;<right>;<bottom>;<left>"

  /// `<width>` or `<top>;<right>;<bottom>;<left>`, px.
  init?(parsingBorder text: String) {
    let parts = text.bytes.split(separator: 0x3B, omittingEmptySubsequences: false)
    let lengths = parts.compactMap { Self.pixels($0) }
    guard lengths.count == parts.count else { return nil }
    self.init(lengths.count == 1 ? Array(repeating: lengths[0], count: 4) : lengths)
  }

  /// `<top>;<right>;<bottom>;<left>`, each whole px or a fraction with a point; for right and bottom also a `w` and the width, and an
  /// `h` and the height, of what is kept.
  init?(parsingTrim text: String) {
    var parts = text.bytes.split(separator: 0x3B, omittingEmptySubsequences: false)
    guard parts.count == 4 else { return nil }
    let keepsWidth = parts[1].first == UInt8(ascii: "w")
    let keepsHeight = parts[2].first == UInt8(ascii: "h")
    if keepsWidth { parts[1] = parts[1].dropFirst() }
    if keepsHeight { parts[2] = parts[2].dropFirst() }
    let lengths = parts.compactMap { Self.pixels($0) ?? Self.fraction($0) }
    guard lengths.count == parts.count else { return nil }
    self.init(lengths)
    self.keepsWidth = keepsWidth
    self.keepsHeight = keepsHeight
  }

  private init?(_ lengths: [Length]) {
    guard lengths.count == 4 else { return nil }
    (top, right, bottom, left) = (lengths[0], lengths[1], lengths[2], lengths[3])
  }

  private static func pixels(_ text: ArraySlice<UInt8>) -> Length? {
    guard let value = ASCII.decimal(text, digits: 1...4), value <= 4096 else { return nil }
    return .pixels(value)
  }

  private static func fraction(_ text: ArraySlice<UInt8>) -> Length? {
    guard text.contains(0x2E), let value = FixedPoint(parsing: text), value >= .zero, value < .one else { return nil }
    return .fraction(value)
  }

  var canonical: String {
    ListText.join(
      [
        Self.canonical(top), (keepsWidth ? "w" : "") + Self.canonical(right),
        (keepsHeight ? "h" : "") + Self.canonical(bottom), Self.canonical(left),
      ], separator: ";")
  }

  private static func canonical(_ length: Length) -> String {
    switch length {
    case .pixels(let count): "\(count)"
    case .fraction(let fraction): "\(fraction)r"
    }
  }
}

/// What `trim` cuts off.
enum Trim: Sendable, Equatable {
  case edges(Insets)
  /// A border of one colour, as wide as it is.
  case border

  static var pattern: String {
    let edge = "(\(Insets.pixels)|0?\\.[0-9]{1,6})"
    return "^(border|\(edge);w?\(edge);h?\(edge);\(edge))$"
  }

  static let grammar =
    """
    <top>;<right>;<bottom>;<left>, each whole px from 0 to 4096 or a fraction with a point below 1, where w and the width that is kept \
    may stand for <right>, and h and the height for <bottom>, or border
    """

  init?(parsing text: String) {
    if text == "border" {
      self = .border
    } else {
      guard let insets = Insets(parsingTrim: text) else { return nil }
      self = .edges(insets)
    }
  }

  /// Whether a length of it is multiplied by `dpr`.
  var hasPixels: Bool {
    guard case .edges(let insets) = self else { return false }
    return [insets.top, insets.right, insets.bottom, insets.left].contains { length in
      if case .pixels(let count) = length { count > 0 } else { false }
    }
  }

  /// Whether nothing is cut off, whatever the original.
  var isNothing: Bool {
    guard case .edges(let insets) = self, !insets.keepsWidth, !insets.keepsHeight else { return false }
    return [insets.top, insets.right, insets.bottom, insets.left].allSatisfy { length in
      switch length {
      case .pixels(let count): count == 0
      case .fraction(let fraction): fraction == .zero
      }
    }
  }

  var canonical: String {
    switch self {
    case .edges(let insets): insets.canonical
    case .border: "border"
    }
  }
}
