import EdgeHandler

/// Drives all requests of one instance.
///
/// Law of this module: it turns steps into calls of imports and results into steps, and decides nothing. All state hangs on the
/// numbers of requests (the host's) and of effects (ours).
final class Shim: @unchecked Sendable {
  let handler: EdgeHandler
  /// Networks that may be connected to although they are not public.
  let policy: AddressPolicy
  private var sites: SiteCache
  private var effects = EffectTable()

  init(_ setup: Setup) {
    handler = EdgeHandler(configuration: setup.configuration)
    policy = AddressPolicy(allowedNetworks: setup.allowedNetworks)
    sites = SiteCache(setup.configuration, records: setup.records)
  }

  /// Touched from exports only, and wasm has one thread.
  nonisolated(unsafe) static var shared: Shim?

  static func handle(_ request: UInt32, _ text: [UInt8]) {
    guard let shim = shared, let call = try? Call(wireText: text) else { return send(request, .failure) }
    guard let received = Request(call.request) else {
      return send(request, Answer(EdgeHandler.answer(to: .malformedRequest)))
    }
    let context = call.context
    let answering = Answering(request, received)
    let finish = Finish<Answer> { answer in answering.finish(answer) }
    switch shim.sites.find(received, now: context.now) {
    case .known(let site, _, refresh: nil):
      answering.site = site
      advance(shim.handler.handle(received, at: site, context: context), of: request, finish)
    case .known(_, _, let name?), .unknown(let name):
      // The one who refreshes a site waits for it: nothing that a host does outlives the request that it is done for.
      let step: Step<Answer> = shim.sites.load(name, now: context.now) { loaded in
        answering.note = loaded.note
        answering.site = shim.sites.insert(loaded, at: name, now: context.now)
        return shim.handler.handle(received, at: answering.site, context: context)
      }
      advance(step, of: request, finish)
    }
  }

  /// A request on its way to its answer.
  private final class Answering: @unchecked Sendable {
    private let number: UInt32
    private let request: Request
    var site = Site.nowhere
    var note: String?

    init(_ number: UInt32, _ request: Request) {
      self.number = number
      self.request = request
    }

    func finish(_ answer: Answer) {
      send(number, answer)
      var notes = answer.notes
      if let note { notes.append(note) }
      let record = AccessRecord(
        request, namespace: site.workspace?.namespace, code: answer.response.problemCode, notes: notes)
      record.wire.serialized().withUnsafeBufferPointer { logNote(number, $0.baseAddress, $0.count) }
    }
  }

  /// Takes other fixed workspaces; what is in flight goes on with those that it began with.
  static func replaceWorkspaces(_ text: [UInt8]) throws(ConfigurationError) {
    shared?.sites.replaceFixed(try Configuration(json: text).workspaces)
  }

  static func resume(_ number: UInt32, _ text: [UInt8]) {
    guard let effect = shared?.effects.take(number) else { return }
    guard let result = try? JSON.parse(text, maximumBytes: maximumResultBytes), effect.resume(result) else {
      shared?.effects.drop(request: effect.request)
      return send(effect.request, .failure)
    }
  }

  static func cancel(_ request: UInt32) {
    shared?.effects.drop(request: request)
  }

  static func permits(_ address: String) -> Bool {
    guard let shim = shared, let address = IPAddress(parsing: address) else { return false }
    return shim.policy.permits(address)
  }

  /// The largest is a page of records, or a hundred of them.
  private static let maximumResultBytes = RecordResult.maximumWireBytes

  // MARK: Steps

  private typealias Import = (UInt32, UInt32, UnsafePointer<UInt8>?, Int) -> Void

  /// Where a flow ends. A class and not a closure, so that the compiler makes one ``advance(_:of:_:)`` for each kind of value, and not
  /// one for each place that calls it: it is the largest function of the module.
  private final class Finish<Value> {
    let call: (Value) -> Void

    init(_ call: @escaping (Value) -> Void) {
      self.call = call
    }
  }

