/// What requests to AWS are signed with.
public struct HostCredentials: Sendable, Equatable {
  public var accessKeyId: String
  public var secretAccessKey: String
  /// Of credentials that end.
  public var sessionToken: String?
  /// Unix time in seconds.
  public var expires: Int64?

  public init(accessKeyId: String, secretAccessKey: String, sessionToken: String? = nil, expires: Int64? = nil) {
    self.accessKeyId = accessKeyId
    self.secretAccessKey = secretAccessKey
    self.sessionToken = sessionToken
    self.expires = expires
  }

  /// Whether to ask for others: 5 minutes before these end. Until then, and while others are asked for, these are good.
  public func isDue(now: Int64) -> Bool {
    expires.map { now > $0.subtractingReportingOverflow(300).partialValue || now >= $0 } ?? false
  }

  /// Whether these can still be used.
  public func isOver(now: Int64) -> Bool {
    expires.map { now >= $0 } ?? false
  }
}

/// Where the host's own credentials come from, by the environment. The order is that of AWS's own SDKs.
public enum CredentialSource: Sendable, Equatable {
  case fixed(HostCredentials)
  /// The agent of a container, which answers to `authorization`.
  case container(WebURL, authorization: String?)
  /// The metadata service of a machine (IMDSv2), by its base URL.
  case instance(WebURL)

  /// - Parameter variable: the value of a variable of the environment; `nil` and empty are the same.
  public init(environment variable: (String) -> String?) throws(ConfigurationError) {
    func value(_ name: String) -> String? { variable(name).flatMap { $0.utf8.isEmpty ? nil : $0 } }
    let (id, secret) = (value("AWS_ACCESS_KEY_ID"), value("AWS_SECRET_ACCESS_KEY"))
    if let id, let secret {
      let token = value("AWS_SESSION_TOKEN")
      guard ASCII.isVisible(id), ASCII.isVisible(secret), token.map(ASCII.isVisible) ?? true else {
        throw ConfigurationError(
          "AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY and AWS_SESSION_TOKEN must be visible ASCII without blanks")
      }
      self = .fixed(HostCredentials(accessKeyId: id, secretAccessKey: secret, sessionToken: token))
      return
    }
    guard id == nil, secret == nil else {
      throw ConfigurationError("of AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY only one is set")
    }
    let authorization = value("AWS_CONTAINER_AUTHORIZATION_TOKEN")
    if let path = value("AWS_CONTAINER_CREDENTIALS_RELATIVE_URI") {
      self = .container(try Self.url("http://169.254.170.2" + path, path), authorization: authorization)
    } else if let text = value("AWS_CONTAINER_CREDENTIALS_FULL_URI") {
      let url = try Self.url(text, text)
      guard Self.isAllowed(url) else {
        throw ConfigurationError(
          "AWS_CONTAINER_CREDENTIALS_FULL_URI: must be https, or http to loopback, 169.254.170.2, 169.254.170.23 or [fd00:ec2::23]"
        )
      }
      self = .container(url, authorization: authorization)
    } else {
      if let disabled = value("AWS_EC2_METADATA_DISABLED"), ASCII.equalsIgnoringCase(disabled.bytes, "true") {
        throw ConfigurationError("there are no credentials of the host: AWS_ACCESS_KEY_ID is not set")
      }
      let text = value("AWS_EC2_METADATA_SERVICE_ENDPOINT") ?? "http://169.254.169.254"
      self = .instance(try Self.url(text, text))
    }
  }

  private static func url(_ text: String, _ given: String) throws(ConfigurationError) -> WebURL {
    do throws(URLProblem) {
      return try WebURL(parsing: text)
    } catch {
      throw ConfigurationError("the URL of the host's credentials cannot be read: '\(given)'")
    }
  }

  /// Hosts that are asked without TLS: loopback, and those of ECS and EKS.
  /// https://docs.aws.amazon.com/sdkref/latest/guide/feature-container-credentials.html
  private static func isAllowed(_ url: WebURL) -> Bool {
    if url.scheme == .https { return true }
    switch url.host {
    case .domain(let name): return name == "localhost"
    case .ipv4(let address): return address >> 24 == 127 || address == 0xA9FE_AA02 || address == 0xA9FE_AA17
    case .ipv6(let address):
      return address == IPv6Address(parsing: "::1".utf8) || address == IPv6Address(parsing: "fd00:ec2::23".utf8)
    }
  }
}

