/// Names a record: the partition that it lies in, and its place there. Both are 1 to 512 bytes of UTF-8 without control characters; places
/// are in the order of their bytes.
public struct RecordKey: Sendable, Equatable {
  public var partition: String
  public var sort: String

  public init(_ partition: String, _ sort: String) {
    self.partition = partition
    self.sort = sort
  }

  /// By bytes, which is not what the compiler would make of it.
  public static func == (left: RecordKey, right: RecordKey) -> Bool {
    left.partition == right.partition && left.sort == right.sort
  }
}

/// A small text under a key, and whole numbers that can be added to without reading them.
///
/// Law of this folder: it knows how records are kept and not what they say. Hosts never look into a body.
public struct Record: Sendable, Equatable {
  public var key: RecordKey
  /// At most ``maximumBodyBytes``, none of them zero.
  public var body: String
  /// By name, in no order.
  public var counters: [Counter]
  /// Grows by one with each write of the record, from 1.
  public var revision: Int64
  /// Unix time in seconds from which the record is as good as gone. A store may keep it for days after that, and may give it back.
  public var expires: Int64?

  public static let maximumBodyBytes = 64 << 10

  public struct Counter: Sendable, Equatable {
    /// 1 to 64 bytes of UTF-8 without control characters.
    public var name: String
    public var value: Int64

    public init(_ name: String, _ value: Int64) {
      self.name = name
      self.value = value
    }
  }

  public init(key: RecordKey, body: String, counters: [Counter] = [], revision: Int64 = 0, expires: Int64? = nil) {
    self.key = key
    self.body = body
    self.counters = counters
    self.revision = revision
    self.expires = expires
  }
}
