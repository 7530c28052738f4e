import Testing

/// One rule of the contract as requests and what must come back. `README.md` describes the JSON it is read from.
struct Case: Decodable, Sendable, CustomTestStringConvertible {
  enum Mode: String, Decodable, Sendable {
    /// Needs the fixtures, hence the servers that the run starts itself.
    case both
    /// Holds for every deployment, whatever its workspaces are.
    case anyURL = "any-url"
  }

  /// Also the namespace of the case's first workspace: a DNS label.
  var id: String
  var why: String
  var mode: Mode
  /// Names in `Fixtures/workspaces.json`. The first is the one that `${HOST}` names.
  var workspaces: [String]
  /// What the origin answers at a path, if not a picture of the folder. The n-th request gets the n-th answer.
  var origin: [String: [OriginAnswer]]
  var steps: [CaseStep]

  var testDescription: String { id }

  enum Member: String, CodingKey, CaseIterable {
    case id, why, mode, workspaces, origin, steps, request, expect
  }

  init(from decoder: any Decoder) throws {
    let members = try decoder.strictContainer(Member.self)
    id = try members.decode(String.self, forKey: .id)
    why = try members.decode(String.self, forKey: .why)
    mode = try members.value(.mode, or: .both)
    workspaces = try members.value(.workspaces, or: ["open"])
    origin = try members.value(.origin, or: [String: OneOrMore<OriginAnswer>]()).mapValues(\.elements)
    if members.contains(.steps) {
      steps = try members.decode([CaseStep].self, forKey: .steps)
    } else {
      steps = [
        CaseStep(
          request: try members.decode(CaseRequest.self, forKey: .request),
          expectations: try members.decode(OneOrMore<Expectation>.self, forKey: .expect).elements)
      ]
    }
  }
}

/// One request of a case and what is expected of its answer; of raw bytes, of all the answers to them.
struct CaseStep: Decodable, Sendable {
  /// By which later steps refer to this one's first answer.
  var name: String?
  var request: CaseRequest
  var expectations: [Expectation]

  enum Member: String, CodingKey, CaseIterable { case name, request, expect }

  init(request: CaseRequest, expectations: [Expectation]) {
    self.request = request
    self.expectations = expectations
  }

  init(from decoder: any Decoder) throws {
    let members = try decoder.strictContainer(Member.self)
    name = try members.decodeIfPresent(String.self, forKey: .name)
    request = try members.decode(CaseRequest.self, forKey: .request)
    expectations = try members.decode(OneOrMore<Expectation>.self, forKey: .expect).elements
  }
}

/// A request as it goes over the wire: the target is sent as written.
struct CaseRequest: Decodable, Sendable {
  /// Everything that is sent on the connection, in place of all other members.
  var raw: String?
  /// Whether the sending half of the connection is closed behind that.
  var endsInput: Bool
  var method: String
  /// The `Host` field; `nil` sends none.
  var host: String?
  var target: String
  var fields: [String: OneOrMore<String>]

  enum Member: String, CodingKey, CaseIterable { case raw, endsInput, method, host, target, headers }

  init(from decoder: any Decoder) throws {
    let members = try decoder.strictContainer(Member.self)
    raw = try members.decodeIfPresent(String.self, forKey: .raw)
    endsInput = try members.value(.endsInput, or: false)
    method = try members.value(.method, or: "GET")
    target = raw == nil ? try members.decode(String.self, forKey: .target) : ""
    fields = try members.value(.headers, or: [:])
    host = members.contains(.host) ? try members.decodeIfPresent(String.self, forKey: .host) : "${HOST}"
  }
}

struct OneOrMore<Element: Decodable & Sendable>: Decodable, Sendable {
  var elements: [Element]

  init(from decoder: any Decoder) throws {
    if let elements = try? decoder.singleValueContainer().decode([Element].self) {
      self.elements = elements
    } else {
      elements = [try Element(from: decoder)]
    }
  }
}
