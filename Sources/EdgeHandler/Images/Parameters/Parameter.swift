/// One row of the table of parameters. Parsing, error messages, cache keys, `explain`, Cloudflare's spelling, OpenAPI and the
/// reference in the documentation are made from these rows; a parameter without one of the columns cannot exist.
///
/// A class, so that searching a table does not copy the texts of each row.
final class Parameter: Sendable {
  let name: ParameterName
  let kind: Kind
  /// The default as a caller would write it, or a few words where no value has the same meaning.
  let defaultText: String
  /// The canonical form of the default; `nil` where ``defaultText`` describes it in words.
  let canonicalDefault: String?
  let summary: String
  /// The names of the option in Cloudflare's spelling; none where it has no counterpart.
  let cloudflareNames: [String]

  init(
    _ name: ParameterName, _ kind: Kind, default defaultText: String, summary: String, cloudflare names: [String] = []
  ) {
    self.name = name
    self.kind = kind
    self.defaultText = defaultText
    self.summary = summary
    cloudflareNames = names
    canonicalDefault = kind.canonicalDefault(defaultText)
  }

  enum Kind: Sendable {
    case integer(ClosedRange<Int>)
    case decimal(FixedPoint, FixedPoint)
    case keyword([String])
    /// 1–100, or a word for one of them.
    case quality
    case gravity
    case color
    /// A colour in hexadecimal; names are not accepted.
    case hexadecimalColor
    case trim
    case border
    /// A length in px within the range, or a percentage.
    case length(ClosedRange<Int>)
    case alignment
    case blurHash
    /// A list of top-level fields of `/info`, separated by commas.
    case fields
    /// The name of an original, of 1 to 8192 characters. It enters the cache key by the original that it names.
    case original
    /// Names of originals, each as a parameter of its own; the range bounds how many.
    case originals(ClosedRange<Int>)
    /// A text without control characters; the range bounds its length in Unicode scalars.
    case text(ClosedRange<Int>)
  }

  /// What is allowed, as the end of the sentence "… must be".
  var allowed: String {
    switch kind {
    case .integer(let range): "a whole number from \(range.lowerBound) to \(range.upperBound)"
    case .decimal(let least, let most): "a decimal number from \(least) to \(most)"
    case .keyword(let words): "one of \(ListText.join(words))"
    case .quality: QualityWord.grammar
    case .gravity: Gravity.grammar
    case .color: Color.grammar
    case .hexadecimalColor: Color.hexadecimalGrammar
    case .trim: Trim.grammar
    case .border: Insets.borderGrammar
    case .length(let range): Length.grammar(range)
    case .alignment: Alignment.grammar
    case .blurHash: BlurHash.grammar
    case .fields: Info.Field.grammar
    case .original: "1 to 8192 characters of text without control characters"
    case .originals(let count):
      "given \(count.lowerBound) to \(count.upperBound) times, each with 1 to 8192 characters of text without control characters"
    case .text(let range):
      "\(range.lowerBound) to \(range.upperBound) characters of text without control characters"
    }
  }
}

/// The value of a parameter, within its range.
indirect enum ParameterValue: Sendable {
  case integer(Int)
  case decimal(FixedPoint)
  case keyword(String)
  case gravity(Gravity)
  case color(Color)
  case trim(Trim)
  case border(Insets)
  case length(Length)
  case alignment(Alignment)
  case blurHash(BlurHash)
  case fields([Info.Field])
  case text(String)
}

extension ParameterValue {
  /// The same text for all spellings of one value; enters the cache key.
  var canonical: String {
    switch self {
    case .integer(let value): "\(value)"
    case .decimal(let value): value.description
    case .keyword(let word): word
    case .gravity(let gravity): gravity.canonical
    case .color(let color): color.canonical
    case .trim(let trim): trim.canonical
    case .border(let insets): insets.canonical
    case .length(let length): length.canonical
    case .alignment(let alignment): alignment.canonical
    case .blurHash(let hash): hash.text
    case .fields(let fields): ListText.join(fields.map { $0.name }, separator: ",")
    case .text(let text): text
    }
  }
}

extension Parameter {
  func parse(_ text: String) -> ParameterValue? { kind.parse(text) }

  var isRepeatable: Bool {
    if case .originals = kind { true } else { false }
  }

  /// Whether the values name originals, which enter the cache key by what they resolve to.
  var namesOriginal: Bool {
    switch kind {
    case .original, .originals: true
    default: false
    }
  }

  /// Whether a request without it is refused, whatever else it says.
  var isRequired: Bool { defaultText == "required" }
}

extension Parameter.Kind {
  fileprivate func canonicalDefault(_ text: String) -> String? {
    switch self {
    case .original, .originals: nil
    case .text: ""
    default: parse(text)?.canonical
    }
  }

  fileprivate func parse(_ text: String) -> ParameterValue? {
    switch self {
    case .integer(let range): Self.integer(text, in: range).map { .integer($0) }
    case .decimal(let least, let most):
      FixedPoint(parsing: text.utf8).flatMap { $0 >= least && $0 <= most ? .decimal($0) : nil }
    case .keyword(let words): words.contains(where: { $0 == text }) ? .keyword(text) : nil
    case .quality: (QualityWord.value(of: text) ?? Self.integer(text, in: 1...100)).map { .integer($0) }
    case .gravity: Gravity(parsing: text).map { .gravity($0) }
    case .color: Color(parsing: text).map { .color($0) }
    case .hexadecimalColor: Color(hexadecimal: text).map { .color($0) }
    case .trim: Trim(parsing: text).map { .trim($0) }
    case .border: Insets(parsingBorder: text).map { .border($0) }
    case .length(let range): Length(parsing: text, in: range).map { .length($0) }
    case .alignment: Alignment(parsing: text).map { .alignment($0) }
    case .blurHash: BlurHash(parsing: text).map { .blurHash($0) }
    case .fields: Info.Field.list(parsing: text).map { .fields($0) }
    case .original, .originals: Self.isPlain(text, 1...8192) ? .text(text) : nil
    case .text(let range): Self.isPlain(text, range) ? .text(text) : nil
    }
  }

  /// The texts that ``isPlain(_:_:)`` accepts, but for their length, as a regular expression (ECMA-262).
  static let textPattern = #"^[^\u0000-\u001f\u007f]*$"#

  private static func isPlain(_ text: String, _ range: ClosedRange<Int>) -> Bool {
    range.contains(characters(text)) && text.utf8.allSatisfy { $0 >= 0x20 && $0 != 0x7F }
  }

  /// Counts characters by their first bytes: in UTF-8 each has exactly one byte that is no continuation byte.
  private static func characters(_ text: String) -> Int {
    text.utf8.reduce(0) { $0 + ($1 & 0xC0 == 0x80 ? 0 : 1) }
  }

  /// Parses ASCII digits and nothing else: no sign, no white space.
  private static func integer(_ text: String, in range: ClosedRange<Int>) -> Int? {
    guard let value = ASCII.decimal(text.bytes, digits: 1...9), range.contains(value) else { return nil }
    return value
  }
}
