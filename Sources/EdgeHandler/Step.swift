/// The effect protocol: how a decision that performs nothing gets things done.
///
/// Law of this file: everything `EdgeHandler` wants from the outside is a case here, with a typed result. A host is a loop
/// that performs the effect of a case, calls its continuation with the result, and looks at the next step. A rule never
/// belongs in such a loop, because the other build has another loop.
public indirect enum Step<Value: Sendable>: Sendable {
  /// The flow has ended with `value`.
  case done(Value)

  /// Ask the store of outputs. A miss claims the key: until the claiming flow ends, others that look the same key up wait
  /// for its outcome instead of doing the work again. All other effects of a request follow a look-up, and are work of the share
  /// that it names.
  case lookUp(LookUpRequest, then: @Sendable (LookUpResult) -> Step<Value>)

  /// One HTTP exchange with an origin. Redirects are *not* followed: a 3xx is a result like any other.
  case fetch(OutboundRequest, then: @Sendable (FetchResult) -> Step<Value>)

  /// Read an original's header: format, size, frames. Decodes no pixels unless `InspectRequest` asks for them.
  case inspect(InspectRequest, then: @Sendable (InspectResult) -> Step<Value>)

  /// Decode, process and encode.
  case render(RenderPlan, then: @Sendable (RenderResult) -> Step<Value>)

  /// A small RGBA raster of an original, for BlurHash and colours.
  case sample(SampleRequest, then: @Sendable (SampleResult) -> Step<Value>)

  /// Read or write records. Texts and numbers only: a picture is never one.
  case records(RecordRequest, then: @Sendable (RecordResult) -> Step<Value>)

  /// A small exchange with another service, whose answer the handler reads.
  case exchange(ExchangeRequest, then: @Sendable (ExchangeResult) -> Step<Value>)

  /// Seal secrets for records, or open them.
  case secrets(SecretsRequest, then: @Sendable (SecretsResult) -> Step<Value>)

  /// Run independent flows at once; continue when all have ended. Results are in the order of the flows.
  case all([Step<Loaded>], then: @Sendable ([Loaded]) -> Step<Value>)
}

extension Step {
  /// Goes on where this flow ends.
  func flatMap<Next>(_ next: @escaping @Sendable (Value) -> Step<Next>) -> Step<Next> {
    switch self {
    case .done(let value): next(value)
    case .lookUp(let request, let then): .lookUp(request) { then($0).flatMap(next) }
    case .fetch(let request, let then): .fetch(request) { then($0).flatMap(next) }
    case .inspect(let request, let then): .inspect(request) { then($0).flatMap(next) }
    case .render(let plan, let then): .render(plan) { then($0).flatMap(next) }
    case .sample(let request, let then): .sample(request) { then($0).flatMap(next) }
    case .records(let request, let then): .records(request) { then($0).flatMap(next) }
    case .exchange(let request, let then): .exchange(request) { then($0).flatMap(next) }
    case .secrets(let request, let then): .secrets(request) { then($0).flatMap(next) }
    case .all(let flows, let then): .all(flows) { then($0).flatMap(next) }
    }
  }
}

/// What `EdgeHandler` answers, and what its host does once the answer is on its way.
public struct Answer: Sendable {
  public var response: Response
  /// Never delays the answer.
  public var settlements: [Settlement]
  /// For the operator's log, a line each: what went wrong without being the answer. Holds nothing of the request's URL.
  public var notes: [String]

  public init(_ response: Response, settlements: [Settlement] = [], notes: [String] = []) {
    self.response = response
    self.settlements = settlements
    self.notes = notes
  }
}

/// Work that follows an answer.
public enum Settlement: Sendable {
  /// Store an output under the key that this request claimed.
  case store(CacheKey, StoredOutput)
  /// The work under a claimed key failed: everyone who waits for it gets the same problem.
  case fail(CacheKey, Problem)
}

/// What a flow inside ``Step/all(_:then:)`` ends with.
public typealias Loaded = Result<Original, Problem>