  @inline(never)
  private static func advance<Value>(_ step: Step<Value>, of request: UInt32, _ finish: Finish<Value>) {
    switch step {
    case .done(let value): finish.call(value)
    case .lookUp(let lookUp, let then):
      perform(outputsLookUp, lookUp, of: request) { (result: LookUpResult) in advance(then(result), of: request, finish)
      }
    case .fetch(let outbound, let then):
      perform(netFetch, outbound, of: request) { (result: FetchResult) in advance(then(result), of: request, finish) }
    case .inspect(let inspect, let then):
      perform(pixelsInspect, inspect, of: request) { (result: InspectResult) in
        advance(then(result), of: request, finish)
      }
    case .render(let plan, let then):
      perform(pixelsRender, plan, of: request) { (result: RenderResult) in advance(then(result), of: request, finish) }
    case .sample(let sample, let then):
      perform(pixelsSample, sample, of: request) { (result: SampleResult) in
        advance(then(result), of: request, finish)
      }
    case .records(let records, let then):
      perform(recordsPerform, records, of: request) { (result: RecordResult) in
        advance(then(result), of: request, finish)
      }
    case .exchange(let exchange, let then):
      perform(netExchange, exchange, of: request) { (result: ExchangeResult) in
        advance(then(result), of: request, finish)
      }
    case .secrets(let secrets, let then):
      perform(secretsPerform, secrets, of: request) { (result: SecretsResult) in
        advance(then(result), of: request, finish)
      }
    case .all(let flows, let then):
      all(flows, of: request) { advance(then($0), of: request, finish) }
    }
  }

  private static func all(_ flows: [Step<Loaded>], of request: UInt32, _ then: @escaping ([Loaded]) -> Void) {
    guard !flows.isEmpty else { return then([]) }
    let results = Results(count: flows.count)
    for (index, flow) in flows.enumerated() {
      let finish = Finish<Loaded> { loaded in
        if let all = results.set(loaded, at: index) { then(all) }
      }
      advance(flow, of: request, finish)
    }
  }

  private static func perform<Result: WireValue>(
    _ start: Import, _ value: some WireValue, of request: UInt32, then: @escaping (Result) -> Void
  ) {
    let effect = EffectTable.Effect(request: request) { json in
      guard let result: Result = read(json) else { return false }
      then(result)
      return true
    }
    begin(effect, start, value.wire.serialized())
  }

  /// Not inlined, as there are flows of two kinds that wait for each kind of result.
  @inline(never)
  private static func read<Result: WireValue>(_ json: JSON) -> Result? {
    try? Result(wire: json)
  }

  private static func begin(_ effect: EffectTable.Effect, _ start: Import, _ text: [UInt8]) {
    guard let number = shared?.effects.add(effect) else {
      shared?.effects.drop(request: effect.request)
      return send(effect.request, Answer(EdgeHandler.answer(to: .overloaded)))
    }
    text.withUnsafeBufferPointer { start(effect.request, number, $0.baseAddress, $0.count) }
  }

  /// The answer first: what follows it never delays it.
  private static func send(_ request: UInt32, _ answer: Answer) {
    answer.response.wire.serialized().withUnsafeBufferPointer { responseSend(request, $0.baseAddress, $0.count) }
    for work in answer.settlements {
      work.wire.serialized().withUnsafeBufferPointer { outputsSettle(request, $0.baseAddress, $0.count) }
    }
  }
}

/// What the flows of a ``Step/all(_:then:)`` have come to so far.
private final class Results {
  private var values: [Loaded?]
  private var missing: Int

  init(count: Int) {
    values = Array(repeating: nil, count: count)
    missing = count
  }

  /// All of them, once there is none missing.
  func set(_ value: Loaded, at index: Int) -> [Loaded]? {
    values[index] = value
    missing -= 1
    return missing == 0 ? values.compactMap { $0 } : nil
  }
}

extension Answer {
  /// For what is the host's fault or ours.
  static let failure = Answer(EdgeHandler.answer(to: .internalError))
}
