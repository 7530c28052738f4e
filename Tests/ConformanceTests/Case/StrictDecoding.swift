/// A member of a case file that no type knows: a misspelt expectation would otherwise be one that is never checked.
struct UnknownMember: Error, CustomStringConvertible {
  var path: String
  var description: String { "unknown member \(path)" }
}

private struct AnyName: CodingKey {
  var stringValue: String
  var intValue: Int? { nil }
  init?(stringValue: String) { self.stringValue = stringValue }
  init?(intValue: Int) { nil }
}

extension Decoder {
  /// A container of an object whose members are all named in `Names`.
  func strictContainer<Names: CodingKey & CaseIterable>(_ names: Names.Type) throws -> KeyedDecodingContainer<Names> {
    let known = Set(Names.allCases.map(\.stringValue))
    for name in try container(keyedBy: AnyName.self).allKeys where !known.contains(name.stringValue) {
      throw UnknownMember(path: (codingPath.map(\.stringValue) + [name.stringValue]).joined(separator: "."))
    }
    return try container(keyedBy: names)
  }
}

extension KeyedDecodingContainer {
  func value<Value: Decodable>(_ name: Key, or absent: Value) throws -> Value {
    try decodeIfPresent(Value.self, forKey: name) ?? absent
  }
}
