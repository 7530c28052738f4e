import CSQLiteLibrary
import EdgeHandler

/// A statement that is compiled once and run many times.
final class PreparedStatement {
  private let pointer: OpaquePointer
  private let database: OpaquePointer

  init(_ sql: String, in database: OpaquePointer) throws(DatabaseError) {
    var pointer: OpaquePointer?
    let code = sqlite3_prepare_v3(
      database, sql, Int32(sql.utf8.count), UInt32(SQLITE_PREPARE_PERSISTENT), &pointer, nil)
    guard code == SQLITE_OK, let pointer else { throw Connection.error(code, of: database) }
    self.pointer = pointer
    self.database = database
  }

  deinit {
    sqlite3_finalize(pointer)
  }

  enum Value {
    case text(String)
    case integer(Int64?)
    case optionalText(String?)
  }

  /// Runs the statement with these parameters, from 1. `row` says of each row whether another is wanted.
  func run(_ values: [Value], row: (PreparedStatement) throws(DatabaseError) -> Bool = { _ in true })
    throws(DatabaseError)
  {
    defer {
      sqlite3_reset(pointer)
      sqlite3_clear_bindings(pointer)
    }
    for (index, value) in values.enumerated() { try bind(value, at: Int32(index + 1)) }
    while true {
      switch sqlite3_step(pointer) {
      case SQLITE_ROW: guard try row(self) else { return }
      case SQLITE_DONE: return
      case let code: throw Connection.error(code, of: database)
      }
    }
  }

  private func bind(_ value: Value, at index: Int32) throws(DatabaseError) {
    let code =
      switch value {
      case .text(let text), .optionalText(let text?): bind(text, at: index)
      case .integer(let value?): sqlite3_bind_int64(pointer, index, value)
      case .integer(nil), .optionalText(nil): sqlite3_bind_null(pointer, index)
      }
    guard code == SQLITE_OK else { throw Connection.error(code, of: database) }
  }

  private func bind(_ text: String, at index: Int32) -> Int32 {
    // SQLITE_TRANSIENT, which Swift cannot import: SQLite makes a copy.
    let transient = unsafeBitCast(-1, to: sqlite3_destructor_type.self)
    var text = text
    return text.withUTF8 { bytes in
      bytes.withMemoryRebound(to: CChar.self) {
        // Without an address it would be null.
        $0.baseAddress.map { sqlite3_bind_text(pointer, index, $0, Int32(bytes.count), transient) }
          ?? sqlite3_bind_text(pointer, index, "", 0, transient)
      }
    }
  }

  // MARK: Columns of a row, from 0

  func text(_ column: Int32) -> String {
    guard let start = sqlite3_column_text(pointer, column) else { return "" }
    let count = Int(sqlite3_column_bytes(pointer, column))
    return String(decoding: UnsafeBufferPointer(start: start, count: count), as: UTF8.self)
  }

  func integer(_ column: Int32) -> Int64? {
    sqlite3_column_type(pointer, column) == SQLITE_NULL ? nil : sqlite3_column_int64(pointer, column)
  }
}
