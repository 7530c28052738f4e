extension PixelOperation: WireValue {
  public var wire: JSON {
    switch self {
    case .crop(let rect): WireChoice.json("crop", rect.wire)
    case .flip(let horizontal, let vertical):
      WireChoice.json(
        "flip", .object([JSON.Member("horizontal", .bool(horizontal)), JSON.Member("vertical", .bool(vertical))]))
    case .rotate(let turns): WireChoice.json("rotate", .int(turns))
    case .turn(let degrees, let width, let height):
      WireChoice.json(
        "turn", .object([JSON.Member("degrees", .fixedPoint(degrees))] + Self.size(width, height)))
    case .resize(let width, let height): WireChoice.json("resize", .object(Self.size(width, height)))
    case .smartCrop(let width, let height, let interest):
      WireChoice.json("smartCrop", .object(Self.size(width, height) + [JSON.Member("interest", interest.wire)]))
    case .extend(let width, let height, let x, let y, let color):
      WireChoice.json(
        "extend",
        .object(
          Self.size(width, height) + [
            JSON.Member("x", .int(x)), JSON.Member("y", .int(y)), JSON.Member("color", color.wire),
          ]))
    case .flatten(let color): WireChoice.json("flatten", color.wire)
    case .blur(let radius): WireChoice.json("blur", .fixedPoint(radius))
    case .sharpen(let sigma): WireChoice.json("sharpen", .fixedPoint(sigma))
    case .brightness(let factor): WireChoice.json("brightness", .fixedPoint(factor))
    case .contrast(let factor): WireChoice.json("contrast", .fixedPoint(factor))
    case .saturation(let factor): WireChoice.json("saturation", .fixedPoint(factor))
    case .gamma(let exponent): WireChoice.json("gamma", .fixedPoint(exponent))
    case .overlay(let picture, let point, let opacity):
      WireChoice.json(
        "overlay",
        .object([
          JSON.Member("picture", picture.wire), JSON.Member("at", point.wire),
          JSON.Member("opacity", .fixedPoint(opacity)),
        ]))
    case .tile(let picture, let point, let stepX, let stepY, let opacity):
      WireChoice.json("tile", Self.tile(picture, point, stepX, stepY, opacity))
    }
  }

  public init(wire: JSON) throws(WireError) {
    let choice = try WireChoice(wire)
    switch choice.name {
    case "crop": self = .crop(try choice.value())
    case "rotate":
      guard let turns = try choice.json().int, (1...3).contains(turns) else {
        throw WireError("rotate: must be 1, 2 or 3 quarter turns")
      }
      self = .rotate(quarterTurns: turns)
    case "flatten": self = .flatten(try choice.value())
    case "blur": self = .blur(radius: try choice.fixedPoint())
    case "sharpen": self = .sharpen(sigma: try choice.fixedPoint())
    case "brightness": self = .brightness(try choice.fixedPoint())
    case "contrast": self = .contrast(try choice.fixedPoint())
    case "saturation": self = .saturation(try choice.fixedPoint())
    case "gamma": self = .gamma(exponent: try choice.fixedPoint())
    default:
      var object = try choice.object()
      self = try Self(choice, &object)
      try object.end()
    }
  }

  private init(_ choice: WireChoice, _ object: inout WireObject) throws(WireError) {
    switch choice.name {
    case "flip": self = .flip(horizontal: try object.bool("horizontal"), vertical: try object.bool("vertical"))
    case "turn":
      self = .turn(
        degrees: try object.fixedPoint("degrees"), width: try object.int("width", from: 1),
        height: try object.int("height", from: 1))
    case "resize":
      self = .resize(width: try object.int("width", from: 1), height: try object.int("height", from: 1))
    case "smartCrop":
      self = .smartCrop(
        width: try object.int("width", from: 1), height: try object.int("height", from: 1),
        try object.value("interest"))
    case "extend":
      self = .extend(
        width: try object.int("width", from: 1), height: try object.int("height", from: 1),
        x: try object.place("x"), y: try object.place("y"), try object.value("color"))
    case "overlay":
      self = .overlay(
        try object.value("picture"), at: try object.value("at"), opacity: try object.fixedPoint("opacity"))
    case "tile":
      self = .tile(
        try object.value("picture"), at: try object.value("at"), stepX: try Self.step("stepX", &object),
        stepY: try Self.step("stepY", &object), opacity: try object.fixedPoint("opacity"))
    default: throw choice.unknown
    }
  }

  private static func size(_ width: Int, _ height: Int) -> [JSON.Member] {
    [JSON.Member("width", .int(width)), JSON.Member("height", .int(height))]
  }

  private static func tile(
    _ picture: Picture, _ point: PixelPoint, _ stepX: Int?, _ stepY: Int?, _ opacity: FixedPoint
  ) -> JSON {
    var members = [JSON.Member("picture", picture.wire), JSON.Member("at", point.wire)]
    if let stepX { members.append(JSON.Member("stepX", .int(stepX))) }
    if let stepY { members.append(JSON.Member("stepY", .int(stepY))) }
    members.append(JSON.Member("opacity", .fixedPoint(opacity)))
    return .object(members)
  }

  private static func step(_ name: String, _ object: inout WireObject) throws(WireError) -> Int? {
    object.has(name) ? try object.int(name, from: 1) : nil
  }
}

extension PixelOperation.Interest: CaseIterable, WireName {
  public static let allCases: [PixelOperation.Interest] = [.attention, .entropy]

  var wireName: String {
    switch self {
    case .attention: "attention"
    case .entropy: "entropy"
    }
  }
}
