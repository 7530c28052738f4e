import EdgeHandler
import HTTPTypes
import NIOCore
import Pixels
import Synchronization

/// `POST /inspect`, `/render` and `/sample`: the pixel engine for hosts that have none of their own. `GET /readyz` says whether one more
/// work of a share that has none would find room.
///
/// ``PixelAdmission`` says who may ask, and ``PlanReview`` for how much.
public struct PixelResponder: Responder {
  /// What is done, by the path of its endpoint.
  enum Work {
    case inspect, render, sample

    init?(target: String) {
      switch target {
      case "/inspect": self = .inspect
      case "/render": self = .render
      case "/sample": self = .sample
      default: return nil
      }
    }
  }

  private let engine: PixelEngine
  private let limits: Limits

  public init(engine: PixelEngine, limits: Limits = Limits()) {
    self.engine = engine
    self.limits = limits
  }

  static func isReadiness(_ head: Request) -> Bool {
    head.method == "GET" && head.target == "/readyz"
  }

  public func respond(
    to request: ServerRequest, on loop: any EventLoop, reply: @escaping @Sendable (ServerResponse) -> Void
  ) -> (@Sendable () -> Void)? {
    if Self.isReadiness(request.head) {
      let hasRoom = engine.hasRoom(for: nil)
      var answer = Self.text(hasRoom ? 200 : 503, hasRoom ? "ok" : "full")
      answer.fields[.lacking] = Self.lacking
      reply(answer)
      return nil
    }
    do throws(WireError) {
      let parcel = try PixelParcel(request)
      let answer: @Sendable (ByteBuffer) -> Void = { body in
        loop.execute { [holding = parcel.holding] in
          // Held until here.
          _ = holding
          reply(Self.response(200, PixelAdmission.mediaType, body))
        }
      }
      switch Work(target: request.head.target) {
      case .inspect: return try inspect(parcel, answer)
      case .render:
        return try render(parcel, answer) { complaint in loop.execute { reply(Self.text(400, complaint.description)) } }
      case .sample: return try sample(parcel, answer)
      case nil: throw WireError("nothing is served at this path")
      }
    } catch {
      reply(Self.text(400, error.description))
      return nil
    }
  }

  public func refuse(_ refusal: Refusal) -> ServerResponse {
    switch refusal {
    case .malformed, .bodyTooLarge, .headTooLong, .targetTooLong, .versionNotSupported:
      Self.text(400, "the request is malformed or too large")
    case .overloaded: Self.text(503, "there are too many connections")
    case .notAdmitted(let status): Self.text(status, Self.reason(for: status))
    case .noRoomForBody: Self.text(503, "the bodies of all requests are too large together")
    }
  }

  private static func reason(for status: Int) -> String {
    switch status {
    case 401: "the secret is missing or wrong"
    case 403: "neither pages nor other hosts are served"
    case 404: "nothing is served at this path"
    case 405: "the method must be POST"
    case 415: "the body must be \(PixelAdmission.mediaType)"
    default: "refused"
    }
  }

  private func inspect(
    _ parcel: PixelParcel, _ answer: @escaping @Sendable (ByteBuffer) -> Void
  ) throws(WireError) -> @Sendable () -> Void {
    let request = try InspectRequest(wire: parcel.work)
    return engine.inspect(request, original: try parcel.bytes(request.blob), of: parcel.share) {
      answer(PixelParcel.reply($0))
    }
  }

  private func sample(
    _ parcel: PixelParcel, _ answer: @escaping @Sendable (ByteBuffer) -> Void
  ) throws(WireError) -> @Sendable () -> Void {
    let request = try SampleRequest(wire: parcel.work)
    return engine.sample(request, original: try parcel.bytes(request.blob), of: parcel.share) {
      answer(PixelParcel.reply($0))
    }
  }

  private func render(
    _ parcel: PixelParcel, _ answer: @escaping @Sendable (ByteBuffer) -> Void,
    _ complain: @escaping @Sendable (WireError) -> Void
  ) throws(WireError) -> @Sendable () -> Void {
    var plan = try RenderPlan(wire: parcel.work)
    plan.timeoutMilliseconds = min(plan.timeoutMilliseconds, limits.transformTimeoutMilliseconds)
    let unknown = try PlanReview(plan, limits: limits).unknown
    let chain = Chain()
    look(at: Array(unknown), [:], parcel, chain) { [engine, limits, plan] looked in
      switch looked {
      case .failure(let result): answer(PixelParcel.reply(result))
      case .success(let headers):
        if !headers.isEmpty {
          do throws(WireError) {
            _ = try PlanReview(plan, limits: limits, headers: headers)
          } catch {
            return complain(error)
          }
        }
        chain.next(
          engine.render(plan, blobs: parcel.blobs, of: parcel.share) { rendering in answer(Self.reply(rendering)) })
      }
    }
    return { chain.cancel() }
  }

