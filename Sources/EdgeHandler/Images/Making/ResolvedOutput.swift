import HTTPTypes

/// A request for something that is made once and kept: what all of them have in common.
struct ResolvedOutput: Sendable {
  var head: CommonFields
  var workspace: Workspace
  var key: CacheKey
  var conditions: Conditions
  /// Whether another `Accept` could have got another output.
  var isNegotiated: Bool
  /// What it is made of, where that is one original.
  var original: SourceReference?
  /// The name of the endpoint, under which an output of several originals is saved.
  var operation: String
  /// What an output that is not kept lacks, as `Cache-Status` has it (RFC 9211, section 2.8); `nil` where that is not the same for all.
  var partialDetail: String? = Provenance.damaged

  private static let lifetimeSeconds = 31_536_000
  /// The lifetime in seconds of an answer that lacks a part of what was asked for.
  private static let partialLifetimeSeconds = 60

  var lookUp: LookUpRequest { LookUpRequest(key: key, share: workspace.share) }

  /// Whether the caller has this very output: nothing has to be looked up to know.
  var isKnown: Bool {
    conditions.isKnown(key.entityTag)
  }

  func fields(_ provenance: Provenance, cacheControl: String) -> HTTPFields {
    var fields = head.fields(variesByAccept: isNegotiated)
    fields.add(.cacheControl, cacheControl)
    fields.add(.cacheStatus, provenance.cacheStatus)
    return fields
  }

  /// The fields of an answer that is less than was asked for. It has no entity tag: the key's means the complete one.
  func partialFields(_ provenance: Provenance, detail: String?) -> HTTPFields {
    var fields = head.fields(variesByAccept: isNegotiated)
    fields.add(.cacheControl, "public, max-age=\(Self.partialLifetimeSeconds)")
    fields.add(.cacheStatus, provenance.cacheStatus + (detail.map { "; detail=" + $0 } ?? ""))
    return fields
  }

  private func immutableFields(_ provenance: Provenance) -> HTTPFields {
    var fields = fields(provenance, cacheControl: "public, max-age=\(Self.lifetimeSeconds), immutable")
    fields.add(.eTag, "\"\(key.entityTag)\"")
    return fields
  }

  /// The 304 answer for an immutable output. Its entity tag follows from the key, so nothing is looked up.
  func notModified() -> Response {
    Response(status: 304, fields: immutableFields(.hit))
  }

  func response(_ output: StoredOutput, _ provenance: Provenance) -> Response {
    guard output.lifetimeSeconds > 0 else { return partialResponse(output, provenance, detail: partialDetail) }
    guard !conditions.isNotModified(key.entityTag) else {
      return Response(status: 304, fields: immutableFields(provenance))
    }
    return response(output, provenance, immutableFields(provenance))
  }

  /// For an output that lacks something, known by a life of no time.
  func partialResponse(_ output: StoredOutput, _ provenance: Provenance, detail: String?) -> Response {
    response(output, provenance, partialFields(provenance, detail: detail))
  }

  private func response(_ output: StoredOutput, _ provenance: Provenance, _ base: HTTPFields) -> Response {
    var fields = base
    fields.add(.contentType, output.mediaType)
    fields.add(.contentLength, String(output.byteCount))
    if let format = OutputFormat(mediaType: output.mediaType) {
      let name = original?.fileName ?? FileName(operation)
      fields.add(.contentDisposition, name.disposition(format))
    }
    if let canonicalLink = original?.canonicalLink { fields.add(.link, canonicalLink) }
    fields.add(.serverTiming, provenance.serverTiming)
    return Response(status: 200, fields: fields, body: head.omitsBody ? .none : .blob(output.body))
  }

  func output(_ rendered: RenderedOutput, _ format: OutputFormat) -> StoredOutput {
    StoredOutput(
      body: rendered.body, byteCount: rendered.byteCount, mediaType: format.mediaType,
      isOriginal: rendered.isOriginal, lifetimeSeconds: Self.lifetimeSeconds)
  }
}

/// How an output came to be (times in ms), as `Cache-Status` (RFC 9211) tells it.
enum Provenance: Sendable {
  case hit
  case collapsed
  case made(fetch: Int, render: Int, isStored: Bool)

  /// The detail of `Cache-Status` for an output whose original ends early.
  static let damaged = "damaged"

  var cacheStatus: String {
    switch self {
    case .hit: "imgedge; hit"
    case .collapsed: "imgedge; fwd=miss; collapsed"
    case .made(_, _, isStored: true): "imgedge; fwd=miss; stored"
    case .made(_, _, isStored: false): "imgedge; fwd=miss"
    }
  }

  var serverTiming: String {
    switch self {
    case .hit: "cache;desc=hit"
    case .collapsed: "cache;desc=collapsed"
    case .made(let fetch, let render, _): "cache;desc=miss, fetch;dur=\(fetch), render;dur=\(render)"
    }
  }
}
