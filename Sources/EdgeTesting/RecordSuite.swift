import EdgeHandler

/// What every store of records does: cases with their results, and random requests that are compared with ``RecordsInMemory``.
///
/// Partitions are named after the case, so that one store can take them all.
public enum RecordSuite {
  private static let now: Int64 = 1_767_225_600

  public static let cases: [RecordCase] = [
    makeCase("a record is written and read") { p in
      [
        .get(p, "a", nil), .put(p, "a", "one"), .get(p, "a", Record(p, "a", "one", 1)), .put(p, "a", "two"),
        .get(p, "a", Record(p, "a", "two", 2)), .write([RecordWrite(RecordKey(p, "a"), .delete)]), .get(p, "a", nil),
        .write([RecordWrite(RecordKey(p, "a"), .delete)]), .put(p, "a", "three"),
        .get(p, "a", Record(p, "a", "three", 1)),
      ]
    },
    makeCase("texts come back byte for byte") { p in
      [
        "", "{}", "\"\\\n\t\u{1}\u{7F}", "ä€😀\u{FEFF}\u{2028}\u{FFFF}", "e\u{301}", "\u{E9}", " a ", "null", "1",
        "'; --",
        String(repeating: "\\", count: Record.maximumBodyBytes), String(repeating: "€", count: 21_845),
      ].enumerated().flatMap { [.put(p, "\($0)", $1), .get(p, "\($0)", Record(p, "\($0)", $1, 1))] }
    },
    makeCase("keys are compared by bytes") { p in
      let keys = [
        "a", "A", "a ", "e\u{301}", "\u{E9}", "K", "\u{212A}", "\u{FFFD}", "😀", "ß", "ss", "%", "_", "a%", "null",
      ]
      return keys.map { .put(p, $0, "of " + $0, if: .absent) } + keys.map { .get(p, $0, Record(p, $0, "of " + $0, 1)) }
        + [.get(p + "x", "a", nil), .get("é" + p, "a", nil)]
    },
    makeCase("the longest keys") { p in
      let (partition, sort) = (
        p + String(repeating: "p", count: 512 - 32 - p.utf8.count), String(repeating: "ä", count: 256)
      )
      return [
        .put(partition, sort, "x"), .get(partition, sort, Record(partition, sort, "x", 1)), .get(partition, "ä", nil),
        .query(partition, "!", "\u{10FFFF}", [Record(partition, sort, "x", 1)]),
      ]
    },
    makeCase("condition: absent") { p in
      [
        .put(p, "a", "one", if: .absent), .put(p, "a", "two", if: .absent, .conflict(0)),
        .get(p, "a", Record(p, "a", "one", 1)),
        .write([RecordWrite(RecordKey(p, "a"), .delete, if: .absent)], .conflict(0)),
        .write([RecordWrite(RecordKey(p, "b"), .delete, if: .absent)]),
        .write([RecordWrite(RecordKey(p, "b"), .add([], expires: nil), if: .absent)]),
        .get(p, "b", Record(p, "b", "", 1)),
        .write([RecordWrite(RecordKey(p, "b"), .add([], expires: nil), if: .absent)], .conflict(0)),
      ]
    },
    makeCase("condition: revision") { p in
      [
        .put(p, "a", "one", if: .revision(1), .conflict(0)), .put(p, "a", "one", if: .revision(0), .conflict(0)),
        .get(p, "a", nil), .put(p, "a", "one"), .put(p, "a", "two", if: .revision(1)),
        .put(p, "a", "three", if: .revision(1), .conflict(0)), .get(p, "a", Record(p, "a", "two", 2)),
        .write(
          [RecordWrite(RecordKey(p, "a"), .add([Record.Counter("n", 1)], expires: nil), if: .revision(1))], .conflict(0)
        ),
        .write([RecordWrite(RecordKey(p, "a"), .add([Record.Counter("n", 1)], expires: nil), if: .revision(2))]),
        .get(p, "a", Record(p, "a", "two", 3, counters: [Record.Counter("n", 1)])),
        .write([RecordWrite(RecordKey(p, "a"), .delete, if: .revision(2))], .conflict(0)),
        .write([RecordWrite(RecordKey(p, "a"), .delete, if: .revision(3))]), .get(p, "a", nil),
      ]
    },
    makeCase("check: only the condition counts") { p in
      let absent = RecordWrite(RecordKey(p, "a"), .check, if: .absent)
      return [
        .write([absent]), .get(p, "a", nil), .put(p, "a", "one"), .write([absent], .conflict(0)),
        .write([RecordWrite(RecordKey(p, "a"), .check, if: .revision(1))]),
        .write([RecordWrite(RecordKey(p, "a"), .check, if: .revision(2))], .conflict(0)),
        .write([RecordWrite(RecordKey(p, "a"), .check), RecordWrite(RecordKey(p, "c"), .check)]),
        .get(p, "a", Record(p, "a", "one", 1)), .write([]),
        .write([absent, RecordWrite(RecordKey(p, "b"), .put(body: "x", expires: nil))], .conflict(0)),
        .get(p, "b", nil),
        .write([
          RecordWrite(RecordKey(p, "a"), .check, if: .revision(1)),
          RecordWrite(RecordKey(p, "b"), .put(body: "x", expires: nil)),
        ]),
        .get(p, "b", Record(p, "b", "x", 1)),
      ]
    },
    makeCase("a write is all or nothing") { p in
      let writes = [
        RecordWrite(RecordKey(p, "a"), .put(body: "new", expires: nil)),
        RecordWrite(RecordKey(p + "other", "b"), .add([Record.Counter("n", 5)], expires: nil)),
        RecordWrite(RecordKey(p, "c"), .delete),
        RecordWrite(RecordKey(p, "d"), .put(body: "new", expires: nil), if: .absent),
      ]
      return [
        .put(p, "a", "old"), .put(p, "c", "old"), .put(p, "d", "old"), .write(writes, .conflict(3)),
        .get(p, "a", Record(p, "a", "old", 1)), .get(p + "other", "b", nil), .get(p, "c", Record(p, "c", "old", 1)),
        .write([RecordWrite(RecordKey(p, "d"), .delete)]), .write(writes), .get(p, "a", Record(p, "a", "new", 2)),
        .get(p + "other", "b", Record(p + "other", "b", "", 1, counters: [Record.Counter("n", 5)])), .get(p, "c", nil),
        .get(p, "d", Record(p, "d", "new", 1)),
      ]
    },
    makeCase("several conditions that do not hold") { p in
      [
        .put(p, "a", "x"),
        .write(
          [
            RecordWrite(RecordKey(p, "a"), .put(body: "", expires: nil), if: .absent),
            RecordWrite(RecordKey(p, "b"), .put(body: "", expires: nil)),
            RecordWrite(RecordKey(p, "c"), .put(body: "", expires: nil), if: .revision(1)),
          ], .conflict(0), .conflict(2)),
        .get(p, "b", nil),
      ]
    },
    makeCase("25 writes and 100 keys at once") { p in
      let all = (0..<100).map { RecordKey(p, "\($0)") }
      return stride(from: 0, to: 100, by: 25).map { first in
        .write(all[first..<first + 25].map { RecordWrite($0, .put(body: "of " + $0.sort, expires: nil)) })
      } + [
        RecordCase.Step(
          request: .get(all.reversed() + []),
          results: [.records(all.reversed().map { Record(p, $0.sort, "of " + $0.sort, 1) })],
          now: now),
        RecordCase.Step(
          request: .get([RecordKey(p, "none"), RecordKey(p, "7"), RecordKey(p + "x", "7")]),
          results: [.records([nil, Record(p, "7", "of 7", 1), nil])], now: now),
        RecordCase.Step(request: .get([]), results: [.records([])], now: now),
      ]
    },
    makeCase("25 of the longest bodies at once") { p in
      let body = String(repeating: "\"", count: Record.maximumBodyBytes)
      let keys = (10..<35).map { RecordKey(p, "\($0)") }
      return [
        .write(keys.map { RecordWrite($0, .put(body: body, expires: nil)) }),
        RecordCase.Step(
          request: .get(keys), results: [.records(keys.map { Record(p, $0.sort, body, 1) })], now: now),
      ]
    },
    makeCase("counters") { p in
      func add(_ counters: [Record.Counter], expires: Int64? = nil) -> RecordCase.Step {
        .write([RecordWrite(RecordKey(p, "a"), .add(counters, expires: expires))])
      }
      let far = now + 1000
      return [
        add([Record.Counter("n", 1)]), .get(p, "a", Record(p, "a", "", 1, counters: [Record.Counter("n", 1)])),
        add([Record.Counter("n", 41), Record.Counter("größe", -7)]),
        .get(p, "a", Record(p, "a", "", 2, counters: [Record.Counter("größe", -7), Record.Counter("n", 42)])),
        .put(p, "a", "text", expires: far),
        .get(
          p, "a",
          Record(p, "a", "text", 3, counters: [Record.Counter("größe", -7), Record.Counter("n", 42)], expires: far)),
        add([Record.Counter("n", 0)], expires: far + 5),
        .get(
          p, "a",
          Record(p, "a", "text", 4, counters: [Record.Counter("größe", -7), Record.Counter("n", 42)], expires: far)),
        .put(p, "a", "text"), add([], expires: far + 6),
        .get(
          p, "a",
          Record(p, "a", "text", 6, counters: [Record.Counter("größe", -7), Record.Counter("n", 42)], expires: far + 6)),
        .write([RecordWrite(RecordKey(p, "a"), .delete)]), add([Record.Counter("m", 3)]),
        .get(p, "a", Record(p, "a", "", 1, counters: [Record.Counter("m", 3)])),
      ]
    },
    makeCase("counters saturate") { p in
      func add(_ sort: String, _ value: Int64) -> RecordCase.Step {
        .write([RecordWrite(RecordKey(p, sort), .add([Record.Counter("n", value)], expires: nil))])
      }
      func read(_ sort: String, _ revision: Int64, _ value: Int64) -> RecordCase.Step {
        .get(p, sort, Record(p, sort, "", revision, counters: [Record.Counter("n", value)]))
      }
      return [
        add("up", .max), read("up", 1, .max), add("up", 1), read("up", 2, .max), add("up", .max), read("up", 3, .max),
        add("down", .min), read("down", 1, .min), add("down", -1), read("down", 2, .min), add("down", .min),
        read("down", 3, .min), add("both", .min), add("both", .max), read("both", 2, -1), add("both", 1 << 53 + 2),
        read("both", 3, 1 << 53 + 1),
      ]
    },
    makeCase("an expired record is absent to conditions and changes") { p in
      let dead = now
      func add(_ sort: String, if condition: RecordWrite.Condition = .always, _ result: RecordResult = .written)
        -> RecordCase.Step
      {
        .write([RecordWrite(RecordKey(p, sort), .add([Record.Counter("n", 2)], expires: nil), if: condition)], result)
      }
      func expired(_ sort: String) -> [RecordCase.Step] {
        [
          .put(p, sort, "old", expires: dead, now: now - 10),
          .write(
            [RecordWrite(RecordKey(p, sort), .add([Record.Counter("n", 7), Record.Counter("m", 7)], expires: nil))],
            now: now - 1),
          .get(
            p, sort,
            Record(
              p, sort, "old", 2, counters: [Record.Counter("m", 7), Record.Counter("n", 7)], expires: dead),
            now: now - 1),
          .get(p, sort, nil),
        ]
      }
      return ["put", "absent", "revision", "add", "add absent", "add revision", "delete", "check"].flatMap(expired) + [
        .put(p, "put", "new"), .get(p, "put", Record(p, "put", "new", 1)),
        .put(p, "absent", "new", if: .absent), .get(p, "absent", Record(p, "absent", "new", 1)),
        .put(p, "revision", "new", if: .revision(2), .conflict(0)), .get(p, "revision", nil),
        add("add"), .get(p, "add", Record(p, "add", "", 1, counters: [Record.Counter("n", 2)])),
        add("add absent", if: .absent),
        .get(p, "add absent", Record(p, "add absent", "", 1, counters: [Record.Counter("n", 2)])),
        add("add revision", if: .revision(2), .conflict(0)), .get(p, "add revision", nil),
        .write([RecordWrite(RecordKey(p, "delete"), .delete, if: .revision(2))], .conflict(0)),
        .write([RecordWrite(RecordKey(p, "delete"), .delete, if: .absent)]), .get(p, "delete", nil),
        .write([RecordWrite(RecordKey(p, "check"), .check, if: .revision(2))], .conflict(0)),
        .write([RecordWrite(RecordKey(p, "check"), .check, if: .absent)]),
      ]
    },
    makeCase("expired records in one write with others") { p in
      [
        .put(p, "a", "old", expires: now), .put(p, "b", "old", expires: now + 1), .put(p, "c", "old"),
        .write([
          RecordWrite(RecordKey(p, "a"), .add([Record.Counter("n", 1)], expires: now + 9)),
          RecordWrite(RecordKey(p, "b"), .put(body: "new", expires: nil)),
          RecordWrite(RecordKey(p, "c"), .add([Record.Counter("n", 1)], expires: nil), if: .revision(1)),
        ]),
        .get(p, "a", Record(p, "a", "", 1, counters: [Record.Counter("n", 1)], expires: now + 9)),
        .get(p, "b", Record(p, "b", "new", 2)),
        .get(p, "c", Record(p, "c", "old", 2, counters: [Record.Counter("n", 1)])),
      ]
    },
    makeCase("pages of a partition") { p in
      let places = ["a", "a/1", "a/2", "a0", "b", "Z", "\u{E9}", "\u{FFFD}", "😀"]
      func records(_ sorts: String...) -> [Record] { sorts.map { Record(p, $0, "of " + $0, 1) } }
      return places.map { .put(p, $0, "of " + $0) } + [
        .put(p + "x", "a", "other"),
        .query(p, "!", "\u{10FFFF}", records("Z", "a", "a/1", "a/2", "a0", "b", "\u{E9}", "\u{FFFD}", "😀")),
        .query(p, "a", "b", records("a", "a/1", "a/2", "a0", "b")), .query(p, "a/", "a0", records("a/1", "a/2", "a0")),
        .query(p, "a/", "a/\u{10FFFF}", descending: true, records("a/2", "a/1")),
        .query(p, "a/1", "a/1", records("a/1")),
        .query(p, "c", "d", []), .query(p, "b", "a", []), .query(p + "none", "a", "b", []),
        .query(p, "a", "b", limit: 2, records("a", "a/1"), next: "a/1"),
        .query(p, "a", "b", limit: 2, after: "a/1", records("a/2", "a0"), next: "a0"),
        .query(p, "a", "b", limit: 2, after: "a0", records("b")), .query(p, "a", "b", limit: 2, after: "b", []),
        .query(p, "a", "b", descending: true, limit: 2, records("b", "a0"), next: "a0"),
        .query(p, "a", "b", descending: true, limit: 2, after: "a0", records("a/2", "a/1"), next: "a/1"),
        .query(p, "a", "b", descending: true, limit: 2, after: "a/1", records("a")),
        .query(p, "a", "b", descending: true, limit: 2, after: "a", []),
        // From a place where no record is (any more), or outside of the bounds.
        .query(p, "a", "b", after: "a/15", records("a/2", "a0", "b")),
        .query(p, "a", "b", after: "Y", records("a", "a/1", "a/2", "a0", "b")),
        .query(p, "a", "b", after: "c", []), .query(p, "a", "b", descending: true, after: "a/15", records("a/1", "a")),
        .query(p, "a", "b", descending: true, after: "c", records("b", "a0", "a/2", "a/1", "a")),
        .query(p, "a", "b", descending: true, after: "Y", []),
      ]
    },
    makeCase("requests beyond the limits are not performed") { p in
      let key = RecordKey(p, "a")
      func refused(_ request: RecordRequest) -> RecordCase.Step {
        RecordCase.Step(request: request, results: [.unavailable], now: now)
      }
      return [
        refused(.get([key, key])), refused(.get([RecordKey("", "a")])), refused(.get([RecordKey(p, "")])),
        refused(.get((0...100).map { RecordKey(p, "\($0)") })),
        refused(.write([RecordWrite(key, .delete), RecordWrite(key, .check)], asOf: now)),
        refused(.write((0...25).map { RecordWrite(RecordKey(p, "\($0)"), .put(body: "", expires: nil)) }, asOf: now)),
        refused(.write([RecordWrite(key, .put(body: "a\u{0}", expires: nil))], asOf: now)),
        refused(.query(RecordQuery(partition: p, from: "a", through: "b", limit: 0))),
        .get(p, "0", nil), .get(p, "a", nil),
      ]
    },
  ]

