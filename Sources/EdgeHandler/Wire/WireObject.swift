/// An object that is read member by member; ``end()`` complains of what was not asked for.
struct WireObject {
  private let members: [JSON.Member]
  private var readCount = 0

  @inline(never)
  init(_ wire: JSON) throws(WireError) {
    guard case .object(let members) = wire else { throw WireError("must be an object") }
    self.members = members
  }

  @inline(never)
  mutating func optional(_ name: String) -> JSON? {
    for member in members where member.name == name {
      readCount += 1
      return member.value
    }
    return nil
  }

  func has(_ name: String) -> Bool {
    members.contains { $0.name == name }
  }

  @inline(never)
  mutating func json(_ name: String) throws(WireError) -> JSON {
    guard let value = optional(name) else { throw WireError("\(name): is missing") }
    return value
  }

  mutating func value<Value: WireValue>(_ name: String) throws(WireError) -> Value {
    try Value(wire: json(name))
  }

  mutating func list<Value: WireValue>(_ name: String) throws(WireError) -> [Value] {
    guard let elements = try json(name).array else { throw WireError("\(name): must be a list") }
    return try WireList.read(elements)
  }

  @inline(never)
  mutating func string(_ name: String) throws(WireError) -> String {
    guard let value = try json(name).string else { throw WireError("\(name): must be a string") }
    return value
  }

  @inline(never)
  mutating func optionalString(_ name: String) throws(WireError) -> String? {
    guard let json = optional(name) else { return nil }
    guard let value = json.string else { throw WireError("\(name): must be a string") }
    return value
  }

  @inline(never)
  mutating func bool(_ name: String) throws(WireError) -> Bool {
    guard let value = try json(name).bool else { throw WireError("\(name): must be true or false") }
    return value
  }

  /// 32 bits everywhere, because wasm has no more.
  @inline(never)
  mutating func int(_ name: String, from least: Int, to most: Int = Int(Int32.max)) throws(WireError) -> Int {
    guard let value = try json(name).int, value >= least, value <= most else {
      throw WireError("\(name): must be a whole number from \(least) to \(most)")
    }
    return value
  }

  @inline(never)
  mutating func int64(_ name: String) throws(WireError) -> Int64 {
    guard let value = try json(name).int64 else { throw WireError("\(name): must be a whole number") }
    return value
  }

  /// A whole number of 64 bits as decimal digits in a string.
  mutating func decimal(_ name: String) throws(WireError) -> Int64 {
    try json(name).decimal()
  }

  mutating func optionalDecimal(_ name: String) throws(WireError) -> Int64? {
    guard let json = optional(name) else { return nil }
    return try json.decimal()
  }

  @inline(never)
  mutating func fixedPoint(_ name: String) throws(WireError) -> FixedPoint {
    guard let value = try json(name).fixedPoint else { throw WireError("\(name): must be a decimal number") }
    return value
  }

  @inline(never)
  mutating func bytes(_ name: String) throws(WireError) -> [UInt8] {
    guard let bytes = Base64.decode(try string(name).utf8) else { throw WireError("\(name): must be base64") }
    return bytes
  }

  @inline(never)
  func end() throws(WireError) {
    // Names are unique, so that a count tells.
    guard readCount == members.count else { throw WireError("there is a member that means nothing here") }
  }
}

enum WireList {
  static func read<Value: WireValue>(_ elements: [JSON]) throws(WireError) -> [Value] {
    var values: [Value] = []
    values.reserveCapacity(elements.count)
    for element in elements { values.append(try Value(wire: element)) }
    return values
  }
}

/// Names and values by turns, as `[name, value, name, value, …]`: half the brackets of a list of pairs.
enum WirePairs {
  static func json(_ pairs: [(name: String, value: String)]) -> JSON {
    var texts: [JSON] = []
    texts.reserveCapacity(pairs.count * 2)
    for pair in pairs {
      texts.append(.string(pair.name))
      texts.append(.string(pair.value))
    }
    return .array(texts)
  }

  static func read(_ wire: JSON) throws(WireError) -> [(name: String, value: String)] {
    guard let texts = wire.array, texts.count % 2 == 0 else {
      throw WireError("must be a list of names and values by turns")
    }
    var pairs: [(name: String, value: String)] = []
    pairs.reserveCapacity(texts.count / 2)
    for index in stride(from: 0, to: texts.count - 1, by: 2) {
      guard let name = texts[index].string, let value = texts[index + 1].string else {
        throw WireError("names and values must be strings")
      }
      pairs.append((name, value))
    }
    return pairs
  }
}

extension [JSON.Member] {
  /// Nothing is written where there is nothing.
  mutating func append(_ name: String, _ text: String?) {
    if let text { append(JSON.Member(name, .string(text))) }
  }
}

extension JSON {
  static func decimal(_ value: Int64) -> JSON {
    .string(String(value))
  }

  /// The value of decimal digits in a string, written as ``decimal(_:)`` writes them.
  @inline(never)
  func decimal() throws(WireError) -> Int64 {
    guard let text = string, let value = JSON.number(text).int64, String(value) == text else {
      throw WireError("must be a whole number of 64 bits in a string")
    }
    return value
  }
}
