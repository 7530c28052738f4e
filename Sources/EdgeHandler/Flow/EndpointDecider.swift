import HTTPTypes

/// Decides one endpoint's requests of a workspace that the caller may use. Each endpoint's own rules are an extension in the
/// endpoint's folder; what they share is here.
struct EndpointDecider {
  let configuration: Configuration
  let workspace: Workspace
  let head: ResponseHead
  let request: Request
  var trace: Trace

  mutating func decide(_ route: Route, _ query: Query) throws(Problem) -> Decision {
    switch route.endpoint {
    case .transform: try transform(query, pathSource: route.pathSource)
    case .info(let variant): try info(query, variant: variant, pathSource: route.pathSource)
    case .placeholder(let kind): try placeholder(query, kind, pathSource: route.pathSource)
    case .grid: try grid(query)
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

  /// What a URL says of an endpoint's parameters. Where presets are bound to the original, it says nothing of marks: not even
  /// a malformed one is looked at.
  mutating func parameters(
    _ query: Query, _ table: [Parameter], isMarkIgnored: Bool = false
  ) throws(Problem) -> ParameterSet {
    try ParameterSet(query, table: table) { !isMarkIgnored || !$0.isOfMark }
  }

  var accepted: AcceptedFormats {
    AcceptedFormats(field: request.fields[.accept])
  }

  /// A request for an output whose bytes depend on `parts`.
  mutating func output(_ operation: String, _ parts: [KeyPart], isNegotiated: Bool, isImmutable: Bool = true)
    -> OutputRequest
  {
    let key = CacheKey(namespace: workspace.namespace, operation: operation, parts: parts)
    for part in parts { trace.note("option", "\(part.name) = \(part.value)") }
    trace.note("key", key.hex)
    let output = OutputRequest(
      head: head, workspace: workspace, key: key, ifNoneMatch: IfNoneMatch(field: request.fields[.ifNoneMatch]),
      isNegotiated: isNegotiated)
    let answer =
      isImmutable && output.isKnown
      ? "304: the caller has this output" : "look the key up; on a miss fetch, inspect, render, store"
    trace.note("answer", answer)
    return output
  }
}
