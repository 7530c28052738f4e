extension InspectRequest: WireValue {
  public var wire: JSON {
    var members = [JSON.Member("blob", blob.wire)]
    if let content { members.append(JSON.Member("content", content.wire)) }
    return .object(members)
  }

  public init(wire: JSON) throws(WireError) {
    var object = try WireObject(wire)
    self.init(blob: try object.value("blob"))
    if let json = object.optional("content") { content = try Picture.Frames(wire: json) }
    try object.end()
  }
}

extension InspectResult: WireValue {
  public var wire: JSON {
    switch self {
    case .image(let header): WireChoice.json("image", header.wire)
    case .unsupported: .string("unsupported")
    case .unread(let feature): WireChoice.json("unread", feature.wire)
    case .undecodable: .string("undecodable")
    case .overloaded: .string("overloaded")
    }
  }

  public init(wire: JSON) throws(WireError) {
    let choice = try WireChoice(wire)
    switch choice.name {
    case "image": self = .image(try choice.value())
    case "unsupported": self = try choice.alone(.unsupported)
    case "unread": self = .unread(try choice.value())
    case "undecodable": self = try choice.alone(.undecodable)
    case "overloaded": self = try choice.alone(.overloaded)
    default: throw choice.unknown
    }
  }
}

extension UnreadFeature: WireName {
  var wireName: String {
    switch self {
    case .depth: "depth"
    case .sampleType: "sampleType"
    case .floats: "floats"
    case .inks: "inks"
    case .colorModel: "colorModel"
    case .planes: "planes"
    case .compression: "compression"
    case .process: "process"
    case .codec: "codec"
    }
  }
}

extension ImageHeader: WireValue {
  public var wire: JSON {
    var members = [
      JSON.Member("format", format.wire), JSON.Member("width", .int(width)), JSON.Member("height", .int(height)),
      JSON.Member("orientation", .int(orientation)), JSON.Member("frames", .int(frames)),
      JSON.Member("hasAlpha", .bool(hasAlpha)),
    ]
    if let content { members.append(JSON.Member("content", content.wire)) }
    if let fractionalSize { members.append(JSON.Member("fractionalSize", fractionalSize.wire)) }
    return .object(members)
  }

  public init(wire: JSON) throws(WireError) {
    var object = try WireObject(wire)
    self.init(
      format: try object.value("format"), width: try object.int("width", from: 0),
      height: try object.int("height", from: 0), orientation: try object.int("orientation", from: 1, to: 8),
      frames: try object.int("frames", from: 0), hasAlpha: try object.bool("hasAlpha"))
    if let json = object.optional("content") { content = try PixelRect(wire: json) }
    if let json = object.optional("fractionalSize") { fractionalSize = try FractionalSize(wire: json) }
    try object.end()
  }
}

extension ImageHeader.Format: WireName {
  var wireName: String {
    switch self {
    case .jpeg: "jpeg"
    case .png: "png"
    case .webp: "webp"
    case .gif: "gif"
    case .avif: "avif"
    case .heic: "heic"
    case .tiff: "tiff"
    case .bmp: "bmp"
    case .ico: "ico"
    case .svg: "svg"
    }
  }
}

extension FractionalSize: WireValue {
  public var wire: JSON {
    .object([JSON.Member("width", .fixedPoint(width)), JSON.Member("height", .fixedPoint(height))])
  }

  public init(wire: JSON) throws(WireError) {
    var object = try WireObject(wire)
    self.init(width: try object.fixedPoint("width"), height: try object.fixedPoint("height"))
    guard width > .zero, height > .zero else { throw WireError("fractionalSize: must be more than 0") }
    try object.end()
  }
}

extension PixelRect: WireValue {
  public var wire: JSON {
    .object([
      JSON.Member("x", .int(x)), JSON.Member("y", .int(y)), JSON.Member("width", .int(width)),
      JSON.Member("height", .int(height)),
    ])
  }

  public init(wire: JSON) throws(WireError) {
    var object = try WireObject(wire)
    self.init(
      x: try object.int("x", from: 0), y: try object.int("y", from: 0), width: try object.int("width", from: 1),
      height: try object.int("height", from: 1))
    try object.end()
  }
}
