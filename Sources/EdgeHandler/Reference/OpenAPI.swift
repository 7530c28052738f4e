/// The OpenAPI 3.1 document of a workspace's host (https://spec.openapis.org/oas/v3.1.1.html), made from the tables that parse
/// requests and word problems. Its text is written here as it is sent, without blanks; what is put in is JSON itself.
enum OpenAPI {
  static let entityTag = EntityTag.opaque(of: document)

  static let document = Array(text.utf8)

  private static var text: String {
    let statuses = Self.statuses
    return """
      {"openapi":"3.1.0",\
      "info":{"title":"imgedge","version":"1","summary":"Images, transformed by URL.",\
      "description":"An original is named by src, or by its source and path behind the endpoint. \
      HEAD is answered as GET, without a body."},\
      "servers":[{"url":"/"}],\
      "paths":{\(list(Endpoint.described.map { paths($0, statuses) }))},\
      "components":{\
      "parameters":{\(list(rows.map { quoted($0.name) + ":" + parameter($0.row) }))},\
      "schemas":{"Problem":{"type":"object","required":["type","title","status","detail","code"],"properties":{\
      "type":{"type":"string"},"title":{"type":"string"},"status":{"type":"integer"},"detail":{"type":"string"},\
      "code":{"type":"string",\(words(codes))},\
      "parameter":{"type":"string"}}}},\
      "responses":{\(list(statuses.map(problem))),"default":{"description":"Another problem; code says which.",\
      "content":{"application/problem+json":{"schema":{"$ref":"#/components/schemas/Problem"}}}}}}}
      """
  }

  // MARK: Paths

  private static func paths(_ endpoint: Endpoint, _ statuses: [Int]) -> String {
    let shape = endpoint.mediaTypes.count == 1 ? #"{"schema":{"type":"object"}}"# : "{}"
    let isTransform = endpoint.path == "/transform"
    let redirect =
      #""302":{"description":"To the original, which cannot be transformed: only with onerror=redirect, and named by its full URL."},"#
    func responses(_ more: String) -> String {
      """
      "responses":{"200":{"description":"The output.",\
      "content":{\(list(endpoint.mediaTypes.map { quoted($0) + ":" + shape }))}},\
      \(more)\
      "304":{"description":"The caller has the output that If-None-Match names."},\
      \(list(statuses.map { "\"\($0)\":{\"$ref\":\"#/components/responses/\($0)\"}" })),\
      "default":{"$ref":"#/components/responses/default"}}
      """
    }
    func path(_ path: String, _ parameters: [String], redirects: Bool = false) -> String {
      """
      \(quoted(path)):{"get":{"summary":\(quoted(endpoint.summary)),\
      "parameters":[\(list(parameters))],\(responses(redirects ? redirect : ""))}}
      """
    }
    var paths = [path(endpoint.path, endpoint.parameters.map(reference), redirects: isTransform)]
    if endpoint.pathSource == .optional {
      // What would name the original once more is refused.
      let parameters = [source] + endpoint.parameters.filter { !$0.name.namesWhole }.map(reference)
      paths.append(path(endpoint.path + "/{source}/{path}", parameters))
      if isTransform {
        paths.append(path("/{source}/{path}", parameters))
        paths.append(
          path("/cdn-cgi/image/{options}/{src}", [cloudflare, reference(ParameterTable.variant)], redirects: true))
      }
    }
    return list(paths)
  }

  // MARK: Parameters

  private static var source: String {
    """
    {"name":"source","in":"path","required":true,"description":"A source of the workspace.",\
    "schema":{\(matching("^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$"))}},\
    {"name":"path","in":"path","required":true,"description":"Of the original in its source, with slashes as they are.",\
    "schema":{"type":"string"}}
    """
  }

  private static var cloudflare: String {
    """
    {"name":"options","in":"path","required":true,"description":"As Cloudflare Images spells them, with commas between: \
    width=400,format=auto. One without a counterpart is ignored.","schema":{"type":"string"}},\
    {"name":"src","in":"path","required":true,"description":\(quoted(ParameterTable.source.summary)),\
    "schema":{"type":"string"}}
    """
  }

  /// Each row of the tables once, under the name of the first endpoint that has it.
  private static let rows: [(name: String, row: Parameter)] = {
    var rows: [(name: String, row: Parameter)] = []
    for endpoint in Endpoint.described {
      let words = endpoint.path.bytes.dropFirst().map { $0 == 0x2F ? 0x2E : $0 }
      for row in endpoint.parameters where !rows.contains(where: { $0.row === row }) {
        rows.append((String(decoding: words, as: UTF8.self) + "." + row.name.text, row))
      }
    }
    return rows
  }()

