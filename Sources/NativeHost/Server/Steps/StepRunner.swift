import EdgeHandler
import HTTPTypes
import NIOCore
import Net
import Outputs
import Pixels

/// One request on its way through the steps.
///
/// Touched by its event loop only, hence `@unchecked Sendable`: what effects come to is brought there.
final class StepRunner: @unchecked Sendable {
  private let host: StepHost
  private let loop: any EventLoop
  private let context: Context
  private var reply: (@Sendable (Ending) -> Void)?

  /// Bytes by the number of their blob.
  private var blobs: [ByteBuffer] = []
  /// For the originals among ``blobs``.
  private var holdings: [Holding] = []
  /// Whose work this is, once a look-up has said so.
  private var share = Share()
  /// The effects that are under way.
  private var effects: [Int: Effect] = [:]
  private var effectCount = 0
  private var claimed: [CacheKey] = []
  private var isWorking = false
  /// Whether the room for a miss has been given to another: all that is still to be done finds no room.
  private var hasGivenWay = false
  private var isOver = false
  private var outcome = LookUpOutcome.none
  /// What the first look-up found in memory, as long as nothing else has been done.
  private var onlyHit: (key: CacheKey, output: StoredOutput)?
  private var site = Site.nowhere
  private var siteUntil = Int64.max

  private struct Effect {
    var cancel: @Sendable () -> Void = {}
    /// Goes on as if the host had no room for the effect; `nil` where it takes none.
    var refuse: (() -> Void)?
  }

  /// What a flow comes to.
  struct Ending {
    var response: Response
    var body: ByteBuffer?
    var outcome: LookUpOutcome
    /// The output that ``response`` is made of and of nothing else, so that the same request can be answered with it again.
    var onlyHit: (key: CacheKey, output: StoredOutput)?
    /// Who answers at the request's host, and until when that is known without another look.
    var site: Site
    var siteUntil: Int64
    /// For the log.
    var notes: [String]
  }

  init(
    _ host: StepHost, loop: any EventLoop, context: Context, reply: @escaping @Sendable (Ending) -> Void
  ) {
    self.host = host
    self.loop = loop
    self.context = context
    self.reply = reply
  }

  func start(_ request: Request) {
    let found = host.sites.find(request, now: context.now) { [self] site in
      loop.execute { [self] in
        guard !isOver else { return }
        // The next one asks again.
        handle(request, at: site, until: 0)
      }
    }
    if case .known(let site, let until) = found { handle(request, at: site, until: until) }
  }

  private func handle(_ request: Request, at site: Site, until: Int64) {
    (self.site, siteUntil) = (site, until)
    advance(host.handler.handle(request, at: site, context: context)) { [self] answer in finish(answer) }
  }

  /// The caller has gone away. The work goes on as long as somebody else waits for it.
  func callerLeft() {
    reply = nil
    cancelUnlessWanted()
  }

  private func cancelUnlessWanted() {
    guard !isOver, reply == nil, host.claims.withLock({ $0.abandon(claimed) }) else { return }
    claimed = []
    end()
    for effect in effects.values { effect.cancel() }
    effects = [:]
  }

  /// Ends the work, which somebody else's is to be done in place of: what is under way, and what would follow, finds no room. What
  /// is answered then is said by the handler. Called on any thread.
  func giveWay() {
    loop.execute { [self] in
      guard !isOver, !hasGivenWay else { return }
      hasGivenWay = true
      note(.refused)
      for (id, effect) in effects {
        guard let refuse = effect.refuse, effects.removeValue(forKey: id) != nil else { continue }
        effect.cancel()
        refuse()
      }
    }
  }

  private func finish(_ answer: Answer) {
    guard !isOver else { return }
    if !answer.settlements.isEmpty { onlyHit = nil }
    // Before the reply: whoever has it may ask again, and is to find the room that this has had and what it has made.
    endWork()
    for work in answer.settlements { perform(work) }
    for key in claimed { host.claims.withLock { $0.pass(on: key) }?(.passed) }
    reply.take()?(
      Ending(
        response: answer.response, body: body(of: answer.response), outcome: outcome, onlyHit: onlyHit,
        site: site, siteUntil: siteUntil, notes: answer.notes))
    end()
  }

  private func end() {
    isOver = true
    holdings = []
    endWork()
  }

  private func endWork() {
    if isWorking { host.endWork(self) }
    isWorking = false
  }

  // MARK: Steps

