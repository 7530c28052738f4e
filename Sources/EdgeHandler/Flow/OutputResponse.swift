import HTTPTypes

/// How an output came to be (times in ms), as `Cache-Status` (RFC 9211) tells it.
enum Provenance: Sendable {
  case hit
  case collapsed
  case made(fetch: Int, render: Int)

  fileprivate var cacheStatus: String {
    switch self {
    case .hit: "imgedge; hit"
    case .collapsed: "imgedge; fwd=miss; collapsed"
    case .made: "imgedge; fwd=miss; stored"
    }
  }

  fileprivate var serverTiming: String {
    switch self {
    case .hit: "cache;desc=hit"
    case .collapsed: "cache;desc=collapsed"
    case .made(let fetch, let render): "cache;desc=miss, fetch;dur=\(fetch), render;dur=\(render)"
    }
  }
}

extension TransformRequest {
  private static let lifetimeSeconds = 31_536_000

  private func fields(_ provenance: Provenance) -> HTTPFields {
    var fields = head.fields(variesByAccept: isNegotiated)
    fields[.cacheControl] = "public, max-age=\(Self.lifetimeSeconds), immutable"
    fields[.eTag] = "\"\(key.entityTag)\""
    fields[.cacheStatus] = provenance.cacheStatus
    return fields
  }

  /// Of an immutable output the tag says everything: nothing has to be looked up to answer 304.
  func notModified() -> Response {
    Response(status: 304, fields: fields(.hit))
  }

  func response(_ output: StoredOutput, _ provenance: Provenance) -> Response {
    guard !ifNoneMatch.matchesAny else { return Response(status: 304, fields: fields(provenance)) }
    var fields = fields(provenance)
    fields[.contentType] = output.mediaType
    fields[.contentLength] = String(output.byteCount)
    fields[.serverTiming] = provenance.serverTiming
    return Response(status: 200, fields: fields, body: head.omitsBody ? .none : .blob(output.body))
  }

  func output(_ rendered: RenderedOutput, _ format: OutputFormat) -> StoredOutput {
    StoredOutput(
      body: rendered.body, byteCount: rendered.byteCount, mediaType: format.mediaType,
      lifetimeSeconds: Self.lifetimeSeconds)
  }
}
