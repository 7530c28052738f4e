extension RecordRequest {
  /// Whether this keeps to every limit. Stores perform nothing else; what they get otherwise comes to ``RecordResult/unavailable``.
  public var isValid: Bool {
    switch self {
    case .get(let keys): keys.count <= Self.maximumKeys && Self.areValid(keys)
    case .query(let query): query.isValid
    case .write(let writes, _):
      writes.count <= Self.maximumWrites && Self.areValid(writes.map { $0.key })
        && writes.allSatisfy { $0.change.isValid }
    }
  }

  /// Whether each is valid, and none is there twice.
  private static func areValid(_ keys: [RecordKey]) -> Bool {
    for (index, key) in keys.enumerated() {
      guard key.isValid else { return false }
      for earlier in keys[..<index] where earlier == key { return false }
    }
    return true
  }
}

extension RecordKey {
  public static let maximumBytes = 512

  public var isValid: Bool {
    Self.isValid(partition, upTo: Self.maximumBytes) && Self.isValid(sort, upTo: Self.maximumBytes)
  }

  static func isValid(_ text: String, upTo most: Int) -> Bool {
    let count = text.utf8.count
    return count >= 1 && count <= most && text.utf8.allSatisfy { $0 >= 0x20 && $0 != 0x7F }
  }
}

extension RecordQuery {
  /// Bounds are places that could be a record's. Where they are the wrong way round, nothing lies between them.
  public var isValid: Bool {
    RecordKey(partition, from).isValid && RecordKey(partition, through).isValid
      && (after.map { RecordKey(partition, $0).isValid } ?? true) && limit >= 1 && limit <= Self.maximumLimit
  }
}

extension RecordWrite.Change {
  /// What one expression of DynamoDB has room for.
  public static let maximumCounters = 32

  public var isValid: Bool {
    switch self {
    case .put(let body, _): body.utf8.count <= Record.maximumBodyBytes && !body.utf8.contains(0)
    case .add(let counters, _):
      counters.count <= Self.maximumCounters && Self.areValid(counters)
    case .delete, .check: true
    }
  }

  private static func areValid(_ counters: [Record.Counter]) -> Bool {
    for (index, counter) in counters.enumerated() {
      guard RecordKey.isValid(counter.name, upTo: Record.Counter.maximumNameBytes) else { return false }
      for earlier in counters[..<index] where earlier.name == counter.name { return false }
    }
    return true
  }
}

extension Record.Counter {
  public static let maximumNameBytes = 64
}
