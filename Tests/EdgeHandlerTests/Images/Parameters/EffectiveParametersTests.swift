import Testing

@testable import EdgeHandler

@Suite struct EffectiveParametersTests {
  /// A value of each kind that is no row's default.
  private static func sample(_ row: Parameter) -> [String] {
    switch row.kind {
    case .integer(let range): ["\(range.lowerBound)", "\(range.upperBound)"]
    case .quality: ["1", "100", "high", "low"]
    case .decimal(let least, let most): [least.description, most.description]
    case .keyword(let words): words
    case .gravity: ["top,left", "auto"]
    case .color: ["123456", "red"]
    case .hexadecimalColor: ["123456", "fff"]
    case .trim: ["1;2;3;4", "border"]
    case .border: ["5", "1;2;3;4"]
    case .length(let range): ["\(range.upperBound)", "50%"]
    case .alignment: ["bottom,right", "middle"]
    case .blurHash: ["LEHV6nWB2yk8pyo0adR*.7kCMdnj"]
    case .fields: ["metadata", "colors"]
    case .original, .originals: ["a/b"]
    case .text: ["x"]
    }
  }

  @Test("a parameter that no rule changes enters the key, whatever its row", arguments: Endpoint.all.map(\.parameters))
  func everyRowIsEffective(table: [Parameter]) throws {
    for row in table {
      let isOfMark = row.name.isOfMark
      for text in Self.sample(row) {
        let query = Query(items: [Query.Item(name: row.name.text, value: text)])
        let set = try ParameterSet(query, table: table)
        let effective =
          isOfMark ? EffectiveParameters(ofMark: set) : EffectiveParameters(ofOutput: set, table)
        let canonical = row.parse(text)?.canonical
        #expect(canonical != nil)
        let isExpected = !row.namesOriginal && canonical != row.canonicalDefault
        #expect(effective[row.name] == (isExpected ? canonical : nil), "\(row.name.text)=\(text)")
        #expect(effective.keyParts.map(\.name) == (isExpected ? [row.name.text] : []))
      }
    }
  }

  @Test("spelled-out defaults do not enter the key", arguments: Endpoint.all.map(\.parameters))
  func defaultsAreLeftOut(table: [Parameter]) throws {
    let items = table.compactMap { row in
      row.canonicalDefault == nil || row.name == .v ? nil : Query.Item(name: row.name.text, value: row.defaultText)
    }
    let set = try ParameterSet(Query(items: items), table: table)
    #expect(EffectiveParameters(ofOutput: set, table).keyParts.isEmpty)
  }

  @Test("the order of a URL does not count")
  func theOrderIsThatOfTheTable() throws {
    let one = try ParameterSet(Query(parsing: "blur=3&w=5&v=x&h=7".utf8), table: ParameterTable.transform)
    let other = try ParameterSet(Query(parsing: "h=7&v=x&blur=3&w=5".utf8), table: ParameterTable.transform)
    let effective = EffectiveParameters(ofOutput: one, ParameterTable.transform)
    #expect(effective == EffectiveParameters(ofOutput: other, ParameterTable.transform))
    #expect(effective.keyParts.map(\.name) == ["w", "h", "blur", "v"])
  }
}
