import EdgeHandler
import HTTPTypes

/// Who may order pixel work, told by the head of a request alone, so that nobody else's body is read.
///
/// Being on this machine is not enough: any page that a browser on it shows can send requests to loopback, and by rebinding a name
/// of its own to 127.0.0.1 read what is answered. So a request must know the secret, must not come from a page, and must name
/// this machine.
struct PixelAdmission: Sendable {
  /// What a caller sends bodies as: no form and no script without CORS can.
  static let mediaType = "application/octet-stream"

  private let secret: [UInt8]

  init(secret: String) {
    self.secret = Array(secret.utf8)
  }

  func refusal(of request: Request) -> Refusal? {
    guard Self.isLoopback(request.authority) else { return .notAdmitted(status: 403) }
    guard request.fields[.origin] == nil, request.fields.allSatisfy({ !Self.isOfPages($0.name) }) else {
      return .notAdmitted(status: 403)
    }
    if PixelResponder.isReadiness(request) { return nil }
    guard isSecret(request.fields[.authorization]) else { return .notAdmitted(status: 401) }
    guard PixelResponder.Work(target: request.target) != nil else { return .notAdmitted(status: 404) }
    guard request.method == "POST" else { return .notAdmitted(status: 405) }
    guard request.fields[.contentType] == Self.mediaType else { return .notAdmitted(status: 415) }
    return nil
  }

  /// What browsers put on each request that they make: Fetch Metadata Request Headers (W3C).
  private static func isOfPages(_ name: HTTPField.Name) -> Bool {
    name.canonicalName.hasPrefix("sec-fetch-")
  }

  /// With any port: a request through a forwarded one is no less local.
  private static func isLoopback(_ authority: String) -> Bool {
    let name = authority.prefix { $0 != ":" }
    let port = authority.dropFirst(name.count)
    guard port.isEmpty || port.dropFirst().allSatisfy({ "0"..."9" ~= $0 }) else { return false }
    return name == "127.0.0.1" || name.lowercased() == "localhost"
  }

  /// Takes as long for a guess that is nearly right as for any other of its length.
  private func isSecret(_ field: String?) -> Bool {
    let scheme = "Bearer "
    guard let field, field.hasPrefix(scheme) else { return false }
    let guess = Array(field.utf8.dropFirst(scheme.utf8.count))
    guard guess.count == secret.count else { return false }
    return zip(guess, secret).reduce(0 as UInt8) { $0 | ($1.0 ^ $1.1) } == 0
  }
}
