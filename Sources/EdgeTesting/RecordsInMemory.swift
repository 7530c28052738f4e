import EdgeHandler

/// A store of records in a sorted array: what the words of ``RecordRequest`` come to, without any database. Every other store is compared
/// with it.
public struct RecordsInMemory: Sendable {
  /// In the order of their keys.
  private var records: [Record] = []

  public init() {}

  public mutating func perform(_ request: RecordRequest) -> RecordResult {
    guard request.isValid else { return .unavailable }
    switch request {
    case .get(let keys): return .records(keys.map(record))
    case .query(let query): return page(query)
    case .write(let writes, let asOf): return write(writes, asOf: asOf)
    }
  }

  private func record(_ key: RecordKey) -> Record? {
    let (index, isThere) = place(of: key)
    return isThere ? records[index] : nil
  }

  private mutating func write(_ writes: [RecordWrite], asOf: Int64) -> RecordResult {
    let before = records
    records.removeAll { $0.expires.map { $0 <= asOf } ?? false }
    for (index, write) in writes.enumerated() where !holds(write) {
      records = before
      return .conflict(index)
    }
    for write in writes { perform(write) }
    return .written
  }

  private func holds(_ write: RecordWrite) -> Bool {
    let (index, isThere) = place(of: write.key)
    return switch write.condition {
    case .always: true
    case .absent: !isThere
    case .revision(let revision): isThere && records[index].revision == revision
    }
  }

  private mutating func perform(_ write: RecordWrite) {
    switch write.change {
    case .put(let body, let expires):
      update(write.key) {
        $0.body = body
        $0.expires = expires
      }
    case .delete:
      let (index, isThere) = place(of: write.key)
      if isThere { records.remove(at: index) }
    case .add(let counters, let expires):
      update(write.key) { record in
        record.expires = record.expires ?? expires
        for counter in counters { record.add(counter) }
      }
    case .check: break
    }
  }

  private mutating func update(_ key: RecordKey, _ change: (inout Record) -> Void) {
    let (index, isThere) = place(of: key)
    if !isThere { records.insert(Record(key: key, body: ""), at: index) }
    change(&records[index])
    records[index].revision += 1
  }

  private func page(_ query: RecordQuery) -> RecordResult {
    let found = records.filter { record in
      let sort = record.key.sort
      guard Self.isEqual(record.key.partition, query.partition) else { return false }
      guard !Self.precedes(sort, query.from), !Self.precedes(query.through, sort) else { return false }
      guard let after = query.after else { return true }
      return query.isDescending ? Self.precedes(sort, after) : Self.precedes(after, sort)
    }
    var page: [Record] = []
    var byteCount = 0
    for record in query.isDescending ? found.reversed() : found {
      page.append(record)
      byteCount += record.body.utf8.count
      if page.count == query.limit || byteCount > RecordQuery.maximumPageBytes {
        return .page(page, next: record.key.sort)
      }
    }
    return .page(page, next: nil)
  }

  /// Where a record is, or where it would go.
  private func place(of key: RecordKey) -> (index: Int, isThere: Bool) {
    var range = 0..<records.count
    while !range.isEmpty {
      let middle = range.lowerBound + range.count / 2
      let other = records[middle].key
      if other == key { return (middle, true) }
      let isBefore =
        Self.isEqual(other.partition, key.partition)
        ? Self.precedes(other.sort, key.sort) : Self.precedes(other.partition, key.partition)
      range = isBefore ? middle + 1..<range.upperBound : range.lowerBound..<middle
    }
    return (range.lowerBound, false)
  }

  /// By bytes: `==` of texts is by canonical equivalence.
  private static func isEqual(_ left: String, _ right: String) -> Bool {
    left.utf8.elementsEqual(right.utf8)
  }

  private static func precedes(_ left: String, _ right: String) -> Bool {
    left.utf8.lexicographicallyPrecedes(right.utf8)
  }
}

extension Record {
  fileprivate mutating func add(_ counter: Counter) {
    guard let index = counters.firstIndex(where: { $0.name.utf8.elementsEqual(counter.name.utf8) }) else {
      counters.append(counter)
      return
    }
    let (sum, overflows) = counters[index].value.addingReportingOverflow(counter.value)
    counters[index].value = overflows ? (counter.value > 0 ? .max : .min) : sum
  }
}
