extension ExchangeRequest: WireValue {
  public var wire: JSON {
    .object([
      JSON.Member("method", .string(method)), JSON.Member("url", .string(url)),
      JSON.Member("fields", WirePairs.json(fields.map { ($0.name, $0.value) })),
      JSON.Member("body", .string(Base64.encode(body))), JSON.Member("reach", reach.wire),
      JSON.Member("timeoutMilliseconds", .int(timeoutMilliseconds)),
      JSON.Member("delayMilliseconds", .int(delayMilliseconds)),
    ])
  }

  public init(wire: JSON) throws(WireError) {
    var object = try WireObject(wire)
    var fields: [OutboundRequest.Field] = []
    let method = try object.string("method")
    let url = try object.string("url")
    for pair in try WirePairs.read(object.json("fields")) {
      fields.append(OutboundRequest.Field(name: pair.name, value: pair.value))
    }
    self.init(
      method: method, url: url, fields: fields, body: try object.bytes("body"), reach: try object.value("reach"),
      timeoutMilliseconds: try object.int("timeoutMilliseconds", from: 0),
      delayMilliseconds: try object.int("delayMilliseconds", from: 0))
    try object.end()
  }
}

extension ExchangeRequest.Reach: CaseIterable, WireName {
  public static let allCases: [ExchangeRequest.Reach] = [.public, .operators]

  var wireName: String {
    switch self {
    case .public: "public"
    case .operators: "operators"
    }
  }
}

extension ExchangeResult: WireValue {
  /// The maximum size of a result as text: a body in base 64, and what is around it.
  public static let maximumWireBytes = 6 << 20

  public var wire: JSON {
    switch self {
    case .response(let status, let retryAfter, let body):
      var members = [JSON.Member("status", .int(status))]
      members.append("retryAfter", retryAfter)
      members.append(JSON.Member("body", .string(Base64.encode(body))))
      return WireChoice.json("response", .object(members))
    case .notSent: return .string("notSent")
    case .unanswered: return .string("unanswered")
    }
  }

  public init(wire: JSON) throws(WireError) {
    let choice = try WireChoice(wire)
    switch choice.name {
    case "response":
      var object = try choice.object()
      self = .response(
        status: try object.int("status", from: 100, to: 999), retryAfter: try object.optionalString("retryAfter"),
        body: try object.bytes("body"))
      try object.end()
    case "notSent": self = try choice.alone(.notSent)
    case "unanswered": self = try choice.alone(.unanswered)
    default: throw choice.unknown
    }
  }
}