/// What comes of asking for credentials.
public enum CredentialResult: Sendable, Equatable {
  case credentials(HostCredentials)
  /// Why there are none: for the operator, without any part of a secret.
  case unavailable(String)
}

extension CredentialSource {
  /// Asks for credentials. Each exchange is short: these services are on the machine.
  public func load() -> Exchanges<CredentialResult> {
    switch self {
    case .fixed(let credentials): return .done(.credentials(credentials))
    case .container(let url, let authorization):
      let fields = authorization.map { [OutboundRequest.Field(name: "authorization", value: $0)] } ?? []
      return Self.ask("GET", url.serialized, fields, "the container's credentials") { body in
        .done(Self.credentials(body, of: "the container's credentials"))
      }
    case .instance(let url):
      let lifetime = OutboundRequest.Field(name: "x-aws-ec2-metadata-token-ttl-seconds", value: "21600")
      return Self.ask("PUT", url.origin + "/latest/api/token", [lifetime], Self.instanceName) { token in
        Self.role(url.origin, token: String(decoding: token, as: UTF8.self))
      }
    }
  }

  private static var instanceName: String { "the machine's metadata service" }

  private static func role(_ origin: String, token: String) -> Exchanges<CredentialResult> {
    let folder = origin + "/latest/meta-data/iam/security-credentials/"
    let fields = [OutboundRequest.Field(name: "x-aws-ec2-metadata-token", value: token)]
    return ask("GET", folder, fields, instanceName) { names in
      let first = names.prefix { $0 != 0x0A && $0 != 0x0D }
      guard !first.isEmpty else { return .done(.unavailable("the machine has no role")) }
      let role = PercentCoding.encode(first, keeping: .unreserved)
      return ask("GET", folder + role, fields, instanceName) { body in .done(credentials(body, of: instanceName)) }
    }
  }

  private static func ask(
    _ method: String, _ url: String, _ fields: [OutboundRequest.Field], _ name: String, attempt: Int = 0,
    then: @escaping @Sendable ([UInt8]) -> Exchanges<CredentialResult>
  ) -> Exchanges<CredentialResult> {
    let request = ExchangeRequest(
      method: method, url: url, fields: fields, body: [], reach: .operators, timeoutMilliseconds: 1000,
      delayMilliseconds: attempt * 100)
    return .exchange(request) { result in
      if case .response(200, _, let body) = result { return then(body) }
      // To ask again changes nothing on the other side.
      if attempt < 2, result.isWorthAnotherTry {
        return ask(method, url, fields, name, attempt: attempt + 1, then: then)
      }
      return switch result {
      case .response(let status, _, _): .done(.unavailable("\(name) answered \(String(status))"))
      case .notSent, .unanswered: .done(.unavailable("\(name) cannot be reached"))
      }
    }
  }

  /// https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/instance-metadata-security-credentials.html
  private static func credentials(_ body: [UInt8], of name: String) -> CredentialResult {
    let json: JSON
    do throws(JSONError) {
      json = try JSON.parse(body)
    } catch {
      return .unavailable("\(name) answered what is not JSON")
    }
    guard let id = json["AccessKeyId"]?.string, let secret = json["SecretAccessKey"]?.string, ASCII.isVisible(id),
      ASCII.isVisible(secret), !id.utf8.isEmpty, !secret.utf8.isEmpty
    else { return .unavailable("\(name) answered without credentials") }
    let token = json["Token"]?.string
    guard token.map(ASCII.isVisible) ?? true else { return .unavailable("\(name) answered without credentials") }
    var expires: Int64?
    if let text = json["Expiration"]?.string {
      guard let time = BasicTime.unixSeconds(extended: text) else {
        return .unavailable("\(name) answered with an expiry that is no time")
      }
      expires = time
    }
    return .credentials(
      HostCredentials(accessKeyId: id, secretAccessKey: secret, sessionToken: token, expires: expires))
  }
}

extension ExchangeResult {
  /// Whether the same request can have another answer a moment later, where it does no harm to do it twice.
  var isWorthAnotherTry: Bool {
    switch self {
    case .response(let status, _, _): status == 429 || status >= 500
    case .notSent, .unanswered: true
    }
  }
}
