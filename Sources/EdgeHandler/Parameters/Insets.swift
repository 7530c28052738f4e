/// Lengths from the four edges, before `dpr`.
struct Insets: Sendable, Equatable {
  enum Length: Sendable, Equatable {
    case pixels(Int)
    /// Of the axis, at least 0 and below 1.
    case fraction(FixedPoint)
  }

  var top: Length
  var right: Length
  var bottom: Length
  var left: Length

  /// Of the spelling without leading zeros, as every pattern here: a regular expression for the description of the API.
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

  /// `<top>;<right>;<bottom>;<left>`, each whole px or a fraction with a point.
  init?(parsingTrim text: String) {
    let parts = text.bytes.split(separator: 0x3B, omittingEmptySubsequences: false)
    let lengths = parts.compactMap { Self.pixels($0) ?? Self.fraction($0) }
    guard lengths.count == parts.count else { return nil }
    self.init(lengths)
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
      [top, right, bottom, left].map { length in
        switch length {
        case .pixels(let count): "\(count)"
        case .fraction(let fraction): "\(fraction)r"
        }
      }, separator: ";")
  }
}

/// What `trim` cuts off.
enum Trim: Sendable, Equatable {
  case edges(Insets)
  /// A border of one colour, as wide as it is.
  case border

  static var pattern: String {
    let edge = "(\(Insets.pixels)|0?\\.[0-9]{1,6})"
    return "^(border|\(edge);\(edge);\(edge);\(edge))$"
  }

  static let grammar =
    "<top>;<right>;<bottom>;<left>, each whole px from 0 to 4096 or a fraction with a point below 1, or border"

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
    guard case .edges(let insets) = self else { return false }
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
