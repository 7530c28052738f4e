import Testing

@testable import EdgeHandler

@Suite struct HostCredentialsTests {
  private static func source(_ environment: [String: String]) throws(ConfigurationError) -> CredentialSource {
    try CredentialSource { environment[$0] }
  }

  /// Performs a flow with what each URL answers, and returns what was asked beside the result.
  private static func load(
    _ source: CredentialSource, _ answers: [String: [ExchangeResult]]
  ) -> (result: CredentialResult, requests: [ExchangeRequest]) {
    var answers = answers
    var requests: [ExchangeRequest] = []
    var flow = source.load()
    while true {
      switch flow {
      case .done(let result): return (result, requests)
      case .exchange(let request, let then):
        requests.append(request)
        let name = request.method + " " + request.url
        var left = answers[name] ?? []
        let answer = left.isEmpty ? .response(status: 404, retryAfter: nil, body: []) : left.removeFirst()
        answers[name] = left
        flow = then(answer)
      }
    }
  }

  private static func ok(_ text: String) -> ExchangeResult {
    .response(status: 200, retryAfter: nil, body: Array(text.utf8))
  }

  private static let text = """
    {"Code":"Success","AccessKeyId":"ASIA1","SecretAccessKey":"s/+","Token":"t==","Expiration":"2026-01-01T00:00:00Z"}
    """
  private static let credentials = HostCredentials(
    accessKeyId: "ASIA1", secretAccessKey: "s/+", sessionToken: "t==", expires: 1_767_225_600)

  // MARK: Where from

