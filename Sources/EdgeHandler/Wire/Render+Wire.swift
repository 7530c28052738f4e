extension RenderPlan: WireValue {
  public var wire: JSON {
    var members = [JSON.Member("picture", picture.wire), JSON.Member("encoding", encoding.wire)]
    if let alternative { members.append(JSON.Member("alternative", alternative.wire)) }
    members.append(JSON.Member("original", original.wire))
    members.append(JSON.Member("timeoutMilliseconds", .int(timeoutMilliseconds)))
    return .object(members)
  }

  public init(wire: JSON) throws(WireError) {
    var object = try WireObject(wire)
    self.init(
      picture: try object.value("picture"), encoding: try object.value("encoding"),
      alternative: object.has("alternative") ? try object.value("alternative") : nil,
      original: try object.value("original"),
      timeoutMilliseconds: try object.int("timeoutMilliseconds", from: 0))
    try object.end()
  }
}

extension RenderPlan.OriginalUse: WireName {
  var wireName: String {
    switch self {
    case .never: "never"
    case .ifNotLarger: "ifNotLarger"
    case .ifPossible: "ifPossible"
    }
  }
}

extension Encoding: WireValue {
  public var wire: JSON {
    .object([
      JSON.Member("format", format.wire), JSON.Member("quality", .int(quality)),
      JSON.Member("lossless", .bool(lossless)), JSON.Member("palette", .bool(palette)),
      JSON.Member("metadata", metadata.wire), JSON.Member("ground", ground.wire),
    ])
  }

  public init(wire: JSON) throws(WireError) {
    var object = try WireObject(wire)
    self.init(
      format: try object.value("format"), quality: try object.int("quality", from: 1, to: 100),
      lossless: try object.bool("lossless"), palette: try object.bool("palette"),
      metadata: try object.value("metadata"), ground: try object.value("ground"))
    try object.end()
  }
}

extension OutputFormat: WireName {
  var wireName: String { keyword }
}

extension Encoding.Metadata: CaseIterable, WireName {
  public static let allCases: [Encoding.Metadata] = [.none, .copyright, .keep]

  var wireName: String {
    switch self {
    case .none: "none"
    case .copyright: "copyright"
    case .keep: "keep"
    }
  }
}

extension RenderResult: WireValue {
  public var wire: JSON {
    switch self {
    case .output(let output): WireChoice.json("output", output.wire)
    case .undecodable: .string("undecodable")
    case .timedOut: .string("timedOut")
    case .overloaded: .string("overloaded")
    case .failed: .string("failed")
    }
  }

  public init(wire: JSON) throws(WireError) {
    let choice = try WireChoice(wire)
    switch choice.name {
    case "output": self = .output(try choice.value())
    case "undecodable": self = try choice.alone(.undecodable)
    case "timedOut": self = try choice.alone(.timedOut)
    case "overloaded": self = try choice.alone(.overloaded)
    case "failed": self = try choice.alone(.failed)
    default: throw choice.unknown
    }
  }
}

extension RenderedOutput: WireValue {
  public var wire: JSON {
    var members = [JSON.Member("body", body.wire), JSON.Member("byteCount", .int(byteCount))]
    if isOriginal { members.append(JSON.Member("isOriginal", .bool(true))) }
    if isAlternative { members.append(JSON.Member("isAlternative", .bool(true))) }
    members.append(JSON.Member("milliseconds", .int(milliseconds)))
    if !damaged.isEmpty { members.append(JSON.Member("damaged", .array(damaged.map { $0.wire }))) }
    return .object(members)
  }

  public init(wire: JSON) throws(WireError) {
    var object = try WireObject(wire)
    self.init(
      body: try object.value("body"), byteCount: try object.int("byteCount", from: 0),
      isOriginal: object.has("isOriginal") ? try object.bool("isOriginal") : false,
      isAlternative: object.has("isAlternative") ? try object.bool("isAlternative") : false,
      milliseconds: try object.int("milliseconds", from: 0),
      damaged: object.has("damaged") ? try object.list("damaged") : [])
    try object.end()
  }
}
