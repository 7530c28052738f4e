import EdgeHandler
import EdgeTesting
import Foundation
import Records
import TestSupport
import Testing

@Suite(.serialized, .ownThread) struct RecordSuiteTests {
  enum Kind: CaseIterable {
    case array, nativeMemory, nativeFile, denoMemory, denoFile, dynamoDB

    /// How many seeds of random requests: what is on a disk or behind a socket takes its time.
    var seeds: UInt64 {
      switch self {
      case .array, .nativeMemory, .denoMemory: 10
      case .nativeFile, .denoFile, .dynamoDB: 2
      }
    }
  }

  private func withStore(_ kind: Kind, _ body: (inout any RecordStore) throws -> Void) throws {
    let folder = try RecordFolder()
    var store: any RecordStore =
      switch kind {
      case .array: RecordsInMemory()
      case .nativeMemory: NativeRecords(path: nil)
      case .nativeFile: NativeRecords(path: folder.file)
      case .denoMemory: try DenoRecords(path: nil)
      case .denoFile: try DenoRecords(path: folder.file)
      case .dynamoDB: try DynamoDBRecords()
      }
    try body(&store)
  }

  @Test("every store passes every case", arguments: Kind.allCases)
  func cases(kind: Kind) throws {
    try withStore(kind) { store in
      for one in RecordSuite.cases {
        for fault in try one.faults(in: &store) { Issue.record("\(kind): \(fault)") }
      }
    }
  }

  @Test("random requests come to what they come to in memory", arguments: Kind.allCases)
  func random(kind: Kind) throws {
    try withStore(kind) { store in
      for seed: UInt64 in 0..<kind.seeds {
        var comparison = RecordComparison(random: SeededGenerator(seed: seed), prefix: "\(seed)/")
        if let difference = try comparison.difference(of: &store, requests: 300) {
          Issue.record("\(kind), seed \(seed): \(difference)")
        }
      }
    }
  }

  @Test("a page ends where its bodies are longer than a megabyte", arguments: Kind.allCases)
  func longPages(kind: Kind) throws {
    try withStore(kind) { store in
      let body = String(repeating: "ä", count: Record.maximumBodyBytes / 2)
      let sorts = (100..<140).map { "\($0)" }
      for sort in sorts {
        let write = RecordWrite(RecordKey("p", sort), .put(body: body, expires: nil))
        #expect(try store.perform(.write([write], asOf: 0)) == .written)
      }
      var found: [Int] = []
      var query = RecordQuery(partition: "p", from: "1", through: "2")
      for _ in 0..<sorts.count {
        guard case .page(let records, let next) = try store.perform(.query(query)) else { break }
        found.append(records.count)
        query.after = next
        if next == nil { break }
      }
      #expect(found.reduce(0, +) == sorts.count)
      // 16 are a megabyte, and the one that is more ends the page. DynamoDB reckons by the size of items.
      if kind != .dynamoDB { #expect(found == [17, 17, 6]) }
    }
  }
}

extension RecordSuiteTests {
  @Test("two hosts share a file")
  func sharedFile() async throws {
    let folder = try RecordFolder()
    let (native, deno) = (NativeRecords(path: folder.file), try DenoRecords(path: folder.file))
    let count = 300
    @Sendable func write(_ name: String, _ number: Int) -> RecordRequest {
      .write(
        [
          RecordWrite(RecordKey("p", "sum"), .add([Record.Counter("all", 1), Record.Counter(name, 1)], expires: nil)),
          RecordWrite(RecordKey(name, "\(number)"), .put(body: "", expires: nil), if: .absent),
        ], asOf: 0)
    }
    async let natively: Int = offPool {
      (0..<count).count { native.perform(write("native", $0)) != .written }
    }
    var refused = 0
    for number in 0..<count where try deno.perform(write("deno", number)) != .written { refused += 1 }
    let nativelyRefused = try await natively
    #expect(refused == 0 && nativelyRefused == 0)
    let results = [native.perform(.get([RecordKey("p", "sum")])), try deno.perform(.get([RecordKey("p", "sum")]))]
    for result in results {
      guard case .records(let records) = result, let record = records.first ?? nil else {
        Issue.record("no record: \(result)")
        continue
      }
      #expect(record.revision == Int64(2 * count))
      let counters = Dictionary(uniqueKeysWithValues: record.counters.map { ($0.name, $0.value) })
      #expect(counters == ["all": Int64(2 * count), "native": Int64(count), "deno": Int64(count)])
    }
  }

  @Test("one of several conditions on one record holds, whoever asks first")
  func contendedCondition() async throws {
    let folder = try RecordFolder()
    let (native, deno) = (NativeRecords(path: folder.file), try DenoRecords(path: folder.file))
    @Sendable func claim(_ number: Int, _ name: String) -> RecordRequest {
      .write([RecordWrite(RecordKey("claims", "\(number)"), .put(body: name, expires: nil), if: .absent)], asOf: 0)
    }
    async let natively: [RecordResult] = offPool { (0..<200).map { native.perform(claim($0, "native")) } }
    let theirs = try (0..<200).map { try deno.perform(claim($0, "deno")) }
    for (ours, theirs) in zip(try await natively, theirs) {
      #expect([ours, theirs].count { $0 == .written } == 1)
      #expect([ours, theirs].count { $0 == .conflict(0) } == 1)
    }
  }

  @Test("a process that is killed leaves all of a write or nothing")
  func killed() async throws {
    let folder = try RecordFolder()
    var random = SeededGenerator(seed: 12)
    var last = 0
    for _ in 0..<8 {
      let deno = try DenoRecords(path: folder.file)
      for number in 1...400 {
        let body = "\(last + number) " + String(repeating: "x", count: 5000)
        try deno.send(
          .write(
            [
              RecordWrite(RecordKey("p", "a"), .put(body: body, expires: nil)),
              RecordWrite(RecordKey("q", "b"), .put(body: body, expires: nil)),
              RecordWrite(RecordKey("p", "n"), .add([Record.Counter("n", 1)], expires: nil)),
            ], asOf: 0))
        if number == 1 { _ = try deno.receive() }
      }
      usleep(UInt32.random(in: 0...60_000, using: &random))
      deno.kill()
      let native = NativeRecords(path: folder.file)
      let keys = [RecordKey("p", "a"), RecordKey("q", "b"), RecordKey("p", "n")]
      guard case .records(let records) = native.perform(.get(keys)), let a = records[0], let b = records[1],
        let n = records[2]
      else {
        Issue.record("the records are gone")
        return
      }
      #expect(a.body == b.body && a.revision == b.revision && a.revision == n.revision)
      #expect(n.counters == [Record.Counter("n", n.revision)])
      #expect(n.revision > last)
      last = Int(n.revision)
    }
  }
}