  private enum Looked: Sendable {
    case success([Blob: ImageHeader])
    /// What the plan comes to.
    case failure(RenderResult)
  }

  /// At one original after the other.
  private func look(
    at blobs: [Blob], _ headers: [Blob: ImageHeader], _ parcel: PixelParcel, _ chain: Chain,
    _ then: @escaping @Sendable (Looked) -> Void
  ) {
    guard let blob = blobs.first else { return then(.success(headers)) }
    guard let bytes = parcel.blobs[blob] else { return then(.failure(.failed)) }
    chain.next(
      engine.inspect(InspectRequest(blob: blob), original: bytes, of: parcel.share) { result in
        switch result {
        case .image(let header):
          look(at: Array(blobs.dropFirst()), headers.merging([blob: header]) { $1 }, parcel, chain, then)
        case .unsupported, .unread, .undecodable: then(.failure(.undecodable))
        case .overloaded: then(.failure(.overloaded))
        }
      })
  }

  private static func reply(_ rendering: Rendering) -> ByteBuffer {
    switch rendering {
    case .output(let bytes, let milliseconds, let damaged):
      return reply(bytes, milliseconds, damaged: damaged)
    case .alternative(let bytes, let milliseconds, let damaged):
      return reply(bytes, isAlternative: true, milliseconds, damaged: damaged)
    case .original(let bytes, let milliseconds): return reply(bytes, isOriginal: true, milliseconds)
    case .undecodable: return PixelParcel.reply(RenderResult.undecodable)
    case .timedOut: return PixelParcel.reply(RenderResult.timedOut)
    case .overloaded: return PixelParcel.reply(RenderResult.overloaded)
    case .failed: return PixelParcel.reply(RenderResult.failed)
    }
  }

  private static func reply(
    _ bytes: ByteBuffer, isOriginal: Bool = false, isAlternative: Bool = false, _ milliseconds: Int,
    damaged: [Blob] = []
  ) -> ByteBuffer {
    // The number of the blob is for the host to give.
    let output = RenderedOutput(
      body: Blob(id: 0), byteCount: bytes.readableBytes, isOriginal: isOriginal, isAlternative: isAlternative,
      milliseconds: milliseconds, damaged: damaged)
    return PixelParcel.reply(RenderResult.output(output), output: bytes)
  }

  /// As `write=avif, read=heic`; `nil` where nothing is lacking.
  private static let lacking: String? = {
    let names =
      Abilities.lacking.unwritableNames.map { "write=" + $0 } + Abilities.lacking.unreadableNames.map { "read=" + $0 }
    return names.isEmpty ? nil : names.joined(separator: ", ")
  }()

  private static func text(_ status: Int, _ text: String) -> ServerResponse {
    response(status, "text/plain; charset=utf-8", ByteBuffer(string: text + "\n"))
  }

  private static func response(_ status: Int, _ mediaType: String, _ body: ByteBuffer) -> ServerResponse {
    let fields: HTTPFields = [.contentType: mediaType, .contentLength: String(body.readableBytes)]
    return ServerResponse(status: status, fields: fields, body: body)
  }
}

/// Works that follow each other, cancelled as one.
private final class Chain: Sendable {
  private let state = Mutex<(isCancelled: Bool, cancel: (@Sendable () -> Void)?)>((false, nil))

  /// A step may be over, and the next one begun, before it is known how to cancel it: cancelling what is over does nothing, so the
  /// order of these does not matter as long as all are kept.
  func next(_ cancel: @escaping @Sendable () -> Void) {
    let isCancelled = state.withLock { state in
      let earlier = state.cancel
      state.cancel = {
        earlier?()
        cancel()
      }
      return state.isCancelled
    }
    if isCancelled { cancel() }
  }

  func cancel() {
    state.withLock { state in
      state.isCancelled = true
      return state.cancel.take()
    }?()
  }
}

extension HTTPField.Name {
  /// What the libraries of the machine cannot do, for the host of the wasm module.
  fileprivate static let lacking: HTTPField.Name = {
    guard let name = HTTPField.Name("Imgedge-Lacking") else { preconditionFailure("not a field name") }
    return name
  }()
}
