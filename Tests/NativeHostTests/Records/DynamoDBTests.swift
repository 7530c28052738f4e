import EdgeHandler
import EdgeTesting
import Foundation
import TestSupport
import Testing

/// DynamoDB through `moto_server`, with what goes wrong on the way to it.
@Suite(.serialized, .ownThread) struct DynamoDBTests {
  private static let key = RecordKey("p", "a")
  private static let get = RecordRequest.get([key])

  private static func put(_ body: String, if condition: RecordWrite.Condition = .always) -> RecordRequest {
    .write([RecordWrite(key, .put(body: body, expires: nil), if: condition)], asOf: 0)
  }

  /// One write alone, and one that is a transaction; each adds to the counter of one record.
  private static func add(isAlone: Bool) -> RecordRequest {
    let add = RecordWrite(key, .add([Record.Counter("n", 1)], expires: nil))
    let other = RecordWrite(RecordKey("q", "b"), .add([Record.Counter("n", 1)], expires: nil))
    return .write(isAlone ? [add] : [add, other], asOf: 0)
  }

  private func counter(_ store: DynamoDBRecords) throws -> Int64 {
    store.interpose = BlockingExchange.perform
    guard case .records(let records) = try store.perform(Self.get) else { return -1 }
    return records.first??.counters.first?.value ?? 0
  }

  private static func operation(_ request: ExchangeRequest) -> String {
    let target = request.fields.first { $0.name == "x-amz-target" }?.value ?? ""
    return String(target.drop { $0 != "." }.dropFirst())
  }

  private static func error(_ name: String, status: Int = 400, _ more: String = "") -> ExchangeResult {
    let body = "{\"__type\":\"com.amazonaws.dynamodb.v20120810#\(name)\",\"message\":\"secret words\"\(more)}"
    return .response(status: status, retryAfter: nil, body: Array(body.utf8))
  }

  private static func cancelled(_ codes: String...) -> ExchangeResult {
    error(
      "TransactionCanceledException",
      ",\"CancellationReasons\":[" + codes.map { "{\"Code\":\"\($0)\"}" }.joined(separator: ",") + "]")
  }

  // MARK: Faults

  /// What happens to an exchange on the way.
  struct Fault: Sendable, CustomStringConvertible {
    var description: String
    /// The result instead of the server's; `nil` lets it through.
    var result: ExchangeResult
    /// Whether the server gets the request all the same.
    var isDone = false
    /// What comes of a read, a write alone and a transaction, where this happens every time.
    var read: RecordResult
    var write: RecordResult
    var transaction: RecordResult
    /// How often each is tried.
    var tries = (read: 3, write: 3, transaction: 3)
  }

  static let faults: [Fault] = [
    Fault(
      description: "no connection", result: .notSent, read: .unavailable, write: .unavailable, transaction: .unavailable
    ),
    Fault(
      description: "no answer, nothing done", result: .unanswered, read: .unavailable, write: .unavailable,
      transaction: .unavailable, tries: (3, 1, 3)),
    Fault(
      description: "no answer, but done", result: .unanswered, isDone: true, read: .unavailable, write: .unavailable,
      transaction: .unavailable, tries: (3, 1, 3)),
    Fault(
      description: "throttled", result: error("ProvisionedThroughputExceededException"), read: .overloaded,
      write: .overloaded, transaction: .overloaded),
    Fault(
      description: "throttled by the control plane", result: error("ThrottlingException"), read: .overloaded,
      write: .overloaded, transaction: .overloaded),
    Fault(
      description: "status 429 from something between",
      result: .response(status: 429, retryAfter: "1", body: Array("{}".utf8)),
      read: .overloaded, write: .overloaded, transaction: .overloaded),
    Fault(
      description: "conflict with a transaction", result: error("TransactionConflictException"), read: .overloaded,
      write: .overloaded, transaction: .overloaded),
    Fault(
      description: "failure inside the service", result: error("InternalServerError", status: 500), read: .unavailable,
      write: .unavailable, transaction: .unavailable, tries: (3, 1, 3)),
    Fault(
      description: "failure inside the service, but done", result: error("InternalServerError", status: 500),
      isDone: true,
      read: .unavailable, write: .unavailable, transaction: .unavailable, tries: (3, 1, 3)),
    Fault(
      description: "a page of a balancer", result: .response(status: 503, retryAfter: nil, body: Array("<html>".utf8)),
      read: .unavailable, write: .unavailable, transaction: .unavailable, tries: (3, 1, 3)),
    Fault(
      description: "garbage with status 200",
      result: .response(status: 200, retryAfter: nil, body: Array("{\"a\":".utf8)),
      isDone: true, read: .unavailable, write: .unavailable, transaction: .unavailable, tries: (3, 1, 3)),
    Fault(
      description: "nothing with status 200", result: .response(status: 200, retryAfter: nil, body: []), isDone: true,
      read: .unavailable, write: .unavailable, transaction: .unavailable, tries: (3, 1, 3)),
    Fault(
      description: "a clock that is wrong", result: error("InvalidSignatureException"), read: .unavailable,
      write: .unavailable, transaction: .unavailable, tries: (1, 1, 1)),
    Fault(
      description: "credentials that have ended", result: error("ExpiredTokenException"), read: .unavailable,
      write: .unavailable, transaction: .unavailable, tries: (1, 1, 1)),
    Fault(
      description: "no table", result: error("ResourceNotFoundException"), read: .unavailable, write: .unavailable,
      transaction: .unavailable, tries: (1, 1, 1)),
  ]

