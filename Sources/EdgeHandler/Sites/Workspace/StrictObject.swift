/// A JSON object that is read strictly: every complaint names the object and the field.
struct StrictObject {
  private let fields: [JSON.Member]
  /// Where the object stands, as an operator would say it.
  var path: String

  init(_ json: JSON, path: String) throws(ConfigurationError) {
    guard let members = json.members else { throw ConfigurationError("\(path): must be an object") }
    fields = members
    self.path = path
  }

  subscript(name: String) -> JSON? {
    fields.first { $0.name == name }?.value
  }

  @inline(never)
  func error(_ field: String?, _ complaint: String) -> ConfigurationError {
    guard let field else { return ConfigurationError("\(path): \(complaint)") }
    return ConfigurationError("\(path): \(field): \(complaint)")
  }

  func allows(_ names: [String]) throws(ConfigurationError) {
    for field in fields where !names.contains(where: { $0 == field.name }) {
      throw error(field.name, "is not a field here")
    }
  }

  func text(_ name: String) throws(ConfigurationError) -> String? {
    guard let json = self[name] else { return nil }
    guard let text = json.string else { throw error(name, "must be a string") }
    return text
  }

  func required(_ name: String) throws(ConfigurationError) -> String {
    guard let text = try text(name) else { throw error(name, "is missing") }
    guard !text.utf8.isEmpty else { throw error(name, "is empty") }
    return text
  }

  /// A string, number or boolean as text.
  func scalar(_ name: String) throws(ConfigurationError) -> String? {
    switch self[name] {
    case nil: return nil
    case .string(let text)?, .number(let text)?: return text
    case .bool(let flag)?: return flag ? "true" : "false"
    default: throw error(name, "must be a string or a number")
    }
  }

  /// A whole number of at least 0.
  func count(_ name: String) throws(ConfigurationError) -> Int? {
    guard let json = self[name] else { return nil }
    guard let value = json.int, value >= 0 else { throw error(name, "must be a whole number of at least 0") }
    return value
  }

  func texts(_ name: String) throws(ConfigurationError) -> [String]? {
    guard let json = self[name] else { return nil }
    guard let array = json.array else { throw error(name, "must be a list of strings") }
    var texts: [String] = []
    for item in array {
      guard let text = item.string else { throw error(name, "must be a list of strings") }
      texts.append(text)
    }
    return texts
  }

  func list(_ name: String) throws(ConfigurationError) -> [JSON] {
    guard let json = self[name] else { throw error(name, "is missing") }
    guard let array = json.array else { throw error(name, "must be a list") }
    return array
  }

  /// The members of an object; none where the field is absent.
  func members(_ name: String) throws(ConfigurationError) -> [JSON.Member] {
    guard let json = self[name] else { return [] }
    guard let members = json.members else { throw error(name, "must be an object") }
    return members
  }

  func choice<Value>(_ name: String, of choices: [(String, Value)]) throws(ConfigurationError) -> Value? {
    guard let text = try text(name) else { return nil }
    for (choice, value) in choices where choice == text { return value }
    let allowed = choices.map { $0.0 }
    throw error(name, "\"\(text)\" is not one of \(ListText.join(allowed))")
  }
}
