extension SampleRequest: WireValue {
  public var wire: JSON {
    .object([
      JSON.Member("blob", blob.wire), JSON.Member("longestSide", .int(longestSide)),
      JSON.Member("leastSide", .int(leastSide)),
    ])
  }

  public init(wire: JSON) throws(WireError) {
    var object = try WireObject(wire)
    self.init(
      blob: try object.value("blob"), longestSide: try object.int("longestSide", from: 1, to: 64),
      leastSide: try object.int("leastSide", from: 1, to: 64))
    try object.end()
  }
}

extension SampleResult: WireValue {
  public var wire: JSON {
    switch self {
    case .sample(let sample): WireChoice.json("sample", sample.wire)
    case .undecodable: .string("undecodable")
    case .overloaded: .string("overloaded")
    case .timedOut: .string("timedOut")
    }
  }

  public init(wire: JSON) throws(WireError) {
    let choice = try WireChoice(wire)
    switch choice.name {
    case "sample": self = .sample(try choice.value())
    case "undecodable": self = try choice.alone(.undecodable)
    case "overloaded": self = try choice.alone(.overloaded)
    case "timedOut": self = try choice.alone(.timedOut)
    default: throw choice.unknown
    }
  }
}

extension Sample: WireValue {
  public var wire: JSON {
    var members = [JSON.Member("raster", raster.wire), JSON.Member("milliseconds", .int(milliseconds))]
    if isDamaged { members.append(JSON.Member("isDamaged", .bool(true))) }
    return .object(members)
  }

  public init(wire: JSON) throws(WireError) {
    var object = try WireObject(wire)
    self.init(
      try object.value("raster"), milliseconds: try object.int("milliseconds", from: 0),
      isDamaged: object.has("isDamaged") ? try object.bool("isDamaged") : false)
    try object.end()
  }
}

extension Raster: WireValue {
  public var wire: JSON {
    .object([
      JSON.Member("width", .int(width)), JSON.Member("height", .int(height)),
      JSON.Member("rgba", .string(Base64.encode(rgba))),
    ])
  }

  public init(wire: JSON) throws(WireError) {
    var object = try WireObject(wire)
    let width = try object.int("width", from: 1)
    let height = try object.int("height", from: 1)
    guard let raster = Raster(width: width, height: height, rgba: try object.bytes("rgba")) else {
      throw WireError("rgba: has not four bytes a pixel")
    }
    self = raster
    try object.end()
  }
}
