/// What is asked of the store of records.
///
/// Every request is bounded, and every write is all or nothing. Stores differ in where they keep records and in nothing else; one suite of
/// tests says what each must do.
public enum RecordRequest: Sendable, Equatable {
  /// Records by key, at most ``maximumKeys``, no key twice. Always as last written.
  case get([RecordKey])
  case query(RecordQuery)
  /// At most ``maximumWrites``, no key twice: all are done, or none. A record that has expired at `asOf`, in Unix seconds, is absent to
  /// conditions and changes: what is written in its place begins with revision 1 and without counters.
  case write([RecordWrite], asOf: Int64)

  public static let maximumKeys = 100
  public static let maximumWrites = 25
}

/// Records of one partition whose places lie between two bounds, both included.
public struct RecordQuery: Sendable, Equatable {
  public var partition: String
  public var from: String
  public var through: String
  /// From the last place to the first.
  public var isDescending: Bool
  /// 1 to ``maximumLimit``. A page may have fewer records, and be followed by others all the same: it ends where its bodies pass
  /// ``maximumPageBytes``.
  public var limit: Int
  /// The place of the last record of the page before, as ``RecordResult/page(_:next:)`` gave it.
  public var after: String?

  public static let maximumLimit = 100
  /// What DynamoDB reads for one page.
  public static let maximumPageBytes = 1 << 20

  public init(
    partition: String, from: String, through: String, isDescending: Bool = false, limit: Int = maximumLimit,
    after: String? = nil
  ) {
    self.partition = partition
    self.from = from
    self.through = through
    self.isDescending = isDescending
    self.limit = limit
    self.after = after
  }
}

public struct RecordWrite: Sendable, Equatable {
  public var key: RecordKey
  public var change: Change
  public var condition: Condition

  public enum Change: Sendable, Equatable {
    /// Body and expiry are replaced; counters stay as they are.
    case put(body: String, expires: Int64?)
    case delete
    /// Adds to counters and makes the record where there is none, with an empty body. `expires` is set where the record has no expiry yet.
    /// Sums saturate at the bounds of 64 bits; DynamoDB, which counts on beyond them, is read as if they did.
    case add([Record.Counter], expires: Int64?)
    /// Changes nothing: only the condition counts.
    case check
  }

  public enum Condition: Sendable, Equatable {
    case always
    case absent
    /// The record is there with this revision.
    case revision(Int64)
  }

  public init(_ key: RecordKey, _ change: Change, if condition: Condition = .always) {
    self.key = key
    self.change = change
    self.condition = condition
  }
}

public enum RecordResult: Sendable, Equatable {
  /// Of a `get`, in the order of its keys; `nil` where there is none.
  case records([Record?])
  /// Of a `query`. With `next`, there may be more after that place.
  case page([Record], next: String?)
  /// Of a `write`: all of it has been done.
  case written
  /// Nothing was written, because the condition of the write at this index does not hold; of several, any of them.
  case conflict(Int)
  /// Nothing was written; the store is busy. Worth another try after a while.
  case overloaded
  /// The store cannot be reached, or answers what cannot be understood. A write may have been done all the same: one that is not to be done
  /// twice carries a condition, so that another try is a conflict.
  case unavailable
}
