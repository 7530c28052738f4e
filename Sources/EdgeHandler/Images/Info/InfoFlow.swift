import HTTPTypes

/// A look at an original.
struct ResolvedInfo: Sendable {
  /// Its key is the same for all variants.
  var output: ResolvedOutput
  var reference: SourceReference
  var content: Content

  enum Content: Sendable {
    case fields([Info.Field])
    /// What a transform with these options would give.
    case output(TransformOptions)
  }
}

extension EndpointDecider {
  mutating func info(_ query: Query, variant: Endpoint.InfoVariant, pathSource: String?) throws(Problem) -> Decision {
    let reference = try source(query, pathSource)
    let set = try parameters(query, variant == .all ? ParameterTable.info : ParameterTable.infoVariant)
    let fields: [Info.Field] =
      switch variant {
      case .all: set.fields ?? Info.Field.standard
      case .metadata: [.metadata]
      case .blurhash: [.blurhash]
      case .colors: [.colors, .palette]
      }
    if trace.isOn {
      let table = variant == .all ? ParameterTable.info : ParameterTable.infoVariant
      var explanation = Explanation(query: query, table: table)
      if variant == .all {
        explanation.report(
          .select,
          isDefault: Info.Field.allCases.allSatisfy { field in
            fields.contains { $0 == field } == Info.Field.standard.contains { $0 == field }
          })
      }
      explanation.write(to: &trace, effective: EffectiveParameters(ofOutput: set, table))
    }
    return .info(ResolvedInfo(output: try info(of: reference, set), reference: reference, content: .fields(fields)))
  }

  /// Cloudflare's `format=json`: the sizes of the original and of the output that the other options describe, without making it.
  mutating func description(_ query: Query, pathSource: String?) throws(Problem) -> Decision {
    let reference = try source(query, pathSource)
    let set = try parameters(query, ParameterTable.transform)
    let options = try TransformOptions(
      set, spelling: .cloudflare, accepted: accepted, limits: configuration.limits)
    trace.note("means", "format=json: the sizes that the output would have, from what /info knows of the original")
    return .info(ResolvedInfo(output: try info(of: reference, set), reference: reference, content: .output(options)))
  }

  /// The shared result of an original, for whatever it is asked for.
  mutating func info(of reference: SourceReference, _ set: ParameterSet) throws(Problem) -> ResolvedOutput {
    var parts = reference.keyParts
    if let variant = set.variant { parts.append(variant) }
    return try output("info", parts, of: reference, isNegotiated: false, isImmutable: false)
  }
}

/// look up → fetch → inspect → sample → compute → store → answer.
struct InfoFlow: Sendable {
  let request: ResolvedInfo
  let configuration: Configuration
  let now: Int64

  func start() -> Step<Answer> {
    InfoLoading(
      output: request.output, reference: request.reference, configuration: configuration, now: now
    ) { loaded in
      .done(Answer(response(loaded), settlements: loaded.settlements))
    }.start()
  }

  private func response(_ loaded: InfoLoading.Outcome) -> Response {
    switch loaded.info {
    case .failure(let problem): return problem.response(request.output.head)
    case .success(let info):
      do throws(Problem) {
        let body = try body(info)
        return loaded.isDamaged
          ? request.output.partialResponse(body, loaded.provenance)
          : request.output.response(body, loaded.provenance, ageSeconds: loaded.ageSeconds)
      } catch {
        return error.response(request.output.head)
      }
    }
  }

  private func body(_ info: Info) throws(Problem) -> [UInt8] {
    switch request.content {
    case .fields(let fields): return info.body(fields)
    case .output(let options):
      guard let header = info.header else {
        throw Problem(.internalError, "What is stored of the original cannot be read.")
      }
      let size = try TransformPlan(options, header: header, limits: configuration.limits).size
      return info.description(of: size)
    }
  }
}

/// Gets the shared result of an original, and makes it where there is none.
final class InfoLoading: Sendable {
  /// What came of it, and what is to be done about the key that has perhaps been claimed.
  struct Outcome: Sendable {
    var info: Result<Info, Problem>
    var provenance: Provenance
    /// Since it was made.
    var ageSeconds = 0
    /// Whether the original ends early.
    var isDamaged = false
    var settlements: [Settlement] = []
  }

  let output: ResolvedOutput
  let reference: SourceReference
  let configuration: Configuration
  let now: Int64
  let then: @Sendable (Outcome) -> Step<Answer>

  init(
    output: ResolvedOutput, reference: SourceReference, configuration: Configuration, now: Int64,
    then: @escaping @Sendable (Outcome) -> Step<Answer>
  ) {
    self.output = output
    self.reference = reference
    self.configuration = configuration
    self.now = now
    self.then = then
  }

