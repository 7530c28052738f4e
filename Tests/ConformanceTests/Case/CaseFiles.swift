import Foundation

/// Reads every case of a folder.
enum CaseFiles {
  struct Malformed: Error, CustomStringConvertible {
    var file: String
    var why: String
    var description: String { "\(file): \(why)" }
  }

  static func load(_ folder: URL) throws -> [Case] {
    var cases: [Case] = []
    let files = try FileManager.default.contentsOfDirectory(at: folder, includingPropertiesForKeys: nil)
    for file in files.sorted(by: { $0.path < $1.path }) where file.pathExtension == "json" {
      do {
        cases += try decode(Data(contentsOf: file))
      } catch {
        throw Malformed(file: file.lastPathComponent, why: "\(error)")
      }
    }
    var seen: Set<String> = []
    for one in cases where !seen.insert(one.id).inserted {
      throw Malformed(file: folder.lastPathComponent, why: "two cases are called \(one.id)")
    }
    return cases
  }

  /// The cases of one file, each with `examples` as one case an example.
  static func decode(_ data: Data) throws -> [Case] {
    try JSONDecoder().decode([JSONValue].self, from: data).flatMap { value in
      try expand(value).map { one in
        do {
          let decoded = try JSONDecoder().decode(Case.self, from: JSONEncoder().encode(one))
          guard decoded.id.wholeMatch(of: /[a-z0-9]([a-z0-9-]{0,46}[a-z0-9])?/) != nil else {
            throw Malformed(file: decoded.id, why: "an id is a DNS label of at most 48 letters, digits and hyphens")
          }
          return decoded
        } catch {
          var id = "a case without an id"
          if case .object(let members) = one, case .string(let text)? = members["id"] { id = text }
          throw Malformed(file: id, why: "\(error)")
        }
      }
    }
  }

  /// An example is an object of values for `${NAME}`; `name` is what the id ends in, `also` is laid over the case.
  private static func expand(_ value: JSONValue) throws -> [JSONValue] {
    guard case .object(var members) = value, let examples = members.removeValue(forKey: "examples") else {
      return [value]
    }
    guard case .array(let examples) = examples, case .string(let id)? = members["id"] else {
      throw Malformed(file: "examples", why: "is not an array, or its case has no id")
    }
    return try examples.map { example in
      guard case .object(var values) = example, case .string(let name)? = values.removeValue(forKey: "name") else {
        throw Malformed(file: id, why: "an example without a name")
      }
      members["id"] = .string("\(id)-\(name)")
      let overlay = values.removeValue(forKey: "also") ?? .object([:])
      return JSONValue.object(members).overlaid(with: overlay).replacing(values)
    }
  }
}
