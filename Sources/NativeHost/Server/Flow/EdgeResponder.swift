import EdgeHandler
import NIOCore

/// Answers HTTP requests with the handler's decisions.
public struct EdgeResponder: Responder {
  private let host: FlowHost

  public init(host: FlowHost) {
    self.host = host
  }

  public func respond(
    to request: ServerRequest, on loop: any EventLoop, reply: @escaping @Sendable (ServerResponse) -> Void
  ) -> (@Sendable () -> Void)? {
    let flow = Flow(host, loop: loop, context: host.context) { answer, body in
      reply(ServerResponse(status: answer.response.status, fields: answer.response.fields, body: body))
    }
    flow.start(request.head)
    return flow.callerLeft
  }

  public func refuse(_ refusal: Refusal) -> ServerResponse {
    let response = EdgeHandler.answer(to: refusal.problem)
    let body: ByteBuffer? = if case .bytes(let bytes) = response.body { ByteBuffer(bytes: bytes) } else { nil }
    return ServerResponse(status: response.status, fields: response.fields, body: body)
  }
}

extension Refusal {
  fileprivate var problem: Problem {
    switch self {
    case .malformed:
      Problem(.malformedRequest, "The request is not HTTP/1.1 with one Host field, or its head is too large.")
    case .bodyTooLarge: Problem(.malformedRequest, "The body of the request is too large.")
    }
  }
}
