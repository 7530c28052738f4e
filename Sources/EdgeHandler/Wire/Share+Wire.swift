extension Share: WireValue {
  public var wire: JSON {
    .object([JSON.Member("workspace", .string(workspace)), JSON.Member("weight", .int(weight))])
  }

  public init(wire: JSON) throws(WireError) {
    var object = try WireObject(wire)
    self.init(
      workspace: try object.string("workspace"), weight: try object.int("weight", from: 1, to: 1000))
    try object.end()
  }
}
