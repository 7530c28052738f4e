import Testing

@testable import EdgeHandler

@Suite struct RecordValidityTests {
  private static func put(_ key: RecordKey, _ body: String = "") -> RecordRequest {
    .write([RecordWrite(key, .put(body: body, expires: nil))], asOf: 0)
  }

  private static func add(_ names: String...) -> RecordRequest {
    .write([RecordWrite(RecordKey("p", "s"), .add(names.map { Record.Counter($0, 1) }, expires: nil))], asOf: 0)
  }

  @Test(
    "keys have 1 to 512 bytes without control characters",
    arguments: [
      ("a", true), ("", false), (String(repeating: "a", count: 512), true), (String(repeating: "a", count: 513), false),
      (String(repeating: "ä", count: 256), true), (String(repeating: "ä", count: 257), false), ("a\u{0}", false),
      ("\n", false), ("\u{1F}", false), (" ", true), ("\u{7F}", false), ("\u{80}", true), ("\u{10FFFF}", true),
    ])
  func keys(text: String, isValid: Bool) {
    for key in [RecordKey(text, "s"), RecordKey("p", text)] {
      #expect(RecordRequest.get([key]).isValid == isValid)
      #expect(Self.put(key).isValid == isValid)
    }
    #expect(RecordRequest.query(RecordQuery(partition: text, from: "a", through: "b")).isValid == isValid)
    #expect(RecordRequest.query(RecordQuery(partition: "p", from: text, through: "b")).isValid == isValid)
    #expect(RecordRequest.query(RecordQuery(partition: "p", from: "a", through: text)).isValid == isValid)
    #expect(RecordRequest.query(RecordQuery(partition: "p", from: "a", through: "b", after: text)).isValid == isValid)
  }

  @Test("no key is there twice, by bytes")
  func twice() {
    let keys = [RecordKey("p", "\u{E9}"), RecordKey("p", "e\u{301}"), RecordKey("q", "\u{E9}")]
    #expect(RecordRequest.get(keys).isValid)
    #expect(RecordRequest.write(keys.map { RecordWrite($0, .delete) }, asOf: 0).isValid)
    for key in keys {
      #expect(!RecordRequest.get(keys + [key]).isValid)
      #expect(!RecordRequest.write((keys + [key]).map { RecordWrite($0, .check) }, asOf: 0).isValid)
    }
  }

  @Test("a request has at most 100 keys, 25 writes or 100 records")
  func counts() {
    let keys = (0...100).map { RecordKey("p", "\($0)") }
    #expect(RecordRequest.get(Array(keys.prefix(100))).isValid)
    #expect(!RecordRequest.get(keys).isValid)
    #expect(RecordRequest.write(keys.prefix(25).map { RecordWrite($0, .delete) }, asOf: 0).isValid)
    #expect(!RecordRequest.write(keys.prefix(26).map { RecordWrite($0, .delete) }, asOf: 0).isValid)
    for (limit, isValid) in [(-1, false), (0, false), (1, true), (100, true), (101, false)] {
      #expect(
        RecordRequest.query(RecordQuery(partition: "p", from: "a", through: "b", limit: limit)).isValid == isValid)
    }
  }

  @Test("a body has at most 64 KiB and no zero")
  func bodies() {
    let key = RecordKey("p", "s")
    #expect(Self.put(key, String(repeating: "€", count: 21_845)).isValid)
    #expect(!Self.put(key, String(repeating: "€", count: 21_846)).isValid)
    #expect(!Self.put(key, "a\u{0}b").isValid)
  }

  @Test("counters have names of their own")
  func counters() {
    #expect(Self.add().isValid && Self.add("a", "b").isValid && Self.add(String(repeating: "a", count: 64)).isValid)
    #expect(!Self.add("").isValid && !Self.add("a", "b", "a").isValid && !Self.add("a\n").isValid)
    #expect(!Self.add(String(repeating: "a", count: 65)).isValid)
    let names = (0...32).map { Record.Counter("\($0)", 1) }
    #expect(RecordWrite.Change.add(Array(names.prefix(32)), expires: nil).isValid)
    #expect(!RecordWrite.Change.add(names, expires: nil).isValid)
  }

  @Test(
    "a file of SQLite is ours, empty, or refused",
    arguments: [
      (0, 0, true, SQLite.Opening.behind(0)), (0x696D_6765, 1, false, .current), (0x696D_6765, 1, true, .current),
      (0, 0, false, .refused("it is a database of another program")),
      (0, 1, true, .refused("it is a database of another program")),
      (7, 1, false, .refused("it is a database of another program")),
      (0x696D_6765, 2, false, .refused("it is of version 2, and this program knows versions up to 1")),
      (0x696D_6765, 0, false, .refused("it is of version 0")),
      (0x696D_6765, -1, false, .refused("it is of version -1")),
    ])
  func opening(applicationID: Int, version: Int, isEmpty: Bool, expected: SQLite.Opening) {
    #expect(SQLite.opening(applicationID: applicationID, version: version, isEmpty: isEmpty) == expected)
  }
}
