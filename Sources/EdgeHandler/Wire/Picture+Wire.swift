extension Picture: WireValue {
  public var wire: JSON {
    switch self {
    case .decoded(let blob, let frames, let operations):
      WireChoice.json(
        "decoded",
        .object([
          JSON.Member("blob", blob.wire), JSON.Member("frames", frames.wire),
          JSON.Member("operations", .array(operations.map { $0.wire })),
        ]))
    case .raster(let raster, let operations):
      WireChoice.json(
        "raster",
        .object([JSON.Member("raster", raster.wire), JSON.Member("operations", .array(operations.map { $0.wire }))]))
    case .composed(let width, let height, let background, let placed, let operations):
      WireChoice.json(
        "composed",
        .object([
          JSON.Member("width", .int(width)), JSON.Member("height", .int(height)),
          JSON.Member("background", background.wire), JSON.Member("placed", .array(placed.map { $0.wire })),
          JSON.Member("operations", .array(operations.map { $0.wire })),
        ]))
    }
  }

  /// Recursion is bounded by ``JSON/maximumDepth``.
  public init(wire: JSON) throws(WireError) {
    let choice = try WireChoice(wire)
    var object = try choice.object()
    switch choice.name {
    case "decoded":
      self = .decoded(try object.value("blob"), frames: try object.value("frames"), try object.list("operations"))
    case "raster": self = .raster(try object.value("raster"), try object.list("operations"))
    case "composed":
      self = .composed(
        width: try object.int("width", from: 1), height: try object.int("height", from: 1),
        background: try object.value("background"), try object.list("placed"), try object.list("operations"))
    default: throw choice.unknown
    }
    try object.end()
  }
}

extension Picture.Frames: CaseIterable, WireName {
  public static let allCases: [Picture.Frames] = [.first, .all]

  var wireName: String {
    switch self {
    case .first: "first"
    case .all: "all"
    }
  }
}

extension Placed: WireValue {
  public var wire: JSON {
    .object([JSON.Member("picture", picture.wire), JSON.Member("x", .int(x)), JSON.Member("y", .int(y))])
  }

  public init(wire: JSON) throws(WireError) {
    var object = try WireObject(wire)
    self.init(try object.value("picture"), x: try object.place("x"), y: try object.place("y"))
    try object.end()
  }
}

extension PixelPoint: WireValue {
  public var wire: JSON {
    .object([JSON.Member("x", .int(x)), JSON.Member("y", .int(y))])
  }

  public init(wire: JSON) throws(WireError) {
    var object = try WireObject(wire)
    self.init(x: try object.place("x"), y: try object.place("y"))
    try object.end()
  }
}

extension WireObject {
  /// A coordinate, which may lie outside of the canvas on any side.
  mutating func place(_ name: String) throws(WireError) -> Int {
    try int(name, from: Int(Int32.min))
  }
}

extension Color: WireValue {
  /// `rrggbbaa`.
  public var wire: JSON { .string(Hexadecimal.encode([red, green, blue, alpha])) }

  public init(wire: JSON) throws(WireError) {
    guard let digits = wire.string?.utf8, digits.count == 8 else { throw WireError("a colour must be rrggbbaa") }
    var channels: UInt32 = 0
    for digit in digits {
      guard let value = Hexadecimal.value(digit), Hexadecimal.digit(value) == digit else {
        throw WireError("a colour must be rrggbbaa")
      }
      channels = channels << 4 | UInt32(value)
    }
    self.init(
      red: UInt8(channels >> 24), green: UInt8(channels >> 16 & 255), blue: UInt8(channels >> 8 & 255),
      alpha: UInt8(channels & 255))
  }
}
