extension ReceivedRequest: WireValue {
  public var wire: JSON {
    .object([
      JSON.Member("method", .string(method)), JSON.Member("target", .string(target)),
      JSON.Member("fields", WirePairs.json(fields)), JSON.Member("isHTTP10", .bool(isHTTP10)),
      JSON.Member("isSecure", .bool(isSecure)),
    ])
  }

  public init(wire: JSON) throws(WireError) {
    var object = try WireObject(wire)
    self.init(
      method: try object.string("method"), target: try object.string("target"),
      fields: try WirePairs.read(object.json("fields")), isHTTP10: try object.bool("isHTTP10"),
      isSecure: try object.bool("isSecure"))
    try object.end()
  }
}

extension Context: WireValue {
  public var wire: JSON {
    .object([JSON.Member("now", .int64(now)), JSON.Member("isReady", .bool(isReady))])
  }

  public init(wire: JSON) throws(WireError) {
    var object = try WireObject(wire)
    self.init(now: try object.int64("now"), isReady: try object.bool("isReady"))
    try object.end()
  }
}

/// What begins a request.
public struct Call: Sendable, WireValue {
  public var request: ReceivedRequest
  public var context: Context

  public init(_ request: ReceivedRequest, context: Context) {
    self.request = request
    self.context = context
  }

  public var wire: JSON {
    .object([JSON.Member("request", request.wire), JSON.Member("context", context.wire)])
  }

  public init(wire: JSON) throws(WireError) {
    var object = try WireObject(wire)
    self.init(try object.value("request"), context: try object.value("context"))
    try object.end()
  }
}
