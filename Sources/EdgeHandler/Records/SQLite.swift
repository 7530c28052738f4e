/// How records lie in a file of SQLite: schema, settings and statements, the same for every host, so that hosts can share a file.
///
/// A host opens the file, gives it up where ``opening(applicationID:version:isEmpty:)`` refuses it, migrates it in one `BEGIN IMMEDIATE`, and then:
///
/// * reads (`get`, `ascending`, `descending`) between `BEGIN` and `COMMIT`. A row is the place, the body, revision and expiry as text,
///   and the counters as a JSON object of texts;
/// * writes between `BEGIN IMMEDIATE` and `COMMIT`: `expire` for each key, then `revision` for each condition, then the changes, then
///   `sweep`. Where a condition does not hold it says `ROLLBACK`, and nothing has been written.
///
/// Parameters have numbers: 1 is the partition, 2 the place (`from`), wherever there are such. Written by hand because there is no library
/// for SQLite that both hosts could use.
public enum SQLite {
  /// `imge` in ASCII: what `PRAGMA application_id` says of a file that is ours.
  public static var applicationID: Int { 0x696D_6765 }
  /// What `PRAGMA user_version` says of a file of this schema.
  public static var version: Int { migrations.count }

  /// Settings of a connection, after it is known that the file is ours or empty. A commit is on the disk when it returns.
  public static var settings: [String] { ["PRAGMA journal_mode=WAL", "PRAGMA synchronous=FULL"] }

  /// The n-th makes a file of version n + 1 out of one of version n; the first begins with an empty file.
  public static var migrations: [String] {
    [
      """
      CREATE TABLE records(p TEXT NOT NULL,s TEXT NOT NULL,b TEXT NOT NULL,r INTEGER NOT NULL,x INTEGER,\
      PRIMARY KEY(p,s))STRICT,WITHOUT ROWID;\
      CREATE TABLE counters(p TEXT NOT NULL,s TEXT NOT NULL,n TEXT NOT NULL,v INTEGER NOT NULL,\
      PRIMARY KEY(p,s,n))STRICT,WITHOUT ROWID;\
      CREATE INDEX expiry ON records(x)WHERE x IS NOT NULL;\
      CREATE TRIGGER counted AFTER DELETE ON records BEGIN DELETE FROM counters WHERE p=old.p AND s=old.s;END
      """
    ]
  }

  public enum Statement: CaseIterable, Sendable {
    case get, ascending, descending, expire, revision, put, delete, touch, add, sweep
  }
}

extension SQLite.Statement {
  public var name: String {
    switch self {
    case .get: "get"
    case .ascending: "ascending"
    case .descending: "descending"
    case .expire: "expire"
    case .revision: "revision"
    case .put: "put"
    case .delete: "delete"
    case .touch: "touch"
    case .add: "add"
    case .sweep: "sweep"
    }
  }

  public var sql: String {
    let select = """
      SELECT s,b,CAST(r AS TEXT),CAST(x AS TEXT),(SELECT json_group_object(n,CAST(v AS TEXT))FROM counters c \
      WHERE c.p=a.p AND c.s=a.s)FROM records a WHERE p=?1 AND
      """
    return switch self {
    case .get: select + " s=?2"
    // 3: through, 4: limit, 5: after or null.
    case .ascending: select + " s>=max(?2,ifnull(?5,?2))AND s<=?3 AND s IS NOT ?5 ORDER BY s LIMIT ?4"
    case .descending: select + " s<=min(?3,ifnull(?5,?3))AND s>=?2 AND s IS NOT ?5 ORDER BY s DESC LIMIT ?4"
    // 3: now.
    case .expire: "DELETE FROM records WHERE p=?1 AND s=?2 AND x<=?3"
    case .revision: "SELECT CAST(r AS TEXT)FROM records WHERE p=?1 AND s=?2"
    // 3: body, 4: expiry.
    case .put: "INSERT INTO records VALUES(?1,?2,?3,1,?4)ON CONFLICT DO UPDATE SET b=?3,x=?4,r=r+1"
    case .delete: "DELETE FROM records WHERE p=?1 AND s=?2"
    // Of an addition, before its counters. 3: expiry.
    case .touch: "INSERT INTO records VALUES(?1,?2,'',1,?3)ON CONFLICT DO UPDATE SET x=ifnull(x,?3),r=r+1"
    // 3: name, 4: how much. A sum that overflowed would be a floating-point number, which the table refuses.
    case .add:
      """
      INSERT INTO counters VALUES(?1,?2,?3,?4)ON CONFLICT DO UPDATE SET v=CASE \
      WHEN ?4>0 AND v>9223372036854775807-?4 THEN 9223372036854775807 \
      WHEN ?4<0 AND v< ~9223372036854775807-?4 THEN ~9223372036854775807 ELSE v+?4 END
      """
    // 1: now. Bounded, so that no write waits for the sweeping.
    case .sweep: "DELETE FROM records WHERE(p,s)IN(SELECT p,s FROM records WHERE x<=?1 ORDER BY x LIMIT 20)"
    }
  }
}

extension SQLite {
  /// What hosts in another language need of this file.
  public static var json: JSON {
    .object([
      JSON.Member("applicationID", .int(applicationID)),
      JSON.Member("settings", .array(settings.map { .string($0) })),
      JSON.Member("migrations", .array(migrations.map { .string($0) })),
      JSON.Member("statements", .object(Statement.allCases.map { JSON.Member($0.name, .string($0.sql)) })),
    ])
  }

  /// What a file is, by what it says of itself.
  public enum Opening: Sendable, Equatable {
    case current
    /// The migrations from this one on are to be done.
    case behind(Int)
    case refused(String)
  }

  /// - Parameters:
  ///   - applicationID: what `PRAGMA application_id` gives.
  ///   - version: what `PRAGMA user_version` gives.
  ///   - isEmpty: whether `sqlite_schema` has no row.
  public static func opening(applicationID: Int, version: Int, isEmpty: Bool) -> Opening {
    if applicationID == 0, version == 0, isEmpty { return .behind(0) }
    guard applicationID == Self.applicationID else { return .refused("it is a database of another program") }
    guard version <= Self.version else {
      return .refused(
        "it is of version " + String(version) + ", and this program knows versions up to " + String(Self.version))
    }
    guard version > 0 else { return .refused("it is of version " + String(version)) }
    return version == Self.version ? .current : .behind(version)
  }
}
