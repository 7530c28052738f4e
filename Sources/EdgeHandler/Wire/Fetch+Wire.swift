extension Blob: WireValue {
  public var wire: JSON { .int64(Int64(id)) }

  public init(wire: JSON) throws(WireError) {
    guard let id = wire.int64, (0...Int64(UInt32.max)).contains(id) else {
      throw WireError("a blob must be a whole number of 32 bits")
    }
    self.init(id: UInt32(id))
  }
}

extension OutboundRequest: WireValue {
  public var wire: JSON {
    .object([
      JSON.Member("target", target.wire),
      JSON.Member("fields", WirePairs.json(fields.map { ($0.name, $0.value) })),
      JSON.Member("maximumBytes", .int(maximumBytes)),
      JSON.Member("timeoutMilliseconds", .int(timeoutMilliseconds)),
    ])
  }

  public init(wire: JSON) throws(WireError) {
    var object = try WireObject(wire)
    let target: Target = try object.value("target")
    var fields: [Field] = []
    for pair in try WirePairs.read(object.json("fields")) { fields.append(Field(name: pair.name, value: pair.value)) }
    self.init(
      target, fields: fields, maximumBytes: try object.int("maximumBytes", from: 0),
      timeoutMilliseconds: try object.int("timeoutMilliseconds", from: 0))
    try object.end()
  }
}

extension OutboundRequest.Target: WireValue {
  public var wire: JSON {
    switch self {
    case .url(let url): WireChoice.json("url", .string(url))
    case .sample(let name): WireChoice.json("sample", .string(name))
    }
  }

  public init(wire: JSON) throws(WireError) {
    let choice = try WireChoice(wire)
    switch choice.name {
    case "url": self = .url(try choice.string())
    case "sample": self = .sample(try choice.string())
    default: throw choice.unknown
    }
  }
}

extension ContentDecoding {
  /// As hosts on the other side of a boundary get it: what to undo, or how the fetch fails.
  public var wireName: String {
    switch self {
    case .none: "none"
    case .gzip: "gzip"
    case .deflate: "deflate"
    case .refused(let coding): FetchFailure.encoded(coding).wireName
    }
  }
}

extension FetchResult: WireValue {
  public var wire: JSON {
    switch self {
    case .response(let response): WireChoice.json("response", response.wire)
    case .failed(let failure): WireChoice.json("failed", failure.wire)
    }
  }

  public init(wire: JSON) throws(WireError) {
    let choice = try WireChoice(wire)
    switch choice.name {
    case "response": self = .response(try choice.value())
    case "failed": self = .failed(try choice.value())
    default: throw choice.unknown
    }
  }
}

extension InboundResponse: WireValue {
  public var wire: JSON {
    var members = [JSON.Member("status", .int(status))]
    members.append("location", location)
    members.append("contentType", contentType)
    members.append("contentRange", contentRange)
    members.append("retryAfter", retryAfter)
    members.append(JSON.Member("body", body.wire))
    members.append(JSON.Member("byteCount", .int(byteCount)))
    members.append(JSON.Member("milliseconds", .int(milliseconds)))
    return .object(members)
  }

  public init(wire: JSON) throws(WireError) {
    var object = try WireObject(wire)
    self.init(
      status: try object.int("status", from: 100, to: 999), location: try object.optionalString("location"),
      contentType: try object.optionalString("contentType"), contentRange: try object.optionalString("contentRange"),
      retryAfter: try object.optionalString("retryAfter"), body: try object.value("body"),
      byteCount: try object.int("byteCount", from: 0), milliseconds: try object.int("milliseconds", from: 0))
    try object.end()
  }
}

extension FetchFailure: CaseIterable, WireName {
  public static let allCases: [FetchFailure] =
    [.unreachable, .addressRefused, .timedOut, .tooLarge, .overloaded] + ContentCoding.allCases.map { .encoded($0) }

  var wireName: String {
    switch self {
    case .unreachable: "unreachable"
    case .addressRefused: "addressRefused"
    case .timedOut: "timedOut"
    case .tooLarge: "tooLarge"
    case .overloaded: "overloaded"
    case .encoded(let coding): "encoded:" + coding.token
    }
  }
}
