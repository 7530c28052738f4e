extension SecretsRequest: WireValue {
  public var wire: JSON {
    .object([
      JSON.Member("operation", operation.wire),
      JSON.Member("secrets", WirePairs.json(secrets.map { ($0.text, $0.binding) })),
    ])
  }

  public init(wire: JSON) throws(WireError) {
    var object = try WireObject(wire)
    let operation: Operation = try object.value("operation")
    var secrets: [Secret] = []
    for pair in try WirePairs.read(object.json("secrets")) {
      secrets.append(Secret(text: pair.name, binding: pair.value))
    }
    self.init(operation, secrets)
    try object.end()
  }
}

extension SecretsRequest.Operation: WireName {
  var wireName: String {
    switch self {
    case .seal: "seal"
    case .open: "open"
    }
  }
}

extension SecretsResult: WireValue {
  public var wire: JSON {
    .array(texts.map { $0.map { .string($0) } ?? .null })
  }

  public init(wire: JSON) throws(WireError) {
    guard let elements = wire.array, elements.count <= SecretsRequest.maximumCount else {
      throw WireError("must be a list of at most \(SecretsRequest.maximumCount) texts")
    }
    var texts: [String?] = []
    for element in elements {
      switch element {
      case .string(let text): texts.append(text)
      case .null: texts.append(nil)
      default: throw WireError("what was sealed or opened must be a string or null")
      }
    }
    self.init(texts)
  }
}
