/// The query of a URL as `application/x-www-form-urlencoded` (WHATWG URL Standard, section 5.1).
public struct Query: Sendable {
  /// In the order of the text. Takes memory in proportion to it.
  public let items: [Item]

  public struct Item: Sendable, Equatable {
    /// Decoded; as written where that is not possible.
    public let name: String
    /// Decoded; empty where there is no `=`; `nil` where an escape is malformed or the bytes are not UTF-8.
    public let value: String?

    public init(name: String, value: String?) {
      self.name = name
      self.value = value
    }

    public static func == (left: Item, right: Item) -> Bool {
      guard left.name == right.name else { return false }
      guard let left = left.value, let right = right.value else { return left.value == nil && right.value == nil }
      return left == right
    }
  }

  init(items: [Item]) {
    self.items = items
  }

  /// Without the leading `?`. Empty items (`a&&b`) are skipped.
  public init(parsing text: some Collection<UInt8>) {
    var items: [Item] = []
    for piece in Array(text).split(separator: UInt8(ascii: "&")) {
      let equals = piece.firstIndex(of: UInt8(ascii: "="))
      let name = piece[..<(equals ?? piece.endIndex)]
      let value = equals.map { piece[($0 + 1)...] } ?? []
      items.append(
        Item(name: Self.decode(name) ?? String(decoding: name, as: UTF8.self), value: Self.decode(value)))
    }
    self.items = items
  }

  private static func decode(_ text: ArraySlice<UInt8>) -> String? {
    PercentCoding.decode(bytes: text, plusIsSpace: true).flatMap(UTF8Sequence.string)
  }
}
