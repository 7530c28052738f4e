import EdgeHandler
import Glibc
import Net
import Records
import Secrets
import Synchronization

/// A table of DynamoDB as the store of records: the exchanges are the handler's, and what is here has a clock, dice, and the host's
/// credentials, which are renewed before they end.
final class DynamoDBRecords: Sendable {
  private let table: DynamoDB
  private let source: CredentialSource
  private let origins: OriginClient
  private let state: Mutex<State>

  private typealias Waiter = @Sendable (HostCredentials?) -> Void

  private struct State {
    var credentials: HostCredentials?
    var isLoading = false
    var waiters: [Waiter] = []
    var notes: RepeatedNotes
  }

  /// - Parameter report: takes a line for the operator's log.
  init(
    _ table: DynamoDB, credentials source: CredentialSource, origins: OriginClient,
    report: @escaping @Sendable (String) -> Void
  ) {
    self.table = table
    self.source = source
    self.origins = origins
    state = Mutex(State(notes: RepeatedNotes(report)))
  }

  /// Calls `completion` once, on any thread.
  func perform(_ request: RecordRequest, completion: @escaping @Sendable (RecordResult) -> Void) {
    call { [self] call in
      guard let call else { return completion(.unavailable) }
      run(table.perform(request, call)) { [self] outcome in
        if let note = outcome.note { state.withLock { $0.notes.report(note) } }
        completion(outcome.result)
      }
    }
  }

  /// Makes the table, or looks whether it is as it must be. Calls `completion` once, on any thread.
  func administer(creates: Bool, completion: @escaping @Sendable (DynamoDB.TableOutcome) -> Void) {
    call { [self] call in
      guard let call else { return completion(.failed("there are no credentials of the host")) }
      run(creates ? table.createTable(call) : table.checkTable(call), completion)
    }
  }

  /// Hands over what a request is to be signed with; `nil` where the host has no credentials, or no random bytes.
  private func call(_ then: @escaping @Sendable (DynamoDB.Call?) -> Void) {
    credentials { credentials in
      guard let credentials, let nonce = SecretBox.random(16) else { return then(nil) }
      then(DynamoDB.Call(credentials: credentials, now: Int64(time(nil)), nonce: nonce))
    }
  }

  private func credentials(_ then: @escaping Waiter) {
    let now = Int64(time(nil))
    let (known, loads) = state.withLock { state -> (HostCredentials?, Bool) in
      let known = state.credentials.flatMap { $0.isOver(now: now) ? nil : $0 }
      let loads = !state.isLoading && known.map { $0.isDue(now: now) } ?? true
      if loads { state.isLoading = true }
      if known == nil { state.waiters.append(then) }
      return (known, loads)
    }
    if let known { then(known) }
    if loads { load() }
  }

  private func load() {
    run(source.load()) { [self] result in
      var found: HostCredentials?
      switch result {
      case .credentials(let credentials): found = credentials
      case .unavailable(let reason): state.withLock { $0.notes.report(reason) }
      }
      let (credentials, waiters) = state.withLock { state -> (HostCredentials?, [Waiter]) in
        state.isLoading = false
        if let found { state.credentials = found }
        defer { state.waiters = [] }
        return (found, state.waiters)
      }
      for waiter in waiters { waiter(credentials) }
    }
  }

  private func run<Value>(_ flow: Exchanges<Value>, _ then: @escaping @Sendable (Value) -> Void) {
    switch flow {
    case .done(let value): then(value)
    case .exchange(let request, let next):
      _ = origins.exchange(request) { [self] in run(next($0), then) }
    }
  }
}