  @Test("a fault that lasts", arguments: faults)
  func lastingFault(fault: Fault) throws {
    let store = try DynamoDBRecords()
    #expect(try store.perform(Self.put("old")) == .written)
    let transactions = TransactionTokens()
    let cases: [(RecordRequest, RecordResult, Int)] = [
      (Self.get, fault.read, fault.tries.read), (Self.add(isAlone: true), fault.write, fault.tries.write),
      (Self.add(isAlone: false), fault.transaction, fault.tries.transaction),
    ]
    for (request, expected, tries) in cases {
      var count = 0
      store.interpose = { request in
        count += 1
        if fault.isDone { _ = try transactions.perform(request) }
        return fault.result
      }
      #expect(try store.perform(request) == expected, "\(fault): \(request)")
      #expect(count == tries, "\(fault): \(request)")
    }
    // Nothing twice: once each, where it was done in spite of all.
    #expect(try counter(store) == (fault.isDone ? 2 : 0))
    #expect(store.notes.count == 3)
    #expect(store.notes.allSatisfy { $0.hasPrefix("DynamoDB") && !$0.contains("secret") }, "\(store.notes)")
  }

  @Test("a fault that passes", arguments: faults)
  func passingFault(fault: Fault) throws {
    let store = try DynamoDBRecords()
    #expect(try store.perform(Self.put("old")) == .written)
    let transactions = TransactionTokens()
    var expected: Int64 = 0
    for (isAlone, tries, result) in [
      (true, fault.tries.write, fault.write), (false, fault.tries.transaction, fault.transaction),
    ] {
      var count = 0
      store.interpose = { request in
        count += 1
        guard count < 3 else { return try transactions.perform(request) }
        if fault.isDone { _ = try transactions.perform(request) }
        return fault.result
      }
      // Where it is tried three times, the third time succeeds, and the service knows a transaction that it has done.
      let isTried = tries == 3
      #expect(try store.perform(Self.add(isAlone: isAlone)) == (isTried ? .written : result), "\(fault)")
      if isTried || fault.isDone { expected += 1 }
      #expect(try counter(store) == expected, "\(fault), alone: \(isAlone)")
    }
  }

  @Test("another try waits, longer each time, and not as long as others")
  func delays() throws {
    let store = try DynamoDBRecords()
    var delays: [[Int]] = []
    for _ in 0..<20 {
      delays.append([])
      store.interpose = { request in
        delays[delays.count - 1].append(request.delayMilliseconds)
        return Self.error("ThrottlingException")
      }
      #expect(try store.perform(Self.get) == .overloaded)
    }
    for one in delays {
      #expect(one.count == 3 && one[0] == 0 && (50...100).contains(one[1]) && (100...200).contains(one[2]))
    }
    #expect(Set(delays).count > 5)
  }

  // MARK: Transactions

  @Test("a condition that does not hold is a conflict, whatever else is wrong")
  func conflicts() throws {
    let store = try DynamoDBRecords()
    let writes = (0..<3).map { RecordWrite(RecordKey("p", "\($0)"), .put(body: "", expires: nil), if: .absent) }
    let cases: [(ExchangeResult, RecordResult)] = [
      (Self.cancelled("None", "ConditionalCheckFailed", "None"), .conflict(1)),
      (Self.cancelled("TransactionConflict", "None", "ConditionalCheckFailed"), .conflict(2)),
      (Self.cancelled("TransactionConflict", "None", "None"), .overloaded),
      (Self.cancelled("None", "ThrottlingError", "None"), .overloaded),
      (Self.cancelled("None", "ProvisionedThroughputExceeded", "TransactionConflict"), .overloaded),
      (Self.cancelled("None", "None", "ValidationError"), .unavailable),
      (Self.cancelled("None", "None", "ItemCollectionSizeLimitExceeded"), .unavailable),
      (Self.cancelled("ConditionalCheckFailed"), .unavailable), (Self.cancelled(), .unavailable),
      (Self.error("TransactionCanceledException"), .unavailable),
      (Self.error("ConditionalCheckFailedException"), .unavailable),
    ]
    for (reply, expected) in cases {
      store.interpose = { _ in reply }
      #expect(try store.perform(.write(writes, asOf: 0)) == expected, "\(reply)")
    }
    store.interpose = { _ in Self.error("ConditionalCheckFailedException") }
    #expect(try store.perform(Self.put("", if: .absent)) == .conflict(0))
  }

