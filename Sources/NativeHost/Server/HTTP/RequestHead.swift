import EdgeHandler
import NIOHTTP1

extension Request {
  init?(_ head: HTTPRequestHead, isSecure: Bool) {
    self.init(
      ReceivedRequest(
        method: head.method.rawValue, target: head.uri, fields: head.headers.map { ($0.name, $0.value) },
        isHTTP10: head.version == .http1_0, isSecure: isSecure))
  }
}
