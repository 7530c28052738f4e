import EdgeHandler
import NIOCore
import NIOPosix
import Outputs

/// Answers HTTP requests with the handler's decisions, and takes note of them.
struct EdgeResponder: Responder {
  let host: StepHost
  let metrics: Metrics
  /// `nil` where requests are not logged.
  let log: LogWriter?
  private let recentHits = ThreadSpecificVariable<Box>()

  /// Used by one thread only, hence `@unchecked Sendable`.
  private final class Box: @unchecked Sendable {
    var hits = RecentHits()
  }

  init(host: StepHost, metrics: Metrics, log: LogWriter?) {
    self.host = host
    self.metrics = metrics
    self.log = log
  }

  func respond(
    to request: ServerRequest, on loop: any EventLoop, reply: @escaping @Sendable (ServerResponse) -> Void
  ) -> (@Sendable () -> Void)? {
    let start = NIODeadline.now()
    let context = host.context
    let identity = RequestIdentity(request.head)
    let epoch = host.sites.epoch
    if let hit = box.hits.find(identity), hit.isValid(at: context.now, epoch: epoch),
      let output = host.store.lookUpInMemory(hit.key, now: context.now),
      let response = hit.answer(with: output)
    {
      reply(response)
      note(response, .hit, since: start) { AccessRecord(request.head, namespace: hit.namespace) }
      return nil
    }
    let flow = StepRunner(host, loop: loop, context: context) { ending in
      var response = ServerResponse(status: ending.response.status, fields: ending.response.fields, body: ending.body)
      if let (key, output) = ending.onlyHit, var hit = Self.hit(key, output, ending, &response) {
        hit.namespace = ending.site.workspace?.namespace
        (hit.epoch, hit.until) = (epoch, ending.siteUntil)
        box.hits.insert(hit, for: identity)
      }
      reply(response)
      note(response, ending.outcome, since: start) {
        AccessRecord(
          request.head, namespace: ending.site.workspace?.namespace, code: ending.response.problemCode,
          notes: ending.notes)
      }
    }
    flow.start(request.head)
    return flow.callerLeft
  }

  private var box: Box {
    if let box = recentHits.currentValue { return box }
    let box = Box()
    recentHits.currentValue = box
    return box
  }

  /// `nil` where the answer has bytes of its own.
  private static func hit(
    _ key: CacheKey, _ output: StoredOutput, _ ending: StepRunner.Ending, _ response: inout ServerResponse
  ) -> RecentHits.Hit? {
    guard output.bytes == nil, ending.response.body == .none || ending.response.body == .blob(output.body) else {
      return nil
    }
    response.prepare()
    var bodyless = response
    bodyless.body = nil
    return RecentHits.Hit(
      key: key, byteCount: output.byteCount, mediaType: output.mediaType, response: bodyless,
      sendsBody: response.body != nil)
  }

  private func note(
    _ response: ServerResponse, _ outcome: LookUpOutcome, since start: NIODeadline, _ record: () -> AccessRecord
  ) {
    let microseconds = Int((NIODeadline.now() - start).nanoseconds / 1000)
    metrics.count(status: response.status, outcome: outcome, microseconds: microseconds)
    guard let log else { return }
    let line = RequestLine(
      record: record(), outcome: outcome, status: response.status, byteCount: response.body?.readableBytes ?? 0,
      microseconds: microseconds)
    log.append(line.bytes)
  }

  func refuse(_ refusal: Refusal) -> ServerResponse {
    let response = EdgeHandler.answer(to: refusal.problem)
    let body: ByteBuffer? = if case .bytes(let bytes) = response.body { ByteBuffer(bytes: bytes) } else { nil }
    metrics.count(status: response.status, outcome: .none, microseconds: 0)
    return ServerResponse(status: response.status, fields: response.fields, body: body)
  }
}

extension Refusal {
  fileprivate var problem: Problem {
    switch self {
    case .malformed: .malformedRequest
    case .bodyTooLarge: .bodyTooLarge
    case .headTooLong: .headTooLong
    case .targetTooLong: .targetTooLong
    case .versionNotSupported: .versionNotSupported
    case .overloaded: .overloaded
    // Only of servers that collect bodies.
    case .notAdmitted, .noRoomForBody: .malformedRequest
    }
  }
}
