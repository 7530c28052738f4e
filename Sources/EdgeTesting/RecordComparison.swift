import EdgeHandler

/// Random requests to a store, and to one in memory that must come to the same.
public struct RecordComparison<Generator: RandomNumberGenerator> {
  private var random: Generator
  private let prefix: String
  private var memory = RecordsInMemory()
  private var now: Int64 = 1_767_225_600

  private static var partitions: [String] { ["one", "zwölf"] }
  private static var sorts: [String] { ["a", "a/", "a/b", "B", "\u{E9}", "\u{FFFD}", "😀"] }

  /// - Parameter prefix: of all partitions, so that a store can have been used before.
  public init(random: Generator, prefix: String) {
    self.random = random
    self.prefix = prefix
  }

  /// Returns the first difference, where there is one.
  public mutating func difference(of store: inout some RecordStore, requests: Int) throws -> String? {
    for _ in 0..<requests {
      now += Int64.random(in: 0...2, using: &random)
      let request = request()
      if case .query(let query) = request {
        let (theirs, ours) = (try drain(query, of: &store, prefix: prefix), try drain(query, of: &memory, prefix: ""))
        if theirs != ours { return "\(request.wire.serializedText) gave \(theirs) in place of \(ours)" }
        continue
      }
      let result = try store.perform(request.prefixed(by: prefix)).withoutPrefix(prefix).comparable(now: now)
      let expected = memory.perform(request).comparable(now: now)
      // Of several conditions that do not hold, any can be named.
      if case .conflict = result, case .conflict = expected { continue }
      if result.text != expected.text {
        return "\(request.wire.serializedText) gave \(result.text) in place of \(expected.text)"
      }
    }
    return nil
  }

  /// All pages of a query: how many records each has is the store's to say, within the limit.
  private func drain(_ query: RecordQuery, of store: inout some RecordStore, prefix: String) throws -> [String] {
    var query = query
    var texts: [String] = []
    for _ in 0..<100 {
      let result = try store.perform(RecordRequest.query(query).prefixed(by: prefix)).withoutPrefix(prefix)
      guard case .page(let all, let next) = result, all.count <= query.limit,
        case .page(let records, _) = result.comparable(now: now)
      else { return texts + [result.text] }
      texts += records.map { $0.wire.serializedText }
      guard let next else { return texts }
      query.after = next
    }
    return texts + ["and so on"]
  }

  // MARK: Making requests

  private mutating func request() -> RecordRequest {
    switch Int.random(in: 0..<10, using: &random) {
    case 0..<2: .get(distinctKeys())
    case 2: .query(query())
    default: .write(distinctKeys().map { write($0) }, asOf: now)
    }
  }

  private mutating func query() -> RecordQuery {
    RecordQuery(
      partition: one(of: Self.partitions), from: one(of: Self.sorts + ["!"]),
      through: one(of: Self.sorts + ["\u{10FFFF}"]),
      isDescending: .random(using: &random), limit: .random(in: 1...5, using: &random),
      after: one(of: Self.sorts + [nil, nil, nil]))
  }

  private mutating func write(_ key: RecordKey) -> RecordWrite {
    let change: RecordWrite.Change =
      switch Int.random(in: 0..<9, using: &random) {
      case 0..<4: .put(body: one(of: ["", "x", "\"ä\\"]), expires: expiry())
      case 4: .delete
      case 5: .check
      default: .add(one(of: [[], [counter("n")], [counter("m"), counter("n")]]), expires: expiry())
      }
    let condition: RecordWrite.Condition =
      switch Int.random(in: 0..<8, using: &random) {
      case 0: .absent
      case 1: .revision(.random(in: 1...3, using: &random))
      default: .always
      }
    return RecordWrite(key, change, if: condition)
  }

  private mutating func counter(_ name: String) -> Record.Counter {
    Record.Counter(name, one(of: [1, -3, 1 << 53, -(1 << 54)]))
  }

  private mutating func expiry() -> Int64? {
    one(of: [nil, nil, now, now + 1, now + 5, now + 100])
  }

  private mutating func distinctKeys() -> [RecordKey] {
    var keys: [RecordKey] = []
    for _ in 0..<one(of: [1, 1, 1, 2, 3, 6]) {
      let key = RecordKey(one(of: Self.partitions), one(of: Self.sorts))
      if !keys.contains(key) { keys.append(key) }
    }
    return keys
  }

  private mutating func one<Value>(of values: [Value]) -> Value {
    values[Int.random(in: 0..<values.count, using: &random)]
  }
}

extension JSON {
  fileprivate var serializedText: String { String(decoding: serialized(), as: UTF8.self) }
}
