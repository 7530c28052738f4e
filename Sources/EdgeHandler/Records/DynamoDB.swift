/// A table of DynamoDB as a store of records: what is asked of records, as exchanges with the service.
///
/// An item has the attributes `pk` and `sk` (the key), `b` (the body), `r` (the revision), `x` (the expiry, which is the table's TTL
/// attribute) and `c_<name>` for each counter. https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/
public struct DynamoDB: Sendable, Equatable {
  public var table: String
  public var region: String
  /// Without a path.
  public var endpoint: WebURL

  /// How often something is asked that was refused for want of capacity, or that nothing came back of. The time between is the
  /// exchange's own delay, which grows.
  static let maximumAttempts = 3
  /// The service answers in some 10 ms.
  static let timeoutMilliseconds = 3000
  /// 25 of the longest records fit in an exchange.
  static let maximumBatch = 25

  /// What a request is asked with.
  public struct Call: Sendable {
    public var credentials: HostCredentials
    /// Unix time in seconds, for signatures.
    public var now: Int64
    /// Random bytes that no other request to the store has. They tell another try of a write from another write that says the same.
    public var nonce: [UInt8]

    public init(credentials: HostCredentials, now: Int64, nonce: [UInt8]) {
      self.credentials = credentials
      self.now = now
      self.nonce = nonce
    }
  }

  /// What came of a request, and what the operator should know of it.
  public struct Outcome: Sendable, Equatable {
    public var result: RecordResult
    /// Holds nothing of a record.
    public var note: String?

    init(_ result: RecordResult, note: String? = nil) {
      self.result = result
      self.note = note
    }
  }

  public func perform(_ request: RecordRequest, _ call: Call) -> Exchanges<Outcome> {
    guard request.isValid else { return .done(Outcome(.unavailable)) }
    switch request {
    case .get(let keys): return get(keys, call)
    case .query(let query): return page(query, call)
    case .write(let writes, let asOf):
      return write(
        writes.map { PendingWrite($0) }.enumerated().filter { $0.element.isNeeded }.map { ($0.offset, $0.element) },
        asOf: asOf, call)
    }
  }

  // MARK: Exchanges

  /// What the service says.
  enum Reply {
    case success(JSON)
    /// Nothing was done. The name of the error, and the reply.
    case refused(String, JSON)
    /// Nothing was done, for want of capacity or because others write the same records.
    case throttled(String)
    /// It may have been done or not.
    case uncertain(String)
    /// Nothing arrived.
    case notSent

    var note: String {
      switch self {
      case .success: "DynamoDB answered what cannot be understood"
      case .refused(let name, _), .throttled(let name), .uncertain(let name): "DynamoDB answered \(name)"
      case .notSent: "DynamoDB cannot be reached"
      }
    }
  }

  /// One request, again as long as that does no harm.
  ///
  /// - Parameter isRepeatable: whether to do it twice is as good as to do it once.
  func ask<Value>(
    _ operation: String, _ members: [JSON.Member], isRepeatable: Bool, _ call: Call, attempt: Int = 0,
    then: @escaping @Sendable (Reply) -> Exchanges<Value>
  ) -> Exchanges<Value> {
    .exchange(request(operation, members, call, attempt: attempt)) { result in
      let reply = Reply(result)
      let isWorthAnotherTry =
        switch reply {
        case .success, .refused: false
        case .throttled, .notSent: true
        case .uncertain: isRepeatable
        }
      guard isWorthAnotherTry, attempt + 1 < Self.maximumAttempts else { return then(reply) }
      return ask(operation, members, isRepeatable: isRepeatable, call, attempt: attempt + 1, then: then)
    }
  }

  func request(_ operation: String, _ members: [JSON.Member], _ call: Call, attempt: Int = 0) -> ExchangeRequest {
    let body = JSON.object(members).serialized()
    let ours = [
      OutboundRequest.Field(name: "content-type", value: "application/x-amz-json-1.0"),
      OutboundRequest.Field(name: "x-amz-target", value: "DynamoDB_20120810." + operation),
    ]
    let signature = SignatureV4.sign(
      method: "POST", path: "/", host: endpoint.authority, region: region, service: "dynamodb",
      accessKeyId: call.credentials.accessKeyId, secretAccessKey: call.credentials.secretAccessKey,
      sessionToken: call.credentials.sessionToken, now: call.now, fields: ours,
      payloadHash: Hexadecimal.encode(SHA256.digest(body)))
    return ExchangeRequest(
      method: "POST", url: endpoint.serialized, fields: ours + signature, body: body, reach: .operators,
      timeoutMilliseconds: Self.timeoutMilliseconds, delayMilliseconds: Self.delay(attempt, call.nonce))
  }

  /// 50 ms, doubled with each attempt, of which up to a half is left to chance: hosts that were refused together come back apart.
  private static func delay(_ attempt: Int, _ nonce: [UInt8]) -> Int {
    guard attempt > 0 else { return 0 }
    let longest = 50 << min(attempt, 5)
    let chance = nonce.isEmpty ? 0 : Int(nonce[attempt % nonce.count])
    return longest / 2 + longest * chance / 512
  }

  /// The words for what was given up.
  func failure(_ reply: Reply) -> Exchanges<Outcome> {
    if case .throttled = reply { return .done(Outcome(.overloaded, note: reply.note)) }
    return .done(Outcome(.unavailable, note: reply.note))
  }
}

extension DynamoDB.Reply {
  init(_ result: ExchangeResult) {
    guard case .response(let status, _, let body) = result else {
      if case .notSent = result { self = .notSent } else { self = .uncertain("nothing") }
      return
    }
    let json: JSON
    do throws(JSONError) {
      json = try JSON.parse(body, maximumBytes: ExchangeRequest.maximumBytes)
    } catch {
      self = .uncertain("what is not JSON, with status \(String(status))")
      return
    }
    if status == 200 {
      self = .success(json)
      return
    }
    let name = Self.errorName(json["__type"]?.string ?? "status " + String(status))
    switch name {
    case "ProvisionedThroughputExceededException", "ThrottlingException", "RequestLimitExceeded", "ThrottledException",
      "TransactionConflictException", "LimitExceededException":
      self = .throttled(name)
    // The try before is still at work.
    case "TransactionInProgressException": self = .uncertain(name)
    case _ where status == 429: self = .throttled(name)
    case _ where status >= 400 && status < 500: self = .refused(name, json)
    default: self = .uncertain(name)
    }
  }

  /// What is behind the `#` of `com.amazonaws.dynamodb.v20120810#ThrottlingException`. It goes into a log, so that it is letters only.
  private static func errorName(_ type: String) -> String {
    let bytes = type.bytes
    let start = bytes.lastIndex(of: UInt8(ascii: "#")).map { $0 + 1 } ?? bytes.startIndex
    let name = bytes[start...].prefix(64).filter {
      ASCII.isDigit($0) || ASCII.isLowercaseLetter(ASCII.lowercase($0)) || $0 == 0x20
    }
    return String(decoding: name, as: UTF8.self)
  }
}
