import EdgeHandler

/// A host that performs every effect at once and in memory, for tests and measurements: the loop over steps is written here once, and who
/// conforms says what each effect comes to.
public protocol StepPerformer {
  mutating func lookUp(_ request: LookUpRequest) throws -> LookUpResult
  mutating func fetch(_ request: OutboundRequest) throws -> FetchResult
  mutating func inspect(_ request: InspectRequest) throws -> InspectResult
  mutating func render(_ plan: RenderPlan) throws -> RenderResult
  mutating func sample(_ request: SampleRequest) throws -> SampleResult
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
