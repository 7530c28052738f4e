import CSQLiteLibrary
import EdgeHandler
import Glibc

/// An open file of records. For one thread at a time.
final class Connection {
  /// What the file was when it was opened; `nil` for memory. Where the path names another, this one is gone.
  private let identity: FileIdentity?
  private let path: String?
  private let database: OpaquePointer
  private var statements: [SQLite.Statement: PreparedStatement] = [:]

  /// - Parameters:
  ///   - path: `nil` for a store in memory.
  ///   - settings: more statements to begin with.
  init(path: String?, busyMilliseconds: Int32, settings: [String] = []) throws(DatabaseError) {
    if let path { Self.create(path) }
    var pointer: OpaquePointer?
    // The thread is the owner's to see to.
    let flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX
    let code = sqlite3_open_v2(path ?? ":memory:", &pointer, flags, nil)
    guard code == SQLITE_OK, let pointer else {
      let error = pointer.map { Self.error(code, of: $0) }
      sqlite3_close_v2(pointer)
      throw error ?? DatabaseError(code: code, text: "SQLite has no memory")
    }
    self.path = path
    identity = path.flatMap(FileIdentity.init(path:))
    database = pointer
    sqlite3_busy_timeout(pointer, busyMilliseconds)
    try prepare(settings)
  }

  deinit {
    statements = [:]
    sqlite3_close_v2(database)
  }

  /// Whether the path still names the file that is open. A file that was put in its place, as from a backup, is to be opened anew.
  var isInPlace: Bool { path.map { FileIdentity(path: $0) == identity } ?? true }

  // MARK: Opening

  /// A new file is for this user alone: records hold addresses and sealed secrets.
  private static func create(_ path: String) {
    // SQLite reports what cannot be made. One that is there stays closed: closing it would drop the locks that this process has on it.
    let descriptor = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
    if descriptor >= 0 { close(descriptor) }
  }

  private func prepare(_ settings: [String]) throws(DatabaseError) {
    if sqlite3_db_readonly(database, "main") == 1 {
      throw DatabaseError(code: SQLITE_READONLY, text: "it cannot be written")
    }
    // Before anything is changed: the file may be somebody else's.
    let opening = try opening()
    if case .refused(let reason) = opening { throw .refused(reason) }
    for sql in SQLite.settings + settings { try execute(sql) }
    guard opening != .current else { return }
    _ = try transaction("BEGIN IMMEDIATE") { () throws(DatabaseError) in
      // Another process may have been here meanwhile.
      switch try self.opening() {
      case .current: break
      case .refused(let reason): throw .refused(reason)
      case .behind(let version):
        for migration in SQLite.migrations[version...] { try execute(migration) }
        try execute("PRAGMA application_id=\(SQLite.applicationID)")
        try execute("PRAGMA user_version=\(SQLite.version)")
      }
      return true
    }
  }

  private func opening() throws(DatabaseError) -> SQLite.Opening {
    SQLite.opening(
      applicationID: try number("PRAGMA application_id"), version: try number("PRAGMA user_version"),
      isEmpty: try number("SELECT count(*) FROM sqlite_schema") == 0)
  }

  private func number(_ sql: String) throws(DatabaseError) -> Int {
    var number = 0
    try PreparedStatement(sql, in: database).run([]) { row in
      number = Int(row.integer(0) ?? 0)
      return true
    }
    return number
  }

  // MARK: Requests

  func perform(_ request: RecordRequest) throws(DatabaseError) -> RecordResult {
    switch request {
    case .get(let keys):
      try transaction("BEGIN") { () throws(DatabaseError) in .records(try keys.map(get)) } ?? .unavailable
    case .query(let query):
      try transaction("BEGIN") { () throws(DatabaseError) in try page(query) } ?? .unavailable
    case .write(let writes, let asOf): try write(writes, asOf: asOf)
    }
  }

  private func get(_ key: RecordKey) throws(DatabaseError) -> Record? {
    var record: Record?
    try run(.get, [.text(key.partition), .text(key.sort)]) { row in
      record = Record(row, partition: key.partition)
      return false
    }
    return record
  }

  private func page(_ query: RecordQuery) throws(DatabaseError) -> RecordResult {
    var records: [Record] = []
    var byteCount = 0
    var isFull = false
    let values: [PreparedStatement.Value] = [
      .text(query.partition), .text(query.from), .text(query.through), .integer(Int64(query.limit)),
      .optionalText(query.after),
    ]
    try run(query.isDescending ? .descending : .ascending, values) { row in
      let record = Record(row, partition: query.partition)
      records.append(record)
      byteCount += record.body.utf8.count
      isFull = records.count == query.limit || byteCount > RecordQuery.maximumPageBytes
      return !isFull
    }
    return .page(records, next: isFull ? records.last?.key.sort : nil)
  }