  private static func makeCase(_ description: String, _ steps: (String) -> [RecordCase.Step]) -> RecordCase {
    RecordCase(description: description, steps: steps(description))
  }
}

extension Record {
  fileprivate init(
    _ partition: String, _ sort: String, _ body: String, _ revision: Int64, counters: [Counter] = [],
    expires: Int64? = nil
  ) {
    self.init(
      key: RecordKey(partition, sort), body: body, counters: counters, revision: revision, expires: expires)
  }
}

extension RecordCase.Step {
  fileprivate static func get(_ partition: String, _ sort: String, _ record: Record?, now: Int64 = 1_767_225_600)
    -> Self
  {
    Self(request: .get([RecordKey(partition, sort)]), results: [.records([record])], now: now)
  }

  fileprivate static func write(
    _ writes: [RecordWrite], now: Int64 = 1_767_225_600, _ results: RecordResult...
  ) -> Self {
    Self(request: .write(writes, asOf: now), results: results.isEmpty ? [.written] : results, now: now)
  }

  fileprivate static func put(
    _ partition: String, _ sort: String, _ body: String, expires: Int64? = nil,
    if condition: RecordWrite.Condition = .always,
    now: Int64 = 1_767_225_600, _ result: RecordResult = .written
  ) -> Self {
    let write = RecordWrite(RecordKey(partition, sort), .put(body: body, expires: expires), if: condition)
    return Self(request: .write([write], asOf: now), results: [result], now: now)
  }

  fileprivate static func query(
    _ partition: String, _ from: String, _ through: String, descending: Bool = false, limit: Int = 100,
    after: String? = nil, _ records: [Record], next: String? = nil
  ) -> Self {
    let query = RecordQuery(
      partition: partition, from: from, through: through, isDescending: descending, limit: limit, after: after)
    return Self(request: .query(query), results: [.page(records, next: next)], now: 1_767_225_600)
  }
}
