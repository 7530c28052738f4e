import Dispatch
import EdgeHandler
import Synchronization

/// Performs the effects that are about texts: records, exchanges with other services, secrets. All are performed in the background; what they
/// come to is handed over on any thread.
public struct ServiceEffects: Sendable {
  public typealias Performer<Request, Result> = @Sendable (Request, @escaping @Sendable (Result) -> Void) -> Void

  public var records: Performer<RecordRequest, RecordResult>
  public var exchange: Performer<ExchangeRequest, ExchangeResult>
  public var secrets: Performer<SecretsRequest, SecretsResult>

  public init(
    records: @escaping Performer<RecordRequest, RecordResult>,
    exchange: @escaping Performer<ExchangeRequest, ExchangeResult>,
    secrets: @escaping Performer<SecretsRequest, SecretsResult>
  ) {
    self.records = records
    self.exchange = exchange
    self.secrets = secrets
  }

  /// For a host that has nothing of the kind.
  public static let none = ServiceEffects(
    records: { _, then in then(.unavailable) }, exchange: { _, then in then(.notSent) },
    secrets: { request, then in then(SecretsResult(request.secrets.map { _ in nil })) })

  /// Performs a flow of such effects to its end, and blocks until then: for commands. `nil` where it asks for anything else.
  public func wait<Value: Sendable>(for step: Step<Value>) -> Value? {
    let outcome = Outcome<Value>()
    run(step) { outcome.settle($0) }
    return outcome.wait()
  }

  /// Performs a flow of such effects to its end, and hands over what it comes to on any thread; `nil` where it asks for anything else.
  func run<Value: Sendable>(_ step: Step<Value>, then finish: @escaping @Sendable (Value?) -> Void) {
    switch step {
    case .done(let value): finish(value)
    case .records(let request, let then): records(request) { run(then($0), then: finish) }
    case .exchange(let request, let then): exchange(request) { run(then($0), then: finish) }
    case .secrets(let request, let then): secrets(request) { run(then($0), then: finish) }
    case .lookUp, .fetch, .inspect, .render, .sample, .all: finish(nil)
    }
  }
}

/// A value that one thread waits for.
final class Outcome<Value: Sendable>: Sendable {
  private let value = Mutex<Value?>(nil)
  private let isSettled = DispatchSemaphore(value: 0)

  func settle(_ value: Value?) {
    self.value.withLock { $0 = value }
    isSettled.signal()
  }

  func wait() -> Value? {
    isSettled.wait()
    return value.withLock { $0 }
  }
}