  /// The lifetime of a stored result and of its answers, in seconds.
  fileprivate static let lifetimeSeconds = 86_400
  private static let longestSide = 64
  /// The shorter side of a strip's sample in px, so that each of a BlurHash's four terms across it is told by two pixels.
  private static let leastSide = 8

  func start() -> Step<Answer> {
    .lookUp(output.lookUp) { [self] result in
      switch result {
      case .hit(let stored):
        then(
          Outcome(
            info: read(stored), provenance: .hit,
            ageSeconds: min(max(0, Self.lifetimeSeconds - stored.lifetimeSeconds), Self.lifetimeSeconds)))
      case .collapsed(let stored):
        then(Outcome(info: read(stored), provenance: .collapsed, isDamaged: stored.lifetimeSeconds == 0))
      case .failed(let problem): then(Outcome(info: .failure(problem), provenance: .collapsed))
      case .miss, .originalServes: make()
      }
    }
  }

  private func read(_ stored: StoredOutput) -> Result<Info, Problem> {
    guard let bytes = stored.bytes, let info = Info(stored: bytes) else {
      return .failure(Problem(.internalError, "What is stored of the original cannot be read."))
    }
    return .success(info)
  }

  private func make() -> Step<Answer> {
    let loading = OriginalLoading(
      workspace: output.workspace, configuration: configuration, now: now, use: .exempt)
    return loading.load(reference).flatMap { [self] loaded in
      switch loaded {
      case .failure(let problem): fail(problem)
      case .success(let original): sample(original)
      }
    }
  }

  private func sample(_ original: Original) -> Step<Answer> {
    .sample(SampleRequest(blob: original.blob, longestSide: Self.longestSide, leastSide: Self.leastSide)) {
      [self] result in
      switch result {
      case .sample(let sample): finish(Info(original, sample.raster), original, sample)
      case .undecodable: fail(Problem(.undecodableImage, "The original's pixels cannot be decoded."))
      case .overloaded: fail(.overloaded)
      case .timedOut: fail(Problem(.transformTimeout, "Looking at the original took longer than is allowed."))
      }
    }
  }

  /// What is known of an original that ends early goes to whoever waits for it now, and to nobody after.
  private func finish(_ info: Info, _ original: Original, _ sample: Sample) -> Step<Answer> {
    let bytes = info.json.serialized()
    let stored = StoredOutput(
      body: Blob(id: 0), bytes: bytes, byteCount: bytes.count, mediaType: "application/json",
      lifetimeSeconds: sample.isDamaged ? 0 : Self.lifetimeSeconds)
    let provenance = Provenance.made(
      fetch: original.fetchMilliseconds, render: sample.milliseconds, isStored: !sample.isDamaged)
    return then(
      Outcome(
        info: .success(info), provenance: provenance, isDamaged: sample.isDamaged,
        settlements: [.store(output.key, stored)]))
  }

  private func fail(_ problem: Problem) -> Step<Answer> {
    then(
      Outcome(
        info: .failure(problem), provenance: .made(fetch: 0, render: 0, isStored: false),
        settlements: [.fail(output.key, problem)]))
  }
}

extension ResolvedOutput {
  /// A body that may be another tomorrow: its tag is of what it says.
  fileprivate func response(_ body: [UInt8], _ provenance: Provenance, ageSeconds: Int) -> Response {
    let tag = EntityTag.opaque(of: body)
    do throws(Problem) {
      try conditions.check(tag)
    } catch {
      return error.response(head)
    }
    var fields = fields(provenance, cacheControl: "public, max-age=\(InfoLoading.lifetimeSeconds)")
    // Without it, a cache in front would keep what is nearly a day old for another day (RFC 9111, section 4.2.3).
    if ageSeconds > 0 { fields.add(.age, String(ageSeconds)) }
    fields.add(.eTag, "\"\(tag)\"")
    guard !conditions.isNotModified(tag) else { return Response(status: 304, fields: fields) }
    return response(body, provenance, fields)
  }

  /// The response for an original that ends early.
  fileprivate func partialResponse(_ body: [UInt8], _ provenance: Provenance) -> Response {
    response(body, provenance, partialFields(provenance, detail: partialDetail))
  }

  private func response(_ body: [UInt8], _ provenance: Provenance, _ base: HTTPFields) -> Response {
    var fields = base
    fields.add(.contentType, "application/json")
    fields.add(.contentLength, String(body.count))
    fields.add(.serverTiming, provenance.serverTiming)
    return Response(status: 200, fields: fields, body: head.omitsBody ? .none : .bytes(body))
  }
}
