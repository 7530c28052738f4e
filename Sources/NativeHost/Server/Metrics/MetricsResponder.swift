import EdgeHandler
import HTTPTypes
import NIOCore

/// Serves `/metrics` on a port of its own and at names of this machine, because the numbers are nobody else's business.
struct MetricsResponder: Responder {
  let text: @Sendable () -> String

  func respond(
    to request: ServerRequest, on loop: any EventLoop, reply: @escaping @Sendable (ServerResponse) -> Void
  ) -> (@Sendable () -> Void)? {
    // A page of any origin can have its own name resolved to this machine (DNS rebinding); the browser still says the name.
    guard Self.isLoopback(request.head.authority) else {
      reply(Self.response(421, "text/plain; charset=utf-8", "http://localhost/metrics only\n", request))
      return nil
    }
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

  /// Whether a `Host` names this machine.
  static func isLoopback(_ authority: String) -> Bool {
    let name = /(?:localhost\.?|127(?:\.[0-9]{1,3}){3}|\[::1\])(?::[0-9]*)?/
    return authority.wholeMatch(of: name.ignoresCase()) != nil
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
