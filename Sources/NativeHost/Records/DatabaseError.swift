import CSQLiteLibrary

/// What SQLite, or a look at the file, says is wrong.
struct DatabaseError: Error, Equatable {
  /// A primary result code of SQLite.
  var code: Int32
  /// For the operator. Holds nothing of a record.
  var text: String

  /// Another connection has the lock, and has had it for longer than is waited.
  var isBusy: Bool { code == SQLITE_BUSY || code == SQLITE_LOCKED }

  /// Whether the connection is as good as before: a disk that is full has room again some time, and until then can be read.
  var sparesConnection: Bool { isBusy || code == SQLITE_FULL || code == SQLITE_TOOBIG || code == SQLITE_CONSTRAINT }

  static func refused(_ text: String) -> DatabaseError {
    DatabaseError(code: SQLITE_NOTADB, text: text)
  }
}
