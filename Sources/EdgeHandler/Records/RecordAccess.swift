/// Where records are kept, and the flows that every store shares.
public enum RecordAccess: Sendable {
  /// The host keeps them, and performs ``Step/records(_:then:)``.
  case host

  /// Reads records by key. Those that have expired count as absent, whether the store has removed them or not.
  ///
  /// - Parameter then: is given a record or `nil` for each key, or `nil` where the store cannot be read.
  func get<Value>(
    _ keys: [RecordKey], now: Int64, then: @escaping @Sendable ([Record?]?) -> Step<Value>
  ) -> Step<Value> {
    if keys.isEmpty { return then([]) }
    return perform(.get(keys), now: now) { result in
      guard case .records(let records) = result, records.count == keys.count else { return then(nil) }
      return then(records.map { record in record.flatMap { $0.isExpired(at: now) ? nil : $0 } })
    }
  }

  func perform<Value>(
    _ request: RecordRequest, now: Int64, then: @escaping @Sendable (RecordResult) -> Step<Value>
  ) -> Step<Value> {
    // A request that no store takes is asked of none.
    guard request.isValid else { return then(.unavailable) }
    switch self {
    case .host: return .records(request, then: then)
    }
  }
}

extension Record {
  func isExpired(at now: Int64) -> Bool {
    expires.map { $0 <= now } ?? false
  }
}
