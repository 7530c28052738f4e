/// The OpenAPI 3.1 document of a workspace's host (https://spec.openapis.org/oas/v3.1.1.html), made from the tables that parse
/// requests and word problems.
enum OpenAPI {
  static let entityTag = EntityTag.opaque(of: document)

  static let document: [UInt8] = JSON.object([
    JSON.Member("openapi", .string("3.1.0")),
    JSON.Member(
      "info",
      object([
        ("title", "imgedge"), ("version", "1"), ("summary", "Images, transformed by URL."),
        (
          "description",
          "An original is named by src, or by its source and path after the endpoint: /transform/photos/a.jpg, and /photos/a.jpg for a transform."
        ),
      ])),
    JSON.Member("servers", .array([object([("url", "/")])])),
    JSON.Member("paths", .object(EndpointDescription.all.map { JSON.Member($0.path, path($0)) })),
    JSON.Member(
      "components",
      .object([
        JSON.Member("schemas", .object([JSON.Member("Problem", problem)])),
        JSON.Member("responses", .object([JSON.Member("Problem", problemResponse)])),
      ])),
  ]).serialized()

  private static func object(_ members: [(String, String)]) -> JSON {
    .object(members.map { JSON.Member($0.0, .string($0.1)) })
  }

  private static func path(_ endpoint: EndpointDescription) -> JSON {
    let schema = JSON.object([
      JSON.Member("type", .string(endpoint.mediaTypes.count == 1 ? "object" : "string"))
    ])
    let content = endpoint.mediaTypes.map {
      JSON.Member($0, endpoint.mediaTypes.count == 1 ? .object([JSON.Member("schema", schema)]) : .object([]))
    }
    let success = JSON.object([
      JSON.Member("description", .string("The output, or nothing of it for HEAD.")),
      JSON.Member("content", .object(content)),
    ])
    let get = JSON.object([
      JSON.Member("summary", .string(endpoint.summary)),
      JSON.Member("parameters", .array(endpoint.parameters.map(parameter))),
      JSON.Member(
        "responses",
        .object([
          JSON.Member("200", success),
          JSON.Member("304", object([("description", "The caller has the output that If-None-Match names.")])),
          JSON.Member("default", object([("$ref", "#/components/responses/Problem")])),
        ])),
    ])
    return .object([JSON.Member("get", get)])
  }

  private static func parameter(_ parameter: Parameter) -> JSON {
    var members = [
      JSON.Member("name", .string(parameter.name.text)), JSON.Member("in", .string("query")),
      JSON.Member(
        "description", .string("\(parameter.summary) It must be \(parameter.allowed). Default: \(parameter.standard).")),
    ]
    // An original may be named in the path instead.
    if parameter.isRequired, parameter.isRepeatable { members.append(JSON.Member("required", .bool(true))) }
    members.append(JSON.Member("schema", schema(parameter)))
    return .object(members)
  }

  private static func schema(_ parameter: Parameter) -> JSON {
    var members: [JSON.Member]
    switch parameter.kind {
    case .integer(let range):
      members = [
        JSON.Member("type", .string("integer")), JSON.Member("minimum", .int(range.lowerBound)),
        JSON.Member("maximum", .int(range.upperBound)),
      ]
    case .decimal(let least, let most):
      members = [
        JSON.Member("type", .string("number")), JSON.Member("minimum", .fixedPoint(least)),
        JSON.Member("maximum", .fixedPoint(most)),
      ]
    case .keyword(let words):
      members = [
        JSON.Member("type", .string("string")), JSON.Member("enum", .array(words.map { .string($0) })),
      ]
    case .text(let range):
      members = [
        JSON.Member("type", .string("string")), JSON.Member("minLength", .int(range.lowerBound)),
        JSON.Member("maxLength", .int(range.upperBound)),
      ]
    case .repeatedText(let count):
      members = [
        JSON.Member("type", .string("array")),
        JSON.Member(
          "items",
          .object([
            JSON.Member("type", .string("string")), JSON.Member("minLength", .int(1)),
            JSON.Member("maxLength", .int(8192)),
          ])),
        JSON.Member("minItems", .int(count.lowerBound)), JSON.Member("maxItems", .int(count.upperBound)),
      ]
    case .gravity, .color, .hexadecimalColor, .trim, .border, .length, .alignment, .blurHash, .fields:
      members = [JSON.Member("type", .string("string"))]
    }
    if let value = standard(parameter) { members.append(JSON.Member("default", value)) }
    return .object(members)
  }

  /// The default, where it is a value and not a description of one.
  private static func standard(_ parameter: Parameter) -> JSON? {
    switch parameter.kind {
    case .text, .repeatedText: return nil
    case .integer, .decimal: return parameter.parse(parameter.standard).map { _ in .number(parameter.standard) }
    default: return parameter.parse(parameter.standard).map { _ in .string(parameter.standard) }
    }
  }

  // MARK: Problems

  private static let problem: JSON = {
    let codes = Problem.Code.allCases.map { JSON.string($0.name) }
    func property(_ name: String, _ type: String) -> JSON.Member { JSON.Member(name, object([("type", type)])) }
    return .object([
      JSON.Member("type", .string("object")),
      JSON.Member("required", .array(["type", "title", "status", "detail", "code"].map { .string($0) })),
      JSON.Member(
        "properties",
        .object([
          property("type", "string"), property("title", "string"), property("status", "integer"),
          property("detail", "string"),
          JSON.Member("code", .object([JSON.Member("type", .string("string")), JSON.Member("enum", .array(codes))])),
          property("parameter", "string"),
        ])),
    ])
  }()

  private static let problemResponse = JSON.object([
    JSON.Member("description", .string("A problem (RFC 9457); code says which.")),
    JSON.Member(
      "content",
      .object([
        JSON.Member(
          "application/problem+json",
          .object([JSON.Member("schema", object([("$ref", "#/components/schemas/Problem")]))]))
      ])),
  ])
}
