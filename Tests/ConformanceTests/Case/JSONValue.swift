import Foundation

/// Any JSON text, so that the examples of a case can be put in before it is decoded.
enum JSONValue: Codable, Sendable, Equatable {
  case null
  case bool(Bool)
  case number(Double)
  case string(String)
  case array([JSONValue])
  case object([String: JSONValue])

  /// What is most frequent is tried first: each try that fails costs a walk over the stack.
  init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    if container.decodeNil() {
      self = .null
    } else if let value = try? container.decode(String.self) {
      self = .string(value)
    } else if let value = try? container.decode([String: JSONValue].self) {
      self = .object(value)
    } else if let value = try? container.decode([JSONValue].self) {
      self = .array(value)
    } else if let value = try? container.decode(Double.self) {
      self = .number(value)
    } else {
      self = .bool(try container.decode(Bool.self))
    }
  }

  func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    switch self {
    case .null: try container.encodeNil()
    case .bool(let value): try container.encode(value)
    case .number(let value): try container.encode(value)
    case .string(let value): try container.encode(value)
    case .array(let value): try container.encode(value)
    case .object(let value): try container.encode(value)
    }
  }

  /// Replaces `${NAME}` by the value of that name. A string that is nothing else takes the value's type.
  func replacing(_ values: [String: JSONValue]) -> JSONValue {
    switch self {
    case .string(let text):
      for (name, value) in values where text == "${\(name)}" { return value }
      var text = text
      for (name, value) in values {
        switch value {
        case .string(let replacement): text = text.replacingOccurrences(of: "${\(name)}", with: replacement)
        case .number(let number):
          let replacement = Int(exactly: number).map(String.init) ?? String(number)
          text = text.replacingOccurrences(of: "${\(name)}", with: replacement)
        default: break
        }
      }
      return .string(text)
    case .array(let elements): return .array(elements.map { $0.replacing(values) })
    case .object(let members): return .object(members.mapValues { $0.replacing(values) })
    case .null, .bool, .number: return self
    }
  }

  /// `self` with the members of `other` laid over it, at every depth.
  func overlaid(with other: JSONValue) -> JSONValue {
    guard case .object(let under) = self, case .object(let over) = other else { return other }
    return .object(under.merging(over) { $0.overlaid(with: $1) })
  }

  /// Whether everything that `expected` says is so here. Objects may have further members; arrays may not be longer.
  func contains(_ expected: JSONValue) -> Bool {
    switch (self, expected) {
    case (.object(let members), .object(let wanted)):
      wanted.allSatisfy { name, value in members[name]?.contains(value) ?? false }
    case (.array(let elements), .array(let wanted)):
      elements.count == wanted.count && zip(elements, wanted).allSatisfy { $0.contains($1) }
    default: self == expected
    }
  }
}
