// Numbers of 64 bits cross as decimal digits in strings: JavaScript's own numbers stop at 2^53.

extension RecordKey: WireValue {
  public var wire: JSON { .array([.string(partition), .string(sort)]) }

  public init(wire: JSON) throws(WireError) {
    guard let parts = wire.array, parts.count == 2, let partition = parts[0].string, let sort = parts[1].string else {
      throw WireError("a record's key must be a list of its partition and its place there")
    }
    self.init(partition, sort)
  }
}

extension Record: WireValue {
  public var wire: JSON {
    var members = [
      JSON.Member("key", key.wire), JSON.Member("body", .string(body)),
      JSON.Member("counters", WireCounters.json(counters)), JSON.Member("revision", .decimal(revision)),
    ]
    members.append("expires", expires.map { String($0) })
    return .object(members)
  }

  public init(wire: JSON) throws(WireError) {
    var object = try WireObject(wire)
    self.init(
      key: try object.value("key"), body: try object.string("body"),
      counters: try WireCounters.read(object.json("counters")), revision: try object.decimal("revision"),
      expires: try object.optionalDecimal("expires"))
    try object.end()
  }
}

/// Names and values by turns, as ``WirePairs``.
private enum WireCounters {
  static func json(_ counters: [Record.Counter]) -> JSON {
    WirePairs.json(counters.map { ($0.name, String($0.value)) })
  }

  static func read(_ wire: JSON) throws(WireError) -> [Record.Counter] {
    var counters: [Record.Counter] = []
    for pair in try WirePairs.read(wire) {
      counters.append(Record.Counter(pair.name, try JSON.string(pair.value).decimal()))
    }
    return counters
  }
}

// MARK: Requests

extension RecordRequest: WireValue {
  public var wire: JSON {
    switch self {
    case .get(let keys): WireChoice.json("get", .array(keys.map { $0.wire }))
    case .query(let query): WireChoice.json("query", query.wire)
    case .write(let writes, let asOf):
      WireChoice.json(
        "write", .object([JSON.Member("writes", .array(writes.map { $0.wire })), JSON.Member("asOf", .decimal(asOf))]))
    }
  }

  public init(wire: JSON) throws(WireError) {
    let choice = try WireChoice(wire)
    switch choice.name {
    case "get":
      guard let keys = try choice.json().array else { throw WireError("get: must be a list") }
      self = .get(try WireList.read(keys))
    case "query": self = .query(try choice.value())
    case "write":
      var object = try choice.object()
      self = .write(try object.list("writes"), asOf: try object.decimal("asOf"))
      try object.end()
    default: throw choice.unknown
    }
  }
}

extension RecordQuery: WireValue {
  public var wire: JSON {
    var members = [
      JSON.Member("partition", .string(partition)), JSON.Member("from", .string(from)),
      JSON.Member("through", .string(through)), JSON.Member("isDescending", .bool(isDescending)),
      JSON.Member("limit", .int(limit)),
    ]
    members.append("after", after)
    return .object(members)
  }

  public init(wire: JSON) throws(WireError) {
    var object = try WireObject(wire)
    self.init(
      partition: try object.string("partition"), from: try object.string("from"),
      through: try object.string("through"), isDescending: try object.bool("isDescending"),
      limit: try object.int("limit", from: 1, to: Self.maximumLimit), after: try object.optionalString("after"))
    try object.end()
  }
}

extension RecordWrite: WireValue {
  public var wire: JSON {
    .object([
      JSON.Member("key", key.wire), JSON.Member("change", change.wire), JSON.Member("condition", condition.wire),
    ])
  }

  public init(wire: JSON) throws(WireError) {
    var object = try WireObject(wire)
    self.init(try object.value("key"), try object.value("change"), if: try object.value("condition"))
    try object.end()
  }
}

extension RecordWrite.Change: WireValue {
  public var wire: JSON {
    switch self {
    case .put(let body, let expires):
      var members = [JSON.Member("body", .string(body))]
      members.append("expires", expires.map { String($0) })
      return WireChoice.json("put", .object(members))
    case .delete: return .string("delete")
    case .add(let counters, let expires):
      var members = [JSON.Member("counters", WireCounters.json(counters))]
      members.append("expires", expires.map { String($0) })
      return WireChoice.json("add", .object(members))
    case .check: return .string("check")
    }
  }

  public init(wire: JSON) throws(WireError) {
    let choice = try WireChoice(wire)
    switch choice.name {
    case "put":
      var object = try choice.object()
      self = .put(body: try object.string("body"), expires: try object.optionalDecimal("expires"))
      try object.end()
    case "delete": self = try choice.alone(.delete)
    case "add":
      var object = try choice.object()
      self = .add(try WireCounters.read(object.json("counters")), expires: try object.optionalDecimal("expires"))
      try object.end()
    case "check": self = try choice.alone(.check)
    default: throw choice.unknown
    }
  }
}

extension RecordWrite.Condition: WireValue {
  public var wire: JSON {
    switch self {
    case .always: .string("always")
    case .absent: .string("absent")
    case .revision(let revision): WireChoice.json("revision", .decimal(revision))
    }
  }

  public init(wire: JSON) throws(WireError) {
    let choice = try WireChoice(wire)
    switch choice.name {
    case "always": self = try choice.alone(.always)
    case "absent": self = try choice.alone(.absent)
    case "revision": self = .revision(try choice.json().decimal())
    default: throw choice.unknown
    }
  }
}

// MARK: Results

extension RecordResult: WireValue {
  /// The maximum size of a result as text: bodies of which every byte is escaped, for as many keys as a request may have.
  public static let maximumWireBytes = 16 << 20

  public var wire: JSON {
    switch self {
    case .records(let records): return WireChoice.json("records", .array(records.map { $0?.wire ?? .null }))
    case .page(let records, let next):
      var members = [JSON.Member("records", .array(records.map { $0.wire }))]
      members.append("next", next)
      return WireChoice.json("page", .object(members))
    case .written: return .string("written")
    case .conflict(let index): return WireChoice.json("conflict", .int(index))
    case .overloaded: return .string("overloaded")
    case .unavailable: return .string("unavailable")
    }
  }

  public init(wire: JSON) throws(WireError) {
    let choice = try WireChoice(wire)
    switch choice.name {
    case "records":
      guard let elements = try choice.json().array else { throw WireError("records: must be a list") }
      var records: [Record?] = []
      for element in elements {
        if case .null = element { records.append(nil) } else { records.append(try Record(wire: element)) }
      }
      self = .records(records)
    case "page":
      var object = try choice.object()
      self = .page(try object.list("records"), next: try object.optionalString("next"))
      try object.end()
    case "written": self = try choice.alone(.written)
    case "conflict":
      guard let index = try choice.json().int, index >= 0, index < RecordRequest.maximumWrites else {
        throw WireError("conflict: must be the index of a write")
      }
      self = .conflict(index)
    case "overloaded": self = try choice.alone(.overloaded)
    case "unavailable": self = try choice.alone(.unavailable)
    default: throw choice.unknown
    }
  }
}
