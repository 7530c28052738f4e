import EdgeHandler
import EdgeTesting

/// Performs effects out of an input, and ends the process where the handler breaks a promise.
struct FuzzedHost: PlayedHost {
  var handler: EdgeHandler
  var sites: SiteCache
  /// The results of the next effects, a text each.
  var results: ArraySlice<[UInt8]>
  private var blobs: UInt32 = 0
  /// The keys that the request has claimed and not settled.
  private var claims: [CacheKey] = []
  /// Whether something has happened that is the host's fault.
  private var hasFailed = false

  init(_ configuration: Configuration, results: ArraySlice<[UInt8]>) {
    handler = EdgeHandler(configuration: configuration)
    sites = SiteCache(configuration, records: .host)
    self.results = results
  }

  mutating func perform(_ received: ReceivedRequest) {
    guard let request = Request(received) else { return }
    let context = Context(now: 1_767_225_600, isReady: true)
    hasFailed = false
    claims = []
    // No effect throws here.
    guard let (answer, site) = try? answer(request, context: context) else { return }
    _ = handler.explain(request, at: site, context: context)
    for settlement in answer.settlements {
      switch settlement {
      case .store(let key, _), .fail(let key, _): claims.removeAll { $0 == key }
      }
    }
    precondition(claims.isEmpty, "a claimed key is never released")
    let status = answer.response.status
    precondition((200..<600).contains(status), "status \(status)")
    precondition(status != 500 || hasFailed, "500 without a fault of the host")
    // What has been written has a form that can be read.
    precondition((try? Response(wire: answer.response.wire)) != nil, "an answer that cannot be read")
  }

  mutating func lookUp(_ request: LookUpRequest) -> LookUpResult {
    let result = next() ?? LookUpResult.miss
    if case .miss = result { claims.append(request.key) }
    if case .failed(let problem) = result, problem.code.status == 500 { hasFailed = true }
    return result
  }

  mutating func fetch(_ request: OutboundRequest) -> FetchResult { next() ?? .response(response()) }

  mutating func inspect(_ request: InspectRequest) -> InspectResult {
    next() ?? .image(ImageHeader(format: .png, width: 300, height: 200, frames: 3, hasAlpha: true))
  }

  mutating func render(_ plan: RenderPlan) -> RenderResult {
    precondition((try? RenderPlan(wire: plan.wire)) != nil, "a plan that cannot be read")
    let result = next() ?? RenderResult.output(RenderedOutput(body: blob(), byteCount: 12_345, milliseconds: 7))
    if result == .failed { hasFailed = true }
    return result
  }

  mutating func sample(_ request: SampleRequest) -> SampleResult { next() ?? sample() }

  mutating func records(_ request: RecordRequest) -> RecordResult {
    precondition(request.isValid, "a request that no store takes")
    return next() ?? .records([nil])
  }

  mutating func secrets(_ request: SecretsRequest) -> SecretsResult {
    next() ?? SecretsResult(request.secrets.map { $0.text })
  }

  private mutating func next<Result: WireValue>() -> Result? {
    results.popFirst().flatMap { try? Result(wireText: $0) }
  }

  private mutating func blob() -> Blob {
    blobs &+= 1
    return Blob(id: blobs)
  }

  private mutating func response() -> InboundResponse {
    InboundResponse(status: 200, body: blob(), byteCount: 1000, milliseconds: 1)
  }

  private func sample() -> SampleResult {
    Raster(width: 2, height: 1, rgba: [255, 0, 0, 255, 0, 0, 255, 128])
      .map { .sample(Sample($0, milliseconds: 1)) } ?? .undecodable
  }
}