  private func advance<Value>(_ first: Step<Value>, _ finish: @escaping (Value) -> Void) {
    var step = first
    while true {
      switch step {
      case .done(let value):
        return finish(value)
      case .lookUp(let request, let then):
        let key = request.key
        share = request.share
        guard let output = host.store.lookUpInMemory(key, now: context.now) else {
          return lookUp(key) { [self] in advance(then($0), finish) }
        }
        note(.hit)
        let stored = adopt(output)
        onlyHit = blobs.count == 1 && effectCount == 0 ? (key, stored) : nil
        step = then(.hit(stored))
      case .fetch(let request, let then):
        return fetch(request) { [self] in advance(then($0), finish) }
      case .inspect(let request, let then):
        let original = bytes(request.blob)
        return perform(or: .overloaded) { [self] in
          host.pixels.inspect(request, original: original, of: share, completion: $0)
        } then: { [self] in
          advance(then($0), finish)
        }
      case .sample(let request, let then):
        let original = bytes(request.blob)
        return perform(or: .overloaded) { [self] in
          host.pixels.sample(request, original: original, of: share, completion: $0)
        } then: { [self] in
          advance(then($0), finish)
        }
      case .render(let plan, let then):
        return render(plan) { [self] in advance(then($0), finish) }
      case .records(let request, let then):
        return perform(or: .overloaded) { [self] in
          host.services.records(request, $0)
          return {}
        } then: { [self] in
          advance(then($0), finish)
        }
      case .exchange(let request, let then):
        return perform(or: .notSent) { [self] in
          host.services.exchange(request, $0)
          return {}
        } then: { [self] in
          advance(then($0), finish)
        }
      case .secrets(let request, let then):
        return perform(or: SecretsResult(request.secrets.map { _ in nil })) { [self] in
          host.services.secrets(request, $0)
          return {}
        } then: { [self] in
          advance(then($0), finish)
        }
      case .all(let flows, let then):
        return all(flows) { [self] in advance(then($0), finish) }
      }
    }
  }

  private func all(_ flows: [Step<Loaded>], _ then: @escaping ([Loaded]) -> Void) {
    var results = [Loaded?](repeating: nil, count: flows.count)
    var missing = flows.count
    guard missing > 0 else { return then([]) }
    for (index, flow) in flows.enumerated() {
      advance(flow) { loaded in
        results[index] = loaded
        missing -= 1
        if missing == 0 { then(results.compactMap { $0 }) }
      }
    }
  }

  private func fetch(_ request: OutboundRequest, _ then: @escaping (FetchResult) -> Void) {
    if case .sample(let name) = request.target {
      let picture = host.samples[name]
      let body = picture ?? ByteBuffer()
      return then(
        .response(
          InboundResponse(
            status: picture == nil ? 404 : 200, body: adopt(body), byteCount: body.readableBytes, milliseconds: 0)))
    }
    perform(or: Fetched.failed(.overloaded)) { [self] in
      host.origins.fetch(request, of: share, completion: $0)
    } then: { [self] fetched in
      switch fetched {
      case .failed(let failure): then(.failed(failure))
      case .response(
        let status, let location, let contentType, let contentRange, let retryAfter, let body, let holding,
        let milliseconds):
        holdings.append(holding)
        then(
          .response(
            InboundResponse(
              status: status, location: location, contentType: contentType, contentRange: contentRange,
              retryAfter: retryAfter, body: adopt(body), byteCount: body.readableBytes, milliseconds: milliseconds)))
      }
    }
  }

  private func render(_ plan: RenderPlan, _ then: @escaping (RenderResult) -> Void) {
    var originals: [Blob: ByteBuffer] = [:]
    for (id, bytes) in blobs.enumerated() { originals[Blob(id: UInt32(id))] = bytes }
    let blobs = originals
    perform(or: Rendering.overloaded) { [self] in
      host.pixels.render(plan, blobs: blobs, of: share, completion: $0)
    } then: { [self] rendering in
      switch rendering {
      case .output(let bytes, let milliseconds, let damaged):
        let output = RenderedOutput(
          body: adopt(bytes), byteCount: bytes.readableBytes, milliseconds: milliseconds, damaged: damaged)
        then(.output(output))
      case .alternative(let bytes, let milliseconds, let damaged):
        let output = RenderedOutput(
          body: adopt(bytes), byteCount: bytes.readableBytes, isAlternative: true, milliseconds: milliseconds,
          damaged: damaged)
        then(.output(output))
      case .original(let bytes, let milliseconds):
        let output = RenderedOutput(
          body: adopt(bytes), byteCount: bytes.readableBytes, isOriginal: true, milliseconds: milliseconds)
        then(.output(output))
      case .undecodable: then(.undecodable)
      case .timedOut: then(.timedOut)
      case .overloaded: then(.overloaded)
      case .failed: then(.failed)
      }
    }
  }

  /// Starts an effect that can be cancelled, and goes on with its result on the event loop; with `refusal` where this has given way.
  private func perform<Result: Sendable>(
    or refusal: Result, _ start: (@escaping @Sendable (Result) -> Void) -> @Sendable () -> Void,
    then: @escaping (Result) -> Void
  ) {
    guard !hasGivenWay else { return then(refusal) }
    let id = effectCount
    effectCount += 1
    let continuation = NIOLoopBound(then, eventLoop: loop)
    effects[id] = Effect(refuse: { then(refusal) })
    effects[id]?.cancel = start { [self] result in
      loop.execute { [self] in
        guard effects.removeValue(forKey: id) != nil, !isOver else { return }
        continuation.value(result)
      }
    }
  }

