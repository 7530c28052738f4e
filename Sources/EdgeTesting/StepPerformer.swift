import EdgeHandler

/// A host that performs every effect at once and in memory, for tests and measurements: the loop over steps is written here once, and who
/// conforms says what each effect comes to.
public protocol StepPerformer {
  mutating func lookUp(_ request: LookUpRequest) throws -> LookUpResult
  mutating func fetch(_ request: OutboundRequest) throws -> FetchResult
  mutating func inspect(_ request: InspectRequest) throws -> InspectResult
  mutating func render(_ plan: RenderPlan) throws -> RenderResult
  mutating func sample(_ request: SampleRequest) throws -> SampleResult
  mutating func records(_ request: RecordRequest) throws -> RecordResult
  mutating func exchange(_ request: ExchangeRequest) throws -> ExchangeResult
  mutating func secrets(_ request: SecretsRequest) throws -> SecretsResult
  /// Performs the steps of ``Step/all(_:_:)``, which a host may do in any order, and returns what each comes to in the order of the steps.
  mutating func all(_ steps: [Step<Loaded>]) throws -> [Loaded]
}

extension StepPerformer {
  /// Performs a step and all that follow it, and returns what they come to.
  public mutating func perform<Value>(_ first: Step<Value>) throws -> Value {
    var step = first
    while true {
      switch step {
      case .done(let value): return value
      case .lookUp(let request, let then): step = then(try lookUp(request))
      case .fetch(let request, let then): step = then(try fetch(request))
      case .inspect(let request, let then): step = then(try inspect(request))
      case .render(let plan, let then): step = then(try render(plan))
      case .sample(let request, let then): step = then(try sample(request))
      case .records(let request, let then): step = then(try records(request))
      case .exchange(let request, let then): step = then(try exchange(request))
      case .secrets(let request, let then): step = then(try secrets(request))
      case .all(let steps, let then): step = then(try all(steps))
      }
    }
  }

  public mutating func all(_ steps: [Step<Loaded>]) throws -> [Loaded] {
    var results: [Loaded] = []
    for step in steps { results.append(try perform(step)) }
    return results
  }
}

/// A performer that is a whole host: it answers requests, and knows who answers where.
public protocol PlayedHost: StepPerformer {
  var handler: EdgeHandler { get }
  var sites: SiteCache { get set }
}

extension PlayedHost {
  /// Answers a request with the site of its host, which is loaded first where it is not known.
  public mutating func answer(_ request: Request, context: Context) throws -> (answer: Answer, site: Site) {
    let site: Site
    var note: String?
    switch sites.find(request, now: context.now) {
    case .known(let known, _, refresh: nil): site = known
    case .known(_, _, let name?), .unknown(let name):
      let loaded = try perform(sites.load(name, now: context.now) { .done($0) })
      site = sites.insert(loaded, at: name, now: context.now)
      note = loaded.note
    }
    var answer = try perform(handler.handle(request, at: site, context: context))
    if let note { answer.notes.append(note) }
    return (answer, site)
  }
}

extension StepPerformer {
  // What a host comes to that has nothing of the kind.

  public mutating func records(_ request: RecordRequest) throws -> RecordResult { .unavailable }
  public mutating func exchange(_ request: ExchangeRequest) throws -> ExchangeResult { .notSent }
  public mutating func secrets(_ request: SecretsRequest) throws -> SecretsResult {
    SecretsResult(request.secrets.map { _ in nil })
  }
}
