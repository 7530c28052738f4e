import HTTPTypes

/// Decides one endpoint's requests of a workspace that the caller may use. Each endpoint's own rules are an extension in the
/// endpoint's folder; what they share is here.
struct EndpointDecider {
  let configuration: Configuration
  let workspace: Workspace
  let head: CommonFields
  let request: Request
  var trace: Trace

  mutating func decide(_ route: Route, queryText: String) throws(Problem) -> Decision {
    let query = Query(parsing: queryText.utf8)
    switch route.endpoint.name {
    case .transform: return try transform(query, pathSource: route.pathSource)
    case .info(let variant): return try info(query, variant: variant, pathSource: route.pathSource)
    case .placeholder(let kind): return try placeholder(query, kind, pathSource: route.pathSource)
    case .grid: return try grid(query)
    case .cloudflare:
      guard let path = CloudflarePath(path: route.pathSource ?? "", queryText: queryText, trace: &trace) else {
        throw Problem(
          .missingSource, "No original is named: /cdn-cgi/image/<options>/<source> is wanted.", parameter: "src")
      }
      return path.describesOutput
        ? try description(path.query, pathSource: path.pathSource)
        : try transform(path.query, pathSource: path.pathSource, spelling: .cloudflare)
    case .openAPI: return .answer(try openAPI())
    }
  }

  /// The one original that a request names, in the path or as `src`.
  mutating func source(_ query: Query, _ pathSource: String?) throws(Problem) -> SourceReference {
    let set = try ParameterSet(query, table: [ParameterTable.source])
    let reference: SourceReference
    switch (set.text(.src), pathSource) {
    case (_?, _?):
      throw Problem(
        .ambiguousSource, "The original is named by the path and by src; one of them is allowed.", parameter: "src")
    case (nil, nil): throw Problem(.missingSource, "No original is named: give src.", parameter: "src")
    case (let text?, nil): reference = try SourceReference(text, workspace: workspace)
    case (nil, let path?): reference = try SourceReference(encodedPath: path, workspace: workspace)
    }
    trace.note("source", "\(reference.source.map { "\($0.name), " } ?? "external, ")\(reference.canonical)")
    return reference
  }

  /// What a URL says of an endpoint's parameters. Where presets are bound to an original, it says nothing of marks: not even
  /// a malformed one is looked at.
  mutating func parameters(
    _ query: Query, _ table: [Parameter], bound presets: [MarkPreset] = []
  ) throws(Problem) -> ParameterSet {
    let set = try ParameterSet(query, table: table) { presets.isEmpty || !$0.isOfMark }
    if let format = set.outputFormat { try configuration.capabilities.requireWriting(format) }
    guard trace.isOn else { return set }
    for item in query.items {
      let parameter = table.first { $0.name.text == item.name }
      if parameter == nil {
        trace.note("ignored", "\(item.name): the endpoint knows no such parameter")
      } else if parameter?.name.isOfMark == true, !presets.isEmpty {
        trace.note("ignored", "\(item.name): \(presets.reason)")
      }
    }
    return set
  }

  mutating func openAPI() throws(Problem) -> Response {
    trace.note("answer", "200: the description of the API")
    let tag = OpenAPI.entityTag
    let conditions = Conditions(request.fields)
    try conditions.check(tag)
    var response = head.response(
      status: 200, mediaType: "application/json", cacheControl: "public, max-age=3600", OpenAPI.document)
    response.fields[.eTag] = "\"\(tag)\""
    if conditions.isNotModified(tag) {
      response.status = 304
      response.body = .none
      response.fields[.contentType] = nil
      response.fields[.contentLength] = nil
    }
    return response
  }

  var accepted: AcceptedFormats {
    var accepted = AcceptedFormats(field: request.fields[.accept])
    if !configuration.capabilities.canWrite(.avif) { accepted.avif = false }
    if !configuration.capabilities.canWrite(.webp) { accepted.webp = false }
    return accepted
  }

  /// A request for an output whose bytes depend on `parts`.
  ///
  /// - Throws: 412 where the output is immutable, so that its tag is known, and the request wants another one.
  mutating func output(
    _ operation: String, _ parts: [KeyPart], of original: SourceReference? = nil, isNegotiated: Bool,
    isImmutable: Bool = true
  ) throws(Problem) -> ResolvedOutput {
    let key = CacheKey(workspace: workspace.id, operation: operation, parts: parts)
    for part in parts { trace.note("key part", "\(part.name) = \(part.value)") }
    trace.note("key", key.hex)
    let output = ResolvedOutput(
      head: head, workspace: workspace, key: key, conditions: Conditions(request.fields), isNegotiated: isNegotiated,
      original: original, operation: operation)
    if isImmutable { try output.conditions.check(key.entityTag) }
    trace.note(
      "answer",
      isImmutable && output.isKnown
        ? "304: the caller has this output" : "what is stored under the key; on a miss it is made, and stored")
    return output
  }
}