  // MARK: The store

  /// What is not in memory: behind whoever is at work on it, or on disk, or not there.
  private func lookUp(_ key: CacheKey, _ then: @escaping (LookUpResult) -> Void) {
    let id = effectCount
    effectCount += 1
    let continuation = NIOLoopBound(then, eventLoop: loop)
    let waiter: StepHost.Waiter = { [self] outcome in
      loop.execute { [self] in resume(id, key, outcome, continuation.value) }
    }
    switch host.claims.withLock({ $0.enter(key, self, waiter: waiter) }) {
    case .waits(let waiterID):
      effects[id] = Effect(cancel: { [host] in
        guard let claimant = host.claims.withLock({ $0.leave(key, waiterID) }) else { return }
        claimant.loop.execute { claimant.cancelUnlessWanted() }
      })
    case .claimed:
      claimed.append(key)
      effects[id] = Effect()
      // Memory again, too: between the first look and the claim another may have stored it.
      host.store.lookUp(key, now: context.now) { [self] output in
        loop.execute { [self] in
          guard effects.removeValue(forKey: id) != nil, !isOver else { return }
          // Of an original that serves, the store has no more than that once memory has lost it.
          guard let output, !output.isMarker else {
            return continuation.value(missed(key, originalServes: output != nil))
          }
          settle(key, .found(output))
          note(.hit)
          continuation.value(.hit(adopt(output)))
        }
      }
    }
  }

  private func resume(_ id: Int, _ key: CacheKey, _ outcome: ClaimOutcome, _ then: (LookUpResult) -> Void) {
    guard effects.removeValue(forKey: id) != nil, !isOver else {
      // Gone while the claim was on its way here: the next one has it.
      if case .passed = outcome { host.claims.withLock { $0.pass(on: key) }?(.passed) }
      return
    }
    switch outcome {
    case .found(let output):
      note(.hit)
      then(.hit(adopt(output)))
    case .made(let output, let lifetimeSeconds):
      note(.collapsed)
      var stored = adopt(output)
      // Not reckoned from the two flows' clocks, which may differ: 0 says that the output is not to be kept.
      stored.lifetimeSeconds = lifetimeSeconds
      then(.collapsed(stored))
    case .failed(let problem):
      note(.collapsed)
      then(.failed(problem))
    case .passed:
      claimed.append(key)
      then(missed(key))
    }
  }

  private func missed(_ key: CacheKey, originalServes: Bool = false) -> LookUpResult {
    if !isWorking {
      guard host.beginWork(self, of: share) else {
        settle(key, .failed(.overloaded))
        note(.refused)
        return .failed(.overloaded)
      }
      isWorking = true
    }
    note(.miss)
    return originalServes ? .originalServes : .miss
  }

  private func note(_ outcome: LookUpOutcome) {
    self.outcome = max(self.outcome, outcome)
  }

  private func perform(_ work: Settlement) {
    switch work {
    case .store(let key, let stored):
      let body = stored.bytes.map { ByteBuffer(bytes: $0) } ?? bytes(stored.body)
      let output = Output(
        body: body, mediaType: stored.mediaType, isOriginal: stored.isOriginal, isText: stored.bytes != nil,
        expires: context.now + Int64(stored.lifetimeSeconds))
      if stored.lifetimeSeconds > 0 { host.store.store(output, under: key) }
      settle(key, .made(output, lifetimeSeconds: stored.lifetimeSeconds))
    case .fail(let key, let problem):
      settle(key, .failed(problem))
    }
  }

  private func settle(_ key: CacheKey, _ outcome: ClaimOutcome) {
    guard let index = claimed.firstIndex(of: key) else { return }
    claimed.remove(at: index)
    for waiter in host.claims.withLock({ $0.settle(key) }) { waiter(outcome) }
  }

  // MARK: Bytes

  private func adopt(_ bytes: ByteBuffer) -> Blob {
    blobs.append(bytes)
    return Blob(id: UInt32(blobs.count - 1))
  }

  private func adopt(_ output: Output) -> StoredOutput {
    StoredOutput(
      body: adopt(output.body), bytes: output.isText ? Array(output.body.readableBytesView) : nil,
      byteCount: output.body.readableBytes, mediaType: output.mediaType,
      lifetimeSeconds: Int(output.expires - context.now))
  }

  /// Empty for a blob that is not of this request.
  private func bytes(_ blob: Blob) -> ByteBuffer {
    blobs.indices.contains(Int(blob.id)) ? blobs[Int(blob.id)] : ByteBuffer()
  }

  private func body(of response: Response) -> ByteBuffer? {
    switch response.body {
    case .none: nil
    case .bytes(let bytes): ByteBuffer(bytes: bytes)
    case .blob(let blob): bytes(blob)
    }
  }
}
