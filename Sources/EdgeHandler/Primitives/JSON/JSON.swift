/// A JSON text (RFC 8259) as a value.
///
/// Written by hand because no JSON package compiles for Embedded Swift. Numbers stay text until somebody asks what they are,
/// so that none is changed by a detour over binary floating point.
public enum JSON: Sendable, Equatable {
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

  /// Numbers are equal when they are written alike: `1` is not `1.0`.
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

extension JSON {
  @inline(never)
  public static func int(_ value: Int) -> JSON {
    .number(String(value))
  }

  /// For what does not fit an `Int` of 32 bits, as wasm has: times, counts of bytes.
  public static func int64(_ value: Int64) -> JSON {
    .number(String(value))
  }

  public static func fixedPoint(_ value: FixedPoint) -> JSON {
    .number(value.description)
  }
}

extension JSON {
  /// The value of a member; `nil` where there is none or this is not an object.
  public subscript(name: String) -> JSON? {
    guard case .object(let members) = self else { return nil }
    for member in members where member.name == name {
      return member.value
    }
    return nil
  }

  public var string: String? {
    if case .string(let value) = self { value } else { nil }
  }

  /// A number without fraction or exponent that fits an `Int`, which has 32 bits in wasm.
  public var int: Int? {
    integer()
  }

  /// A number without fraction or exponent that fits.
  public var int64: Int64? {
    integer()
  }

  /// A number without exponent within the range of ``FixedPoint``.
  public var fixedPoint: FixedPoint? {
    if case .number(let text) = self { FixedPoint(parsing: text.utf8) } else { nil }
  }

  public var bool: Bool? {
    if case .bool(let value) = self { value } else { nil }
  }

  public var array: [JSON]? {
    if case .array(let elements) = self { elements } else { nil }
  }

  public var members: [Member]? {
    if case .object(let members) = self { members } else { nil }
  }

  private func integer<Value: FixedWidthInteger & SignedInteger>() -> Value? {
    guard case .number(let text) = self else { return nil }
    let bytes = text.bytes
    let isNegative = bytes.first == UInt8(ascii: "-")
    let digits = bytes.dropFirst(isNegative ? 1 : 0)
    guard !digits.isEmpty else { return nil }
    // Counted downwards because the least value has no positive counterpart.
    var value: Value = 0
    for byte in digits {
      guard (0x30...0x39).contains(byte) else { return nil }
      let (product, productOverflows) = value.multipliedReportingOverflow(by: 10)
      let (difference, differenceOverflows) = product.subtractingReportingOverflow(Value(byte - 0x30))
      guard !productOverflows, !differenceOverflows else { return nil }
      value = difference
    }
    guard !isNegative else { return value }
    let (positive, overflows) = Value(0).subtractingReportingOverflow(value)
    return overflows ? nil : positive
  }
}
