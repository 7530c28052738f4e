extension CacheKey: WireValue {
  public var wire: JSON { .string(hex) }

  public init(wire: JSON) throws(WireError) {
    guard let text = wire.string, let key = CacheKey(hex: text) else {
      throw WireError("a key must be 64 hexadecimal digits")
    }
    self = key
  }
}

extension LookUpRequest: WireValue {
  public var wire: JSON {
    .object([JSON.Member("key", key.wire), JSON.Member("share", share.wire)])
  }

  public init(wire: JSON) throws(WireError) {
    var object = try WireObject(wire)
    self.init(key: try object.value("key"), share: try object.value("share"))
    try object.end()
  }
}

extension LookUpResult: WireValue {
  public var wire: JSON {
    switch self {
    case .hit(let output): WireChoice.json("hit", output.wire)
    case .collapsed(let output): WireChoice.json("collapsed", output.wire)
    case .miss: .string("miss")
    case .originalServes: .string("originalServes")
    case .failed(let problem): WireChoice.json("failed", problem.wire)
    }
  }

  public init(wire: JSON) throws(WireError) {
    let choice = try WireChoice(wire)
    switch choice.name {
    case "hit": self = .hit(try choice.value())
    case "collapsed": self = .collapsed(try choice.value())
    case "miss": self = try choice.alone(.miss)
    case "originalServes": self = try choice.alone(.originalServes)
    case "failed": self = .failed(try choice.value())
    // For a host that has no room for another miss and cannot word a problem.
    case "overloaded": self = try choice.alone(.failed(.overloaded))
    default: throw choice.unknown
    }
  }
}

extension StoredOutput: WireValue {
  public var wire: JSON {
    var members = [JSON.Member("body", body.wire)]
    if let bytes { members.append(JSON.Member("bytes", .string(Base64.encode(bytes)))) }
    members.append(JSON.Member("byteCount", .int(byteCount)))
    members.append(JSON.Member("mediaType", .string(mediaType)))
    if isOriginal { members.append(JSON.Member("isOriginal", .bool(true))) }
    members.append(JSON.Member("lifetimeSeconds", .int(lifetimeSeconds)))
    return .object(members)
  }

  public init(wire: JSON) throws(WireError) {
    var object = try WireObject(wire)
    self.init(
      body: try object.value("body"), byteCount: try object.int("byteCount", from: 0),
      mediaType: try object.string("mediaType"),
      isOriginal: object.has("isOriginal") ? try object.bool("isOriginal") : false,
      lifetimeSeconds: try object.int("lifetimeSeconds", from: 0))
    if object.has("bytes") { bytes = try object.bytes("bytes") }
    try object.end()
  }
}

extension Problem: WireValue {
  public var wire: JSON {
    var members = [JSON.Member("code", .string(code.name)), JSON.Member("detail", .string(detail))]
    members.append("parameter", parameter)
    if let retryAfterSeconds { members.append(JSON.Member("retryAfterSeconds", .int(retryAfterSeconds))) }
    return .object(members)
  }

  public convenience init(wire: JSON) throws(WireError) {
    var object = try WireObject(wire)
    let name = try object.string("code")
    guard let code = Code.allCases.first(where: { $0.name == name }) else {
      throw WireError("code: \"\(name)\" is not the code of a problem")
    }
    let detail = try object.string("detail")
    let parameter = try object.optionalString("parameter")
    let seconds = object.has("retryAfterSeconds") ? try object.int("retryAfterSeconds", from: 0) : nil
    try object.end()
    self.init(code, detail, parameter: parameter, retryAfterSeconds: seconds)
  }
}

extension Settlement: WireValue {
  public var wire: JSON {
    switch self {
    case .store(let key, let output):
      WireChoice.json("store", .object([JSON.Member("key", key.wire), JSON.Member("output", output.wire)]))
    case .fail(let key, let problem):
      WireChoice.json("fail", .object([JSON.Member("key", key.wire), JSON.Member("problem", problem.wire)]))
    }
  }

  public init(wire: JSON) throws(WireError) {
    let choice = try WireChoice(wire)
    var object = try choice.object()
    switch choice.name {
    case "store": self = .store(try object.value("key"), try object.value("output"))
    case "fail": self = .fail(try object.value("key"), try object.value("problem"))
    default: throw choice.unknown
    }
    try object.end()
  }
}
