extension AccessRecord: WireValue {
  public var wire: JSON {
    var members: [JSON.Member] = []
    members.append("namespace", namespace)
    members.append("method", method)
    members.append("path", path)
    members.append("origin", origin)
    members.append("code", code)
    members.append("notes", notes)
    return .object(members)
  }

  public init(wire: JSON) throws(WireError) {
    var object = try WireObject(wire)
    namespace = try object.optionalString("namespace")
    method = try object.string("method")
    path = try object.string("path")
    origin = try object.optionalString("origin")
    code = try object.optionalString("code")
    notes = try object.optionalString("notes")
    try object.end()
  }
}
