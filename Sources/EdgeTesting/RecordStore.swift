import EdgeHandler

/// A store of records as tests see it.
public protocol RecordStore {
  mutating func perform(_ request: RecordRequest) throws -> RecordResult
}

extension RecordsInMemory: RecordStore {}

extension RecordResult {
  /// The result with what stores are free to do taken out: counters are in the order of their names, and records that have expired at
  /// `now` are absent.
  func comparable(now: Int64) -> RecordResult {
    func comparable(_ record: Record) -> Record? {
      if let expires = record.expires, expires <= now { return nil }
      var record = record
      record.counters.sort { $0.name.utf8.lexicographicallyPrecedes($1.name.utf8) }
      return record
    }
    return switch self {
    case .records(let records): .records(records.map { $0.flatMap(comparable) })
    case .page(let records, let next): .page(records.compactMap(comparable), next: next)
    default: self
    }
  }

  /// Byte for byte what has been said.
  var text: String {
    String(decoding: wire.serialized(), as: UTF8.self)
  }
}
