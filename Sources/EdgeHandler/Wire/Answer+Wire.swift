import HTTPTypes

extension Response: WireValue {
  public var wire: JSON {
    var pairs: [(name: String, value: String)] = []
    pairs.reserveCapacity(fields.count)
    for field in fields { pairs.append((field.name.rawName, field.value)) }
    var members = [JSON.Member("status", .int(status)), JSON.Member("fields", WirePairs.json(pairs))]
    switch body {
    case .none: break
    case .bytes(let bytes):
      members.append(JSON.Member("body", WireChoice.json("bytes", .string(Base64.encode(bytes)))))
    case .blob(let blob): members.append(JSON.Member("body", WireChoice.json("blob", blob.wire)))
    }
    return .object(members)
  }

  public init(wire: JSON) throws(WireError) {
    var object = try WireObject(wire)
    let status = try object.int("status", from: 100, to: 999)
    var fields = HTTPFields()
    for pair in try WirePairs.read(object.json("fields")) {
      guard let name = HTTPField.Name(pair.name) else { throw WireError("\"\(pair.name)\" is not a field's name") }
      fields.append(HTTPField(name: name, value: pair.value))
    }
    self.init(status: status, fields: fields)
    if let json = object.optional("body") {
      let choice = try WireChoice(json)
      switch choice.name {
      case "bytes":
        guard let text = try choice.json().string, let bytes = Base64.decode(text.utf8) else {
          throw WireError("bytes: must be base64")
        }
        body = .bytes(bytes)
      case "blob": body = .blob(try choice.value())
      default: throw choice.unknown
      }
    }
    try object.end()
  }
}