  @Test("a record that expires and comes back without end is given up")
  func endlessTurns() throws {
    let store = try DynamoDBRecords()
    var count = 0
    store.interpose = { _ in
      count += 1
      return Self.error("ConditionalCheckFailedException")
    }
    #expect(try store.perform(Self.put("")) == .overloaded)
    #expect(count < 10)
    store.interpose = { _ in Self.cancelled("ConditionalCheckFailed", "ConditionalCheckFailed") }
    #expect(try store.perform(Self.add(isAlone: false)) == .overloaded)
  }

  @Test("two transactions that say the same are two")
  func tokens() throws {
    let store = try DynamoDBRecords()
    let transactions = TransactionTokens()
    for _ in 0..<2 {
      store.interpose = transactions.perform
      #expect(try store.perform(Self.add(isAlone: false)) == .written)
    }
    #expect(try counter(store) == 2)
    #expect(transactions.count == 2)
  }

  // MARK: Batches

  @Test("what a batch leaves unprocessed is asked for again")
  func unprocessedKeys() throws {
    let store = try DynamoDBRecords()
    let keys = (10..<70).map { RecordKey("p", "\($0)") }
    for start in stride(from: 0, to: 60, by: 20) {
      let writes = keys[start..<start + 20].map { RecordWrite($0, .put(body: $0.sort, expires: nil)) }
      #expect(try store.perform(.write(writes, asOf: 0)) == .written)
    }
    var batches: [Int] = []
    store.interpose = { request in
      // The server gets the first half of the keys, and says so of the others.
      var json = try JSONSerialization.jsonObject(with: Data(request.body)) as? [String: Any] ?? [:]
      var items = json["RequestItems"] as? [String: Any] ?? [:]
      var table = items[store.table.table] as? [String: Any] ?? [:]
      let all = table["Keys"] as? [Any] ?? []
      batches.append(all.count)
      table["Keys"] = Array(all.prefix((all.count + 1) / 2))
      items[store.table.table] = table
      json["RequestItems"] = items
      var halved = request
      halved.body = Array(try JSONSerialization.data(withJSONObject: json))
      guard case .response(let status, _, let body) = try BlockingExchange.perform(halved) else { return .unanswered }
      var answer = try JSONSerialization.jsonObject(with: Data(body)) as? [String: Any] ?? [:]
      let left = Array(all.dropFirst((all.count + 1) / 2))
      answer["UnprocessedKeys"] = left.isEmpty ? [:] : [store.table.table: ["Keys": left, "ConsistentRead": true]]
      return .response(status: status, retryAfter: nil, body: Array(try JSONSerialization.data(withJSONObject: answer)))
    }
    guard case .records(let records) = try store.perform(.get(keys + [RecordKey("p", "none")])) else {
      Issue.record("no records")
      return
    }
    #expect(records.map { $0?.body } == keys.map { $0.sort } + [nil])
    #expect(batches.allSatisfy { $0 <= 25 } && batches.count > 3)

    // A batch that never brings anything is not asked for without end.
    var count = 0
    store.interpose = { request in
      count += 1
      let json = try JSONSerialization.jsonObject(with: Data(request.body)) as? [String: Any] ?? [:]
      let answer: [String: Any] = [
        "Responses": [store.table.table: []], "UnprocessedKeys": json["RequestItems"] ?? [:],
      ]
      return .response(status: 200, retryAfter: nil, body: Array(try JSONSerialization.data(withJSONObject: answer)))
    }
    #expect(try store.perform(.get(Array(keys.prefix(2)))) == .overloaded)
    #expect(count == 3)
  }