  private static func reference(_ row: Parameter) -> String {
    let name = rows.first { $0.row === row }?.name ?? ""
    return "{\"$ref\":\"#/components/parameters/\(name)\"}"
  }

  private static func parameter(_ parameter: Parameter) -> String {
    let description = "\(parameter.summary) It must be \(parameter.allowed). Default: \(parameter.defaultText)."
    let required = parameter.isRequired ? #""required":true,"# : ""
    return """
      {"name":\(quoted(parameter.name.text)),"in":"query","description":\(quoted(description)),\(required)\
      "schema":{\(type(parameter.kind))\(defaultMember(parameter))}}
      """
  }

  private static func type(_ kind: Parameter.Kind) -> String {
    switch kind {
    case .integer(let range): integer(range)
    case .quality:
      #""anyOf":[{\#(integer(1...100))},{"type":"string","enum":[\#(list(QualityWord.words.map(quoted)))]}]"#
    case .decimal(let least, let most):
      #""type":"number","minimum":\#(least),"maximum":\#(most)"#
    case .keyword(let words):
      #""type":"string","enum":[\#(list(words.map(quoted)))]"#
    case .text(let range):
      #"\#(matching(Parameter.Kind.textPattern)),"minLength":\#(range.lowerBound),"maxLength":\#(range.upperBound)"#
    case .original:
      #"\#(matching(Parameter.Kind.textPattern)),"minLength":1,"maxLength":8192"#
    case .originals(let count):
      """
      "type":"array","items":{\(matching(Parameter.Kind.textPattern)),"minLength":1,"maxLength":8192},\
      "minItems":\(count.lowerBound),"maxItems":\(count.upperBound)
      """
    case .length(let range):
      #""anyOf":[{\#(integer(range))},{\#(matching(Length.pattern(range)))}]"#
    // The names are too many to list.
    case .color:
      #""anyOf":[{\#(matching(Color.hexadecimalPattern))},{\#(matching("^[a-zA-Z]+$"))},"#
        + #"{\#(matching(Color.functionPattern))}]"#
    case .hexadecimalColor: matching(Color.hexadecimalPattern)
    case .gravity: matching(Gravity.pattern)
    case .trim: matching(Trim.pattern)
    case .border: matching(Insets.borderPattern)
    case .alignment: matching(Alignment.pattern)
    case .fields: matching(Info.Field.pattern)
    case .blurHash: #""type":"string","minLength":6,"maxLength":166"#
    }
  }

  private static func integer(_ range: ClosedRange<Int>) -> String {
    #""type":"integer","minimum":\#(range.lowerBound),"maximum":\#(range.upperBound)"#
  }

  private static func matching(_ pattern: String) -> String {
    #""type":"string","pattern":\#(quoted(pattern))"#
  }

  /// The default, where it is a value and not a description of one.
  private static func defaultMember(_ parameter: Parameter) -> String {
    guard parameter.canonicalDefault != nil else { return "" }
    switch parameter.kind {
    case .text: return ""
    case .integer, .quality, .decimal: return #","default":\#(parameter.defaultText)"#
    default: return #","default":\#(quoted(parameter.defaultText))"#
    }
  }

  // MARK: Problems

  private static let codes = Problem.Code.allCases.filter { !$0.isReserved }

  /// The statuses of all problems that a `GET` can be answered with, each once.
  private static var statuses: [Int] {
    var statuses: [Int] = []
    for code in codes where code != .methodNotAllowed && !statuses.contains(code.status) {
      statuses.append(code.status)
    }
    return statuses
  }

  private static func problem(_ status: Int) -> String {
    let codes = Self.codes.filter { $0.status == status }
    let description = ListText.join(codes.map { "\($0.name): \($0.title)." }, separator: " ")
    return """
      "\(status)":{"description":\(quoted(description)),"content":{"application/problem+json":{"schema":{\
      "$ref":"#/components/schemas/Problem","properties":{"status":{"const":\(status)},"code":{\(words(codes))}}}}}}
      """
  }

  private static func words(_ codes: [Problem.Code]) -> String {
    #""enum":[\#(list(codes.map { quoted($0.name) }))]"#
  }

  private static func list(_ items: [String]) -> String {
    ListText.join(items, separator: ",")
  }

  private static func quoted(_ text: String) -> String {
    String(decoding: JSON.string(text).serialized(), as: UTF8.self)
  }
}

extension ParameterName {
  /// Whether it names an original, or what stands in for one.
  fileprivate var namesWhole: Bool {
    self == .src || self == .blurhash || self == .color
  }
}
