import CCurl
import EdgeHandler

/// A small exchange with a service.
final class ExchangeTransfer: Transfer, @unchecked Sendable {
  private var completion: (@Sendable (ExchangeResult) -> Void)?
  private var body: [UInt8] = []

  init(_ request: ExchangeRequest, completion: @escaping @Sendable (ExchangeResult) -> Void) {
    self.completion = completion
    let (milliseconds, overflows) = request.timeoutMilliseconds.addingReportingOverflow(request.delayMilliseconds)
    super.init(
      Outbound(
        method: request.method, url: request.url, fields: request.fields, body: request.body, reach: request.reach,
        isAlone: true),
      of: Share(), milliseconds: overflows ? .max : milliseconds)
  }

  override func begin(_ length: Int64) -> Bool {
    length <= Int64(ExchangeRequest.maximumBytes)
  }

  override func readBody(_ bytes: UnsafeRawBufferPointer) -> Bool {
    guard bytes.count <= ExchangeRequest.maximumBytes - body.count else { return false }
    body += bytes
    return true
  }

  override func complete(_ code: CURLcode, easy: UnsafeMutableRawPointer) {
    if code == CURLE_OK, let status {
      return finish(.response(status: status, retryAfter: head.retryAfter, body: body))
    }
    // libcurl counts what has left.
    finish(ccurl_request_size(easy) == 0 ? .notSent : .unanswered)
  }

  override func fail(_ failure: FetchFailure) {
    guard case .running(let handle) = stage else { return finish(.notSent) }
    complete(CURLE_ABORTED_BY_CALLBACK, easy: handle.pointer)
  }

  private func finish(_ result: ExchangeResult) {
    stage = .finished
    body = []
    let completion = self.completion
    self.completion = nil
    completion?(result)
  }
}
