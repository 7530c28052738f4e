import CSQLiteLibrary
import EdgeHandler
import EdgeTesting
import Foundation
import Synchronization
import TestSupport
import Testing

@testable import Records

/// What a file can be but right: for each, what the caller sees, what the operator is told, and that the store recovers by itself.
@Suite(.serialized, .ownThread) struct DamagedFileTests {
  private static let key = RecordKey("p", "a")
  private static let get = RecordRequest.get([key])

  private static func put(_ body: String) -> RecordRequest {
    .write([RecordWrite(key, .put(body: body, expires: nil))], asOf: 0)
  }

  private final class Notes: Sendable {
    let all = Mutex<[String]>([])
    func add(_ text: String) { all.withLock { $0.append(text) } }
    var texts: [String] { all.withLock { $0 } }
  }

  /// A connection of somebody else's.
  private static func withConnection(_ path: String, _ statements: String..., body: () throws -> Void = {}) throws {
    var database: OpaquePointer?
    defer { sqlite3_close_v2(database) }
    try #require(sqlite3_open(path, &database) == SQLITE_OK)
    for sql in statements { try #require(sqlite3_exec(database, sql, nil, nil, nil) == SQLITE_OK) }
    try body()
  }

  enum Damage: String, CaseIterable {
    case text, zeroes, truncated, truncatedToPage, directory, newer, negative, otherProgram, missingTable, overwritten
    case wrongTypes

    /// Whether the file can be found bad only when the record is read.
    var isFoundLate: Bool { self == .missingTable || self == .overwritten || self == .truncatedToPage }

    func inflict(on path: String) throws {
      let url = URL(filePath: path)
      for suffix in ["-wal", "-shm"] { try? FileManager.default.removeItem(atPath: path + suffix) }
      switch self {
      case .text:
        try Data(
          "this is not a database, but it is longer than a header of one hundred bytes: ".utf8 + Data(count: 4096)
        ).write(to: url)
      case .zeroes: try Data(count: 8192).write(to: url)
      case .truncated: try Data(contentsOf: url).prefix(3000).write(to: url)
      case .truncatedToPage: try Data(contentsOf: url).prefix(8192).write(to: url)
      case .directory:
        try FileManager.default.removeItem(at: url)
        try FileManager.default.createDirectory(at: url, withIntermediateDirectories: false)
      case .newer: try DamagedFileTests.withConnection(path, "PRAGMA user_version=2")
      case .negative: try DamagedFileTests.withConnection(path, "PRAGMA user_version=-1")
      case .otherProgram: try DamagedFileTests.withConnection(path, "PRAGMA application_id=7")
      case .missingTable: try DamagedFileTests.withConnection(path, "DROP TABLE counters")
      case .wrongTypes:
        try FileManager.default.removeItem(at: url)
        try DamagedFileTests.withConnection(path, "CREATE TABLE records(p, s, b BLOB)")
      case .overwritten:
        var data = try Data(contentsOf: url)
        for index in 4096..<data.count { data[index] = UInt8(truncatingIfNeeded: index &* 31) }
        try data.write(to: url)
      }
    }
  }

  enum Host: CaseIterable {
    case native, deno
  }

  @Test("a bad file is unavailable, and right again when the file is", arguments: Damage.allCases, Host.allCases)
  func damage(damage: Damage, host: Host) throws {
    let folder = try RecordFolder()
    let good = folder.url.appending(path: "good.sqlite")
    let file = URL(filePath: folder.file)
    do {
      let first = SQLiteRecords(path: good.path)
      for number in 0..<20 {
        let write = RecordWrite(
          RecordKey("p", "\(number)"), .put(body: String(repeating: "x", count: 3000), expires: nil))
        #expect(first.perform(.write([write], asOf: 0)) == .written)
      }
      #expect(first.perform(Self.put("kept")) == .written)
      first.close()
    }
    try FileManager.default.copyItem(at: good, to: file)
    try damage.inflict(on: folder.file)

    let notes = Notes()
    let native = SQLiteRecords(path: folder.file, report: notes.add)
    var store: any RecordStore =
      switch host {
      case .native: NativeRecords(native)
      case .deno: try DenoRecords(path: folder.file)
      }
    let before = damage == .directory ? nil : try Data(contentsOf: file)
    #expect(try store.perform(Self.get) == .unavailable)
    #expect(try store.perform(Self.put("lost")) == .unavailable)
    if host == .native {
      // SQLite words it in another way where it is about to write.
      #expect(notes.texts.count == (damage == .missingTable ? 2 : 1), "\(notes.texts)")
      #expect(notes.texts.first?.contains(folder.file) == true)
      #expect(notes.texts.allSatisfy { !$0.contains("lost") && !$0.contains("kept") })
      switch damage {
      case .newer:
        #expect(native.check()?.contains("it is of version 2, and this program knows versions up to 1") == true)
      case .otherProgram, .wrongTypes: #expect(native.check()?.contains("another program") == true)
      default: #expect(damage.isFoundLate || native.check() != nil)
      }
    }
    // What is not ours is left as it is.
    if !damage.isFoundLate, let before { #expect(try Data(contentsOf: file) == before) }

    for suffix in ["", "-wal", "-shm"] { try? FileManager.default.removeItem(atPath: folder.file + suffix) }
    try FileManager.default.copyItem(at: good, to: file)
    guard case .records(let records) = try store.perform(Self.get) else {
      Issue.record("it has not recovered: \(notes.texts)")
      return
    }
    #expect(records.first??.body == "kept")
    #expect(try store.perform(Self.put("new")) == .written)
    if host == .native { #expect(notes.texts.last == "the store of records is back") }
  }

  @Test("a file that is replaced while it is open is opened anew", arguments: Host.allCases)
  func replaced(host: Host) throws {
    let folder = try RecordFolder()
    var store: any RecordStore =
      switch host {
      case .native: NativeRecords(path: folder.file)
      case .deno: try DenoRecords(path: folder.file)
      }
    #expect(try store.perform(Self.put("old")) == .written)
    let other = folder.url.appending(path: "other.sqlite").path
    let writer = SQLiteRecords(path: other)
    #expect(writer.perform(Self.put("restored")) == .written)
    writer.close()
    for suffix in ["-wal", "-shm"] { try? FileManager.default.removeItem(atPath: folder.file + suffix) }
    try #require(rename(other, folder.file) == 0)
    guard case .records(let records) = try store.perform(Self.get) else {
      Issue.record("no records")
      return
    }
    #expect(records.first??.body == "restored")
  }

  @Test("a locked file is overloaded, and free again later", arguments: Host.allCases)
  func locked(host: Host) throws {
    let folder = try RecordFolder()
    var store: any RecordStore =
      switch host {
      case .native: NativeRecords(SQLiteRecords(path: folder.file, busyMilliseconds: 100))
      case .deno: try DenoRecords(path: folder.file)
      }
    #expect(try store.perform(Self.put("one")) == .written)
    try Self.withConnection(folder.file, "BEGIN IMMEDIATE") { () throws in
      #expect(try store.perform(Self.put("two")) == .overloaded)
      // Whoever reads waits for nobody who writes.
      guard case .records = try store.perform(Self.get) else {
        Issue.record("not read")
        return
      }
    }
    #expect(try store.perform(Self.put("three")) == .written)
  }

  @Test("a file that another connection holds from the start is overloaded", arguments: Host.allCases)
  func exclusivelyLocked(host: Host) throws {
    let folder = try RecordFolder()
    let first = SQLiteRecords(path: folder.file)
    #expect(first.perform(Self.put("one")) == .written)
    first.close()
    var store: any RecordStore =
      switch host {
      case .native: NativeRecords(SQLiteRecords(path: folder.file, busyMilliseconds: 100))
      case .deno: try DenoRecords(path: folder.file)
      }
    try Self.withConnection(
      folder.file, "PRAGMA locking_mode=EXCLUSIVE", "BEGIN EXCLUSIVE", "CREATE TABLE more(a)"
    ) { () throws in
      #expect(try store.perform(Self.get) == .overloaded)
      #expect(try store.perform(Self.put("two")) == .overloaded)
    }
    #expect(try store.perform(Self.put("three")) == .written)
  }

  @Test("a full disk is unavailable for writes and harmless for reads")
  func fullDisk() throws {
    let folder = try RecordFolder()
    let notes = Notes()
    let store = SQLiteRecords(
      path: folder.file, busyMilliseconds: 100, settings: ["PRAGMA max_page_count=40"], report: notes.add)
    #expect(store.perform(Self.put("kept")) == .written)
    let body = String(repeating: "x", count: 60_000)
    var results: [RecordResult] = []
    for number in 0..<8 {
      let writes = [
        RecordWrite(RecordKey("p", "b\(number)"), .put(body: body, expires: nil)),
        RecordWrite(RecordKey("p", "n"), .add([Record.Counter("n", 1)], expires: nil)),
      ]
      results.append(store.perform(.write(writes, asOf: 0)))
    }
    let done = results.count { $0 == .written }
    #expect(done > 0 && results.count { $0 == .unavailable } == 8 - done && done < 8)
    #expect(notes.texts.count == 1 && notes.texts.first?.contains("full") == true, "\(notes.texts)")
    guard case .records(let records) = store.perform(.get([Self.key, RecordKey("p", "n")])) else {
      Issue.record("not read")
      return
    }
    #expect(records[0]?.body == "kept")
    #expect(records[1]?.counters == [Record.Counter("n", Int64(done))])
    // Room again.
    #expect(store.perform(.write([RecordWrite(RecordKey("p", "b0"), .delete)], asOf: 0)) == .written)
    #expect(store.perform(Self.put("more")) == .written)
  }

  @Test("a file that cannot be written is unavailable", .enabled(if: geteuid() != 0, "root may write everything"))
  func readOnly() throws {
    let folder = try RecordFolder()
    let first = SQLiteRecords(path: folder.file)
    #expect(first.perform(Self.put("one")) == .written)
    first.close()
    chmod(folder.file, 0o400)
    let store = SQLiteRecords(path: folder.file)
    #expect(store.perform(Self.put("two")) == .unavailable)
    #expect(store.check()?.contains("cannot be written") == true)
    chmod(folder.file, 0o600)
    #expect(store.perform(Self.put("two")) == .written)
  }

  @Test("records are for the user alone that the service runs as", arguments: Host.allCases)
  func permissions(host: Host) throws {
    let folder = try RecordFolder()
    var store: any RecordStore =
      switch host {
      case .native: NativeRecords(path: folder.file)
      case .deno: try DenoRecords(path: folder.file)
      }
    #expect(try store.perform(Self.put("one")) == .written)
    for suffix in ["", "-wal", "-shm"] {
      var information = stat()
      #expect(stat(folder.file + suffix, &information) == 0 && information.st_mode & 0o777 == 0o600, "\(suffix)")
    }
  }

  @Test("requests beyond the bound of those that wait are overloaded")
  func bounded() async throws {
    let folder = try RecordFolder()
    let store = SQLiteRecords(path: folder.file, busyMilliseconds: 1000)
    #expect(store.perform(Self.put("one")) == .written)
    let results = Mutex<[RecordResult]>([])
    try Self.withConnection(folder.file, "BEGIN IMMEDIATE") { () throws in
      for _ in 0..<SQLiteRecords.maximumPending + 50 {
        store.perform(Self.put("x")) { result in results.withLock { $0.append(result) } }
      }
      // The last ones, at once: the first waits for the lock still.
      #expect(results.withLock { $0.count { $0 == .overloaded } } >= 50)
    }
    try await until { results.withLock { $0.count } == SQLiteRecords.maximumPending + 50 }
    #expect(results.withLock { $0.count { $0 == .written } } > 0)
  }

  @Test("expired records are swept with later writes")
  func swept() throws {
    let folder = try RecordFolder()
    let store = SQLiteRecords(path: folder.file)
    let keys = (0..<100).map { RecordKey("p", "\($0)") }
    for start in stride(from: 0, to: 100, by: 25) {
      let writes = keys[start..<start + 25].map {
        RecordWrite($0, .add([Record.Counter("n", 1)], expires: 100))
      }
      #expect(store.perform(.write(writes, asOf: 0)) == .written)
    }
    func left() -> Int {
      guard case .records(let records) = store.perform(.get(keys)) else { return -1 }
      return records.count { $0 != nil }
    }
    #expect(left() == 100)
    #expect(store.perform(.write([RecordWrite(Self.key, .put(body: "", expires: nil))], asOf: 99)) == .written)
    #expect(left() == 100)
    #expect(store.perform(.write([RecordWrite(Self.key, .put(body: "", expires: nil))], asOf: 100)) == .written)
    #expect(left() == 80)
    for _ in 0..<4 { #expect(store.perform(.write([], asOf: 100)) == .written) }
    #expect(left() == 0)
    var counters = 0
    store.close()
    var database: OpaquePointer?
    defer { sqlite3_close_v2(database) }
    try #require(sqlite3_open(folder.file, &database) == SQLITE_OK)
    var statement: OpaquePointer?
    defer { sqlite3_finalize(statement) }
    try #require(sqlite3_prepare_v2(database, "SELECT count(*) FROM counters", -1, &statement, nil) == SQLITE_OK)
    if sqlite3_step(statement) == SQLITE_ROW { counters = Int(sqlite3_column_int(statement, 0)) } else { counters = -1 }
    #expect(counters == 0)
  }
}