  @Test(
    "an answer that does not fit the question is unavailable",
    arguments: [
      "[]", "null", "{\"Item\":[]}", "{\"Item\":{}}", "{\"Item\":{\"pk\":{\"S\":\"p\"},\"sk\":{\"S\":\"other\"}}}",
      "{\"Item\":{\"pk\":{\"S\":\"p\"},\"sk\":{\"S\":\"a\"},\"b\":{\"N\":\"1\"}}}",
      "{\"Item\":{\"pk\":{\"S\":\"p\"},\"sk\":{\"S\":\"a\"},\"b\":{\"S\":\"\"},\"r\":{\"N\":\"one\"}}}",
      "{\"Item\":{\"pk\":{\"S\":\"p\"},\"sk\":{\"S\":\"a\"},\"b\":{\"S\":\"\"},\"r\":{\"N\":\"1.5\"}}}",
      "{\"Item\":{\"pk\":{\"S\":\"p\"},\"sk\":{\"S\":\"a\"},\"b\":{\"S\":\"\"},\"c_n\":{\"S\":\"1\"}}}",
    ])
  func unfitAnswers(body: String) throws {
    let store = try DynamoDBRecords()
    store.interpose = { _ in .response(status: 200, retryAfter: nil, body: Array(body.utf8)) }
    if body != "[]", body != "null" { #expect(try store.perform(Self.get) == .unavailable) }
    #expect(try store.perform(.get([Self.key, RecordKey("p", "b")])) == .unavailable)
    #expect(try store.perform(.query(RecordQuery(partition: "p", from: "a", through: "b"))) == .unavailable)
  }

  @Test("an item that others have made is read as far as it is one of ours")
  func foreignItem() throws {
    let store = try DynamoDBRecords()
    let item = """
      {"Item":{"pk":{"S":"p"},"sk":{"S":"a"},"r":{"N":"99999999999999999999"},"x":{"N":"-99999999999999999999"},\
      "c_n":{"N":"-3"},"more":{"BOOL":true}}}
      """
    store.interpose = { _ in .response(status: 200, retryAfter: nil, body: Array(item.utf8)) }
    #expect(
      try store.perform(Self.get)
        == .records([
          Record(key: Self.key, body: "", counters: [Record.Counter("n", -3)], revision: .max, expires: .min)
        ]))
  }

  // MARK: The table

  @Test("a table is made once, and checked")
  func tables() throws {
    let store = try DynamoDBRecords()
    let again = store.table.createTable(store.call()).perform { (try? BlockingExchange.perform($0)) ?? .unanswered }
    #expect(again == .fine("the table \(store.table.table) is there"))
    let check = try store.table.checkTable(store.call()).perform(BlockingExchange.perform)
    #expect(check == .fine("the table \(store.table.table) is there"))
    var missing = store.table
    missing.table = "none-of-these"
    let outcome = try missing.checkTable(store.call()).perform(BlockingExchange.perform)
    #expect(
      outcome == .failed("there is no table none-of-these in eu-central-1: imgedge records create makes it"))
    #expect(store.table.checkTable(store.call()).perform { _ in .notSent } == .failed("DynamoDB cannot be reached"))
  }

  @Test("a table that is being made is waited for")
  func slowTable() throws {
    let store = try DynamoDBRecords()
    var described = 0
    var waited = 0
    let outcome = try store.table.createTable(store.call()).perform { request in
      let result = try BlockingExchange.perform(request)
      waited += request.delayMilliseconds
      guard Self.operation(request) == "DescribeTable", case .response(let status, _, let body) = result else {
        return result
      }
      described += 1
      guard described < 6 else { return result }
      let text = String(decoding: body, as: UTF8.self).replacingOccurrences(of: "\"ACTIVE\"", with: "\"CREATING\"")
      return .response(status: status, retryAfter: nil, body: Array(text.utf8))
    }
    #expect(outcome == .fine("the table \(store.table.table) is there"))
    #expect(waited >= 2000)
  }
}

/// What `moto_server` lacks: a transaction with a token that was used before is not done again, and is refused where it says something else.
private final class TransactionTokens {
  private var done: [String: (body: [UInt8], result: ExchangeResult)] = [:]
  var count: Int { done.count }

  func perform(_ request: ExchangeRequest) throws -> ExchangeResult {
    let json = try JSONSerialization.jsonObject(with: Data(request.body)) as? [String: Any] ?? [:]
    guard let token = json["ClientRequestToken"] as? String else { return try BlockingExchange.perform(request) }
    if let (body, result) = done[token] {
      guard body == request.body else {
        let text = "{\"__type\":\"com.amazonaws.dynamodb.v20120810#IdempotentParameterMismatchException\"}"
        return .response(status: 400, retryAfter: nil, body: Array(text.utf8))
      }
      return result
    }
    let result = try BlockingExchange.perform(request)
    if case .response(200, _, _) = result { done[token] = (request.body, result) }
    return result
  }
}
