/// A JSON text (RFC 8259) as a value.
///
/// Written by hand because no JSON package compiles for Embedded Swift. Numbers stay text until somebody asks what they are,
/// so that none is changed by a detour over binary floating point.
public indirect enum JSON: Sendable, Equatable {
  case null
  case bool(Bool)
  /// The number as written, valid by the grammar of RFC 8259, section 6.
  case number(String)
  case string(String)
  case array([JSON])
  /// In the order of the text; names are unique.
  case object([Member])

  public struct Member: Sendable, Equatable {
    public var name: String
    public var value: JSON

    public init(_ name: String, _ value: JSON) {
      self.name = name
      self.value = value
    }

    public static func == (left: Member, right: Member) -> Bool {
      left.name == right.name && left.value == right.value
    }
  }

  public static func == (left: JSON, right: JSON) -> Bool {
    switch (left, right) {
    case (.null, .null): true
    case (.bool(let left), .bool(let right)): left == right
    case (.number(let left), .number(let right)): left == right
    case (.string(let left), .string(let right)): left == right
    case (.array(let left), .array(let right)): left == right
    case (.object(let left), .object(let right)): left == right
    default: false
    }
  }
}
