/// What crosses between the handler and a host that is not written in Swift, as JSON.
///
/// Law of this folder: every type of the effect protocol has one form here, written and read by the same extension. Writing what
/// has been read gives the same text. Reading is strict and never traps: a missing or additional member, an unknown case, a value
/// out of range is a ``WireError``. `wasm/README.md` shows each form.
public protocol WireValue {
  var wire: JSON { get }
  init(wire: JSON) throws(WireError)
}

/// Says what was wrong with a text from the other side. For whoever writes a host: callers never see it, and the edge bundle, whose
/// host gets a 500 instead, does not make the sentence.
public struct WireError: Error, Sendable {
  #if hasFeature(Embedded)
    public init(_ description: @autoclosure () -> String) {}
  #else
    public var description: String

    public init(_ description: @autoclosure () -> String) {
      self.description = description()
    }
  #endif
}

extension WireValue {
  public init(wireText text: [UInt8], maximumBytes: Int = 4 << 20) throws(WireError) {
    let json: JSON
    do {
      json = try JSON.parse(text, maximumBytes: maximumBytes)
    } catch {
      throw WireError("not JSON at byte \(error.offset): \(error.reason)")
    }
    try self.init(wire: json)
  }
}

// MARK: Names

/// A choice without anything attached: a string.
protocol WireName: WireValue, CaseIterable {
  var wireName: String { get }
}

extension WireName {
  public var wire: JSON { .string(wireName) }

  public init(wire: JSON) throws(WireError) {
    guard let name = wire.string else { throw WireError("a name must be a string") }
    for one in Self.allCases where one.wireName == name {
      self = one
      return
    }
    throw WireError("\"\(name)\" is not a name here")
  }
}

// MARK: Choices

/// A choice of which some cases have something attached: `"name"`, or `{"name": what is attached}`.
struct WireChoice {
  let name: String
  private let attached: JSON?

  @inline(never)
  init(_ wire: JSON) throws(WireError) {
    switch wire {
    case .string(let name):
      self.name = name
      attached = nil
    case .object(let members) where members.count == 1:
      name = members[0].name
      attached = members[0].value
    default: throw WireError("a choice must be a string or an object with one member")
    }
  }

  static func json(_ name: String, _ attached: JSON) -> JSON {
    .object([JSON.Member(name, attached)])
  }

  @inline(never)
  func json() throws(WireError) -> JSON {
    guard let attached else { throw WireError("\(name): something must be attached") }
    return attached
  }

  func value<Value: WireValue>() throws(WireError) -> Value {
    try Value(wire: json())
  }

  func object() throws(WireError) -> WireObject {
    try WireObject(json())
  }

  func string() throws(WireError) -> String {
    guard case .string(let text) = try json() else { throw WireError("\(name): must be a string") }
    return text
  }

  func fixedPoint() throws(WireError) -> FixedPoint {
    guard let value = try json().fixedPoint else { throw WireError("\(name): must be a decimal number") }
    return value
  }

  /// For the cases that stand alone.
  func alone<Value>(_ value: Value) throws(WireError) -> Value {
    guard attached == nil else { throw WireError("\(name): nothing may be attached") }
    return value
  }

  var unknown: WireError { WireError("\"\(name)\" is not a choice here") }
}
