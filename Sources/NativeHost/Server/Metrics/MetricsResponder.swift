import EdgeHandler
import HTTPTypes
import NIOCore

/// Serves `/metrics` on a port of its own, because the numbers are nobody else's business.
struct MetricsResponder: Responder {
  let text: @Sendable () -> String

  func respond(
    to request: ServerRequest, on loop: any EventLoop, reply: @escaping @Sendable (ServerResponse) -> Void
  ) -> (@Sendable () -> Void)? {
    let isRead = request.head.method == "GET" || request.head.method == "HEAD"
    guard isRead, request.head.target == "/metrics" else {
      reply(Self.response(404, "text/plain; charset=utf-8", "GET /metrics\n", request))
      return nil
    }
    reply(Self.response(200, PrometheusText.mediaType, text(), request))
    return nil
  }

  func refuse(_ refusal: Refusal) -> ServerResponse {
    ServerResponse(status: 400, fields: [.contentLength: "0"])
  }

  private static func response(
    _ status: Int, _ mediaType: String, _ text: String, _ request: ServerRequest
  ) -> ServerResponse {
    let body = ByteBuffer(string: text)
    return ServerResponse(
      status: status, fields: [.contentType: mediaType, .contentLength: String(body.readableBytes)],
      body: request.head.method == "HEAD" ? nil : body)
  }
}
