import HTTPTypes

extension Problem {
  /// Where each code has its heading; the fragment is the code.
  static let documentation = "https://imgedge.dev/docs/problems"

  /// `application/problem+json` (RFC 9457, section 3) with `code` and `parameter` as extension members.
  var body: [UInt8] {
    var members: [JSON.Member] = [
      JSON.Member("type", .string(Self.documentation + "#" + code.name)),
      JSON.Member("title", .string(code.title)),
      JSON.Member("status", .int(code.status)),
      JSON.Member("detail", .string(detail)),
      JSON.Member("code", .string(code.name)),
    ]
    if let parameter { members.append(JSON.Member("parameter", .string(parameter))) }
    return JSON.object(members).serialized()
  }

  func response(_ head: CommonFields) -> Response {
    var response = head.response(
      status: code.status, mediaType: "application/problem+json", cacheControl: "no-store", body)
    response.problemCode = code.name
    switch code {
    case .methodNotAllowed: response.fields[.allow] = Method.allow
    case .overloaded, .workspaceUnavailable: response.fields[.retryAfter] = "1"
    case .sourceBusy: response.fields[.retryAfter] = retryAfterSeconds.map { "\($0)" }
    default: break
    }
    return response
  }
}
