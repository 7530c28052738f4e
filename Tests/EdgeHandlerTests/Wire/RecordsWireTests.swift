import Testing

@testable import EdgeHandler

@Suite struct RecordsWireTests {
  /// A record as JSON, with one part of it replaced.
  private static func record(_ part: String = "", by replacement: String = "") -> String {
    let text = #"{"key":["p","s"],"body":"","counters":["n","12"],"revision":"1","expires":"9"}"#
    guard !part.isEmpty else { return text }
    let parts = text.split(separator: part, maxSplits: 1, omittingEmptySubsequences: false)
    return parts.joined(separator: replacement)
  }

  @Test("a record of the wire is read")
  func wholeRecord() throws {
    let result = try RecordResult(wireText: Array("{\"records\":[null,\(Self.record())]}".utf8))
    let record = Record(
      key: RecordKey("p", "s"), body: "", counters: [Record.Counter("n", 12)], revision: 1, expires: 9)
    #expect(result == .records([nil, record]))
  }

  @Test(
    "a malformed record is refused",
    arguments: [
      record(#"["p","s"]"#, by: #"["p"]"#), record(#"["p","s"]"#, by: #"["p","s","t"]"#),
      record(#"["p","s"]"#, by: #"["p",1]"#), record(#""body":"","#, by: ""),
      record(#""body":"""#, by: #""body":null"#),
      record(#"["n","12"]"#, by: #"["n"]"#), record(#"["n","12"]"#, by: #"["n",12]"#),
      record(#"["n","12"]"#, by: #"{"n":"12"}"#), record(#""revision":"1","#, by: ""),
      record(#""9""#, by: "null"), record(#""9""#, by: "9"), record(#""expires""#, by: #""expired""#),
    ]
      + ["", "+1", "-0", "01", " 1", "1.0", "1e3", "0x1", "9223372036854775808", "-9223372036854775809", "१"]
      .map { record(#""revision":"1""#, by: "\"revision\":\"\($0)\"") })
  func malformedRecord(text: String) {
    #expect(throws: WireError.self) { try RecordResult(wireText: Array("{\"records\":[\(text)]}".utf8)) }
    #expect(throws: WireError.self) { try RecordResult(wireText: Array("{\"page\":{\"records\":[\(text)]}}".utf8)) }
  }

  @Test(
    "the bounds of 64 bits cross",
    arguments: [Int64.min, .max, -1, 0, 1 << 53, 1 << 53 + 1])
  func bounds(value: Int64) throws {
    let text = Self.record(#""revision":"1""#, by: "\"revision\":\"\(value)\"")
    guard case .records(let records) = try RecordResult(wireText: Array("{\"records\":[\(text)]}".utf8)) else {
      Issue.record("no records")
      return
    }
    #expect(records.first??.revision == value)
  }

  @Test(
    "a malformed result of records is refused",
    arguments: [
      "", "null", "{}", "\"records\"", "\"page\"", "\"done\"", #"{"written":1}"#, #"{"records":{}}"#,
      #"{"records":null}"#,
      #"{"page":[]}"#, #"{"page":{}}"#, #"{"page":{"records":[null]}}"#, #"{"page":{"records":[],"next":null}}"#,
      #"{"page":{"records":[],"next":"a","more":1}}"#, #"{"conflict":-1}"#, #"{"conflict":25}"#, #"{"conflict":"0"}"#,
      #"{"conflict":0.5}"#, #"{"overloaded":null}"#, #"{"unavailable":{},"written":{}}"#,
    ])
  func malformedResult(text: String) {
    #expect(throws: WireError.self) { try RecordResult(wireText: Array(text.utf8)) }
  }

  @Test(
    "a malformed result of an exchange is refused",
    arguments: [
      "", "null", "[]", "\"response\"", "\"sent\"", #"{"notSent":null}"#, #"{"unanswered":true}"#, #"{"response":{}}"#,
      #"{"response":{"status":200}}"#, #"{"response":{"status":99,"body":""}}"#,
      #"{"response":{"status":1000,"body":""}}"#,
      #"{"response":{"status":"200","body":""}}"#, #"{"response":{"status":200,"body":"e30"}}"#,
      #"{"response":{"status":200,"body":[]}}"#, #"{"response":{"status":200,"body":"","retryAfter":null}}"#,
      #"{"response":{"status":200,"body":"","more":1}}"#,
    ])
  func malformedExchange(text: String) {
    #expect(throws: WireError.self) { try ExchangeResult(wireText: Array(text.utf8)) }
  }

  @Test("the largest results fit their bounds")
  func largest() throws {
    let body = String(repeating: "\"", count: Record.maximumBodyBytes)
    let record = Record(key: RecordKey("p", "s"), body: body, revision: 1)
    let records = RecordResult.records(Array(repeating: record, count: RecordRequest.maximumKeys))
    #expect(
      try RecordResult(wireText: records.wire.serialized(), maximumBytes: RecordResult.maximumWireBytes) == records)
    let exchange = ExchangeResult.response(
      status: 200, retryAfter: "1", body: Array(repeating: 0xFF, count: ExchangeRequest.maximumBytes))
    #expect(
      try ExchangeResult(wireText: exchange.wire.serialized(), maximumBytes: ExchangeResult.maximumWireBytes)
        == exchange)
  }
}
