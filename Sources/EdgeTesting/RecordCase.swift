import EdgeHandler

/// Requests to a store of records one after the other, and what comes of each.
public struct RecordCase: Sendable, CustomStringConvertible {
  public struct Step: Sendable {
    var request: RecordRequest
    /// One of these.
    var results: [RecordResult]
    /// The time, in Unix seconds.
    var now: Int64
  }

  public let description: String
  let steps: [Step]

  /// Performs the requests and returns what came out otherwise.
  ///
  /// - Parameter prefix: of all partitions, so that a store can have been used before.
  public func faults(in store: inout some RecordStore, prefix: String = "") throws -> [String] {
    var faults: [String] = []
    for (number, step) in steps.enumerated() {
      let result = try store.perform(step.request.prefixed(by: prefix)).withoutPrefix(prefix).comparable(now: step.now)
      let expected = step.results.map { $0.comparable(now: step.now).text }
      if !expected.contains(result.text) {
        faults.append(
          "\(description), step \(number + 1): \(result.text) in place of \(expected.joined(separator: " or "))")
      }
    }
    return faults
  }
}

extension RecordRequest {
  func prefixed(by prefix: String) -> RecordRequest {
    func key(_ key: RecordKey) -> RecordKey { RecordKey(key.partition.isEmpty ? "" : prefix + key.partition, key.sort) }
    switch self {
    case .get(let keys): return .get(keys.map(key))
    case .query(var query):
      query.partition = prefix + query.partition
      return .query(query)
    case .write(let writes, let asOf):
      return .write(writes.map { RecordWrite(key($0.key), $0.change, if: $0.condition) }, asOf: asOf)
    }
  }
}

extension RecordResult {
  func withoutPrefix(_ prefix: String) -> RecordResult {
    func record(_ record: Record) -> Record {
      var record = record
      record.key.partition = String(decoding: record.key.partition.utf8.dropFirst(prefix.utf8.count), as: UTF8.self)
      return record
    }
    return switch self {
    case .records(let records): .records(records.map { $0.map(record) })
    case .page(let records, let next): .page(records.map(record), next: next)
    default: self
    }
  }
}