  private func write(_ writes: [RecordWrite], asOf: Int64) throws(DatabaseError) -> RecordResult {
    var conflict: Int?
    let result: RecordResult? = try transaction("BEGIN IMMEDIATE") { () throws(DatabaseError) in
      for write in writes {
        try run(.expire, [.text(write.key.partition), .text(write.key.sort), .integer(asOf)])
      }
      for (index, write) in writes.enumerated() where try !holds(write) {
        conflict = index
        return nil
      }
      for write in writes { try change(write) }
      try run(.sweep, [.integer(asOf)])
      return .written
    }
    return conflict.map { .conflict($0) } ?? result ?? .unavailable
  }

  private func holds(_ write: RecordWrite) throws(DatabaseError) -> Bool {
    if write.condition == .always { return true }
    var found: Int64?
    try run(.revision, [.text(write.key.partition), .text(write.key.sort)]) { row in
      found = row.integer(0)
      return false
    }
    return switch write.condition {
    case .always: true
    case .absent: found == nil
    case .revision(let revision): found == revision
    }
  }

  private func change(_ write: RecordWrite) throws(DatabaseError) {
    let key: [PreparedStatement.Value] = [.text(write.key.partition), .text(write.key.sort)]
    switch write.change {
    case .put(let body, let expires): try run(.put, key + [.text(body), .integer(expires)])
    case .delete: try run(.delete, key)
    case .add(let counters, let expires):
      try run(.touch, key + [.integer(expires)])
      for counter in counters { try run(.add, key + [.text(counter.name), .integer(counter.value)]) }
    case .check: break
    }
  }

  // MARK: SQLite

  /// What `body` returns is committed; where it returns nothing or throws, nothing has been written.
  private func transaction<Value>(
    _ begin: String, _ body: () throws(DatabaseError) -> Value?
  ) throws(DatabaseError) -> Value? {
    try execute(begin)
    do throws(DatabaseError) {
      let value = try body()
      try execute(value == nil ? "ROLLBACK" : "COMMIT")
      return value
    } catch {
      // Some errors have rolled back already.
      if sqlite3_get_autocommit(database) == 0 { sqlite3_exec(database, "ROLLBACK", nil, nil, nil) }
      throw error
    }
  }

  private func run(
    _ statement: SQLite.Statement, _ values: [PreparedStatement.Value],
    row: (PreparedStatement) throws(DatabaseError) -> Bool = { _ in true }
  ) throws(DatabaseError) {
    let prepared: PreparedStatement
    if let known = statements[statement] {
      prepared = known
    } else {
      prepared = try PreparedStatement(statement.sql, in: database)
      statements[statement] = prepared
    }
    try prepared.run(values, row: row)
  }

  private func execute(_ sql: String) throws(DatabaseError) {
    let code = sqlite3_exec(database, sql, nil, nil, nil)
    guard code == SQLITE_OK else { throw Self.error(code, of: database) }
  }

  static func error(_ code: Int32, of database: OpaquePointer) -> DatabaseError {
    // The primary code is in the lowest byte.
    DatabaseError(code: code & 0xFF, text: String(cString: sqlite3_errmsg(database)))
  }
}

private struct FileIdentity: Equatable {
  var device: dev_t
  var number: ino_t

  init?(path: String) {
    var information = stat()
    guard stat(path, &information) == 0 else { return nil }
    device = information.st_dev
    number = information.st_ino
  }
}

extension Record {
  /// From a row of a statement that begins with `SELECT`, see ``SQLite``.
  fileprivate init(_ row: PreparedStatement, partition: String) {
    self.init(
      key: RecordKey(partition, row.text(0)), body: row.text(1), counters: Counter.read(row.text(4)),
      revision: row.integer(2) ?? 0, expires: row.integer(3))
  }
}

extension Record.Counter {
  /// From an object of texts: a number of 64 bits would not survive every reader of JSON.
  fileprivate static func read(_ text: String) -> [Record.Counter] {
    guard text != "{}", let members = try? JSON.parse(Array(text.utf8)).members else { return [] }
    return members.compactMap { member in
      member.value.string.flatMap { Int64($0) }.map { Record.Counter(member.name, $0) }
    }
  }
}