  @Test("keys of the environment come before everything else")
  func fixed() throws {
    var environment = [
      "AWS_ACCESS_KEY_ID": "A", "AWS_SECRET_ACCESS_KEY": "s", "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI": "/x",
    ]
    #expect(try Self.source(environment) == .fixed(HostCredentials(accessKeyId: "A", secretAccessKey: "s")))
    environment["AWS_SESSION_TOKEN"] = "t"
    let source = try Self.source(environment)
    #expect(source == .fixed(HostCredentials(accessKeyId: "A", secretAccessKey: "s", sessionToken: "t")))
    #expect(
      Self.load(source, [:]).result
        == .credentials(HostCredentials(accessKeyId: "A", secretAccessKey: "s", sessionToken: "t")))
  }

  @Test("without any variable, the machine is asked")
  func instanceByDefault() throws {
    #expect(try Self.source([:]) == .instance(WebURL(parsing: "http://169.254.169.254")))
    #expect(
      try Self.source(["AWS_ACCESS_KEY_ID": "", "AWS_EC2_METADATA_SERVICE_ENDPOINT": "http://[fd00:ec2::254]"])
        == .instance(WebURL(parsing: "http://[fd00:ec2::254]")))
  }

  @Test(
    "hosts that a container's credentials may come from",
    arguments: [
      ("https://anything.example/a", true), ("http://127.0.0.1/a", true), ("http://127.1.2.3:80/a", true),
      ("http://localhost:9/a", true), ("http://[::1]/a", true), ("http://169.254.170.2/a", true),
      ("http://169.254.170.23/a", true), ("http://[fd00:ec2::23]/a", true), ("http://169.254.169.254/a", false),
      ("http://169.254.170.3/a", false), ("http://example.com/a", false), ("http://10.0.0.1/a", false),
      ("http://localhost.example/a", false), ("http://[fd00:ec2::254]/a", false), ("not a URL", false),
    ])
  func containerHosts(url: String, isAllowed: Bool) throws {
    let environment = ["AWS_CONTAINER_CREDENTIALS_FULL_URI": url, "AWS_CONTAINER_AUTHORIZATION_TOKEN": "Basic x"]
    if isAllowed {
      #expect(try Self.source(environment) == .container(WebURL(parsing: url), authorization: "Basic x"))
    } else {
      #expect(throws: ConfigurationError.self) { try Self.source(environment) }
    }
  }

  @Test(
    "a setting that cannot be meant is told",
    arguments: [
      ["AWS_ACCESS_KEY_ID": "A"], ["AWS_SECRET_ACCESS_KEY": "s"],
      ["AWS_ACCESS_KEY_ID": "A\n", "AWS_SECRET_ACCESS_KEY": "hush"],
      ["AWS_ACCESS_KEY_ID": "A", "AWS_SECRET_ACCESS_KEY": "hush hush"],
      ["AWS_ACCESS_KEY_ID": "A", "AWS_SECRET_ACCESS_KEY": "hush", "AWS_SESSION_TOKEN": "\u{0}"],
      ["AWS_CONTAINER_CREDENTIALS_RELATIVE_URI": ":99999/x"], ["AWS_EC2_METADATA_DISABLED": "TRUE"],
    ])
  func refused(environment: [String: String]) {
    do throws(ConfigurationError) {
      let source = try Self.source(environment)
      Issue.record("read as \(source)")
    } catch {
      #expect(!error.description.contains("hush"), "\(error.description)")
    }
  }

  // MARK: Asking

  @Test("a container's agent is asked once, with its token")
  func container() throws {
    let source = try Self.source([
      "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI": "/v2/credentials/x?y", "AWS_CONTAINER_AUTHORIZATION_TOKEN": "Basic x",
    ])
    let (result, requests) = Self.load(source, ["GET http://169.254.170.2/v2/credentials/x?y": [Self.ok(Self.text)]])
    #expect(result == .credentials(Self.credentials))
    #expect(requests.count == 1 && requests[0].reach == .operators)
    #expect(requests[0].fields == [OutboundRequest.Field(name: "authorization", value: "Basic x")])
  }

  @Test("a machine's role by IMDSv2: a token, the name, the credentials")
  func instance() throws {
    let folder = "http://169.254.169.254/latest/meta-data/iam/security-credentials/"
    let (result, requests) = Self.load(
      try Self.source([:]),
      [
        "PUT http://169.254.169.254/latest/api/token": [.unanswered, Self.ok("TOKEN")],
        "GET \(folder)": [Self.ok("my role\nother")], "GET \(folder)my%20role": [Self.ok(Self.text)],
      ])
    #expect(result == .credentials(Self.credentials))
    #expect(requests.map(\.method) == ["PUT", "PUT", "GET", "GET"])
    #expect(requests[0].fields == [OutboundRequest.Field(name: "x-aws-ec2-metadata-token-ttl-seconds", value: "21600")])
    for request in requests[2...] {
      #expect(request.fields == [OutboundRequest.Field(name: "x-aws-ec2-metadata-token", value: "TOKEN")])
    }
  }

  @Test("credentials that do not come are told, without what came")
  func unavailable() throws {
    let source = try Self.source(["AWS_CONTAINER_CREDENTIALS_RELATIVE_URI": "/x"])
    let url = "GET http://169.254.170.2/x"
    let cases: [([ExchangeResult], String, Int)] = [
      ([.notSent, .notSent, .notSent], "cannot be reached", 3),
      (
        [
          .response(status: 500, retryAfter: nil, body: []), .unanswered,
          .response(status: 503, retryAfter: nil, body: []),
        ], "answered 503", 3
      ),
      ([.response(status: 403, retryAfter: nil, body: [])], "answered 403", 1), ([Self.ok("hush")], "not JSON", 1),
      ([Self.ok("{\"AccessKeyId\":\"hush\"}")], "without credentials", 1),
      ([Self.ok("{\"AccessKeyId\":\"\",\"SecretAccessKey\":\"hush\"}")], "without credentials", 1),
      ([Self.ok("{\"AccessKeyId\":\"a\\r\\nb: c\",\"SecretAccessKey\":\"hush\"}")], "without credentials", 1),
      ([Self.ok("{\"AccessKeyId\":\"a\",\"SecretAccessKey\":\"hush\",\"Token\":\"a b\"}")], "without credentials", 1),
      ([Self.ok("{\"AccessKeyId\":\"a\",\"SecretAccessKey\":\"hush\",\"Expiration\":\"soon\"}")], "no time", 1),
    ]
    for (answers, says, count) in cases {
      let (result, requests) = Self.load(source, [url: answers])
      guard case .unavailable(let text) = result else {
        Issue.record("\(result)")
        continue
      }
      #expect(text.contains(says) && !text.contains("hush"), "\(text)")
      #expect(requests.count == count)
    }
    let noRole = Self.load(
      try Self.source([:]),
      [
        "PUT http://169.254.169.254/latest/api/token": [Self.ok("T")],
        "GET http://169.254.169.254/latest/meta-data/iam/security-credentials/": [Self.ok("")],
      ])
    #expect(noRole.result == .unavailable("the machine has no role"))
  }

  @Test("credentials are renewed five minutes before they end")
  func renewal() {
    let end: Int64 = 1_767_225_600
    let credentials = Self.credentials
    for (now, isDue, isOver) in [
      (end - 301, false, false), (end - 300, false, false), (end - 299, true, false), (end - 1, true, false),
      (end, true, true), (Int64.max, true, true), (Int64.min, false, false),
    ] {
      #expect(credentials.isDue(now: now) == isDue && credentials.isOver(now: now) == isOver, "\(now)")
    }
    let lasting = HostCredentials(accessKeyId: "A", secretAccessKey: "s")
    #expect(!lasting.isDue(now: .max) && !lasting.isOver(now: .max))
    // Nothing traps on an expiry that makes no sense.
    #expect(HostCredentials(accessKeyId: "A", secretAccessKey: "s", expires: .min).isOver(now: 0))
    #expect(HostCredentials(accessKeyId: "A", secretAccessKey: "s", expires: .min).isDue(now: 0))
  }
}
