/// The OpenAPI 3.1 document of a workspace's host (https://spec.openapis.org/oas/v3.1.1.html), made from the tables that parse
/// requests and word problems. Its text is written here as it is sent, without blanks; what is put in is JSON itself.
enum OpenAPI {
  static let entityTag = EntityTag.opaque(of: document)

  static let document = Array(text.utf8)

  private static var text: String {
    """
    {"openapi":"3.1.0",\
    "info":{"title":"imgedge","version":"1","summary":"Images, transformed by URL.",\
    "description":"An original is named by src, or by its source and path after the endpoint: \
    /transform/photos/a.jpg, and /photos/a.jpg for a transform."},\
    "servers":[{"url":"/"}],\
    "paths":{\(list(EndpointDescription.all.map(path)))},\
    "components":{\
    "schemas":{"Problem":{"type":"object","required":["type","title","status","detail","code"],"properties":{\
    "type":{"type":"string"},"title":{"type":"string"},"status":{"type":"integer"},"detail":{"type":"string"},\
    "code":{"type":"string","enum":[\(list(Problem.Code.allCases.map { quoted($0.name) }))]},\
    "parameter":{"type":"string"}}}},\
    "responses":{"Problem":{"description":"A problem (RFC 9457); code says which.",\
    "content":{"application/problem+json":{"schema":{"$ref":"#/components/schemas/Problem"}}}}}}}
    """
  }

  private static func path(_ endpoint: EndpointDescription) -> String {
    let schema = endpoint.mediaTypes.count == 1 ? #"{"schema":{"type":"object"}}"# : "{}"
    return """
      \(quoted(endpoint.path)):{"get":{"summary":\(quoted(endpoint.summary)),\
      "parameters":[\(list(endpoint.parameters.map(parameter)))],\
      "responses":{"200":{"description":"The output, or nothing of it for HEAD.",\
      "content":{\(list(endpoint.mediaTypes.map { quoted($0) + ":" + schema }))}},\
      "304":{"description":"The caller has the output that If-None-Match names."},\
      "default":{"$ref":"#/components/responses/Problem"}}}}
      """
  }

  private static func parameter(_ parameter: Parameter) -> String {
    let description = "\(parameter.summary) It must be \(parameter.allowed). Default: \(parameter.standard)."
    // An original may be named in the path instead.
    let required = parameter.isRequired && parameter.isRepeatable ? #""required":true,"# : ""
    return """
      {"name":\(quoted(parameter.name.text)),"in":"query","description":\(quoted(description)),\(required)\
      "schema":{\(type(parameter.kind))\(standard(parameter))}}
      """
  }

  private static func type(_ kind: Parameter.Kind) -> String {
    switch kind {
    case .integer(let range):
      #""type":"integer","minimum":\#(range.lowerBound),"maximum":\#(range.upperBound)"#
    case .decimal(let least, let most):
      #""type":"number","minimum":\#(least),"maximum":\#(most)"#
    case .keyword(let words):
      #""type":"string","enum":[\#(list(words.map(quoted)))]"#
    case .text(let range):
      #""type":"string","minLength":\#(range.lowerBound),"maxLength":\#(range.upperBound)"#
    case .repeatedText(let count):
      """
      "type":"array","items":{"type":"string","minLength":1,"maxLength":8192},\
      "minItems":\(count.lowerBound),"maxItems":\(count.upperBound)
      """
    case .gravity, .color, .hexadecimalColor, .trim, .border, .length, .alignment, .blurHash, .fields:
      #""type":"string""#
    }
  }

  /// The default, where it is a value and not a description of one.
  private static func standard(_ parameter: Parameter) -> String {
    guard parameter.parse(parameter.standard) != nil else { return "" }
    switch parameter.kind {
    case .text, .repeatedText: return ""
    case .integer, .decimal: return #","default":\#(parameter.standard)"#
    default: return #","default":\#(quoted(parameter.standard))"#
    }
  }

  private static func list(_ items: [String]) -> String {
    ListText.join(items, separator: ",")
  }

  private static func quoted(_ text: String) -> String {
    String(decoding: JSON.string(text).serialized(), as: UTF8.self)
  }
}
