import EdgeHandler
import Glibc
import Net
import Records
import Secrets

/// What performs the effects that are about texts, put together from the settings: the store of records, exchanges with other services, and
/// the operator's keys.
public final class HostServices: Sendable {
  public let effects: ServiceEffects
  private let sqlite: SQLiteRecords?
  private let dynamoDB: DynamoDBRecords?

  /// - Parameters:
  ///   - location: where records are kept; `nil` for a host without any.
  ///   - keys: `nil` for a host that can neither seal secrets nor open them.
  ///   - origins: makes the exchanges.
  ///   - variable: of the environment, which says where the host's own credentials come from.
  ///   - report: takes a line for the operator's log.
  /// - Throws: ``ConfigurationError`` where the store needs credentials and the environment is wrong about them.
  public init(
    records location: RecordLocation?, keys: SecretKeys?, origins: OriginClient,
    variable: (String) -> String? = { name in getenv(name).map { String(cString: $0) } },
    report: @escaping @Sendable (String) -> Void
  ) throws(ConfigurationError) {
    var effects = ServiceEffects.none
    effects.exchange = { _ = origins.exchange($0, completion: $1) }
    var sqlite: SQLiteRecords?
    var dynamoDB: DynamoDBRecords?
    if let location {
      switch location {
      case .sqlite(let file):
        let store = SQLiteRecords(path: file, report: report)
        effects.records = { store.perform($0, completion: $1) }
        sqlite = store
      case .dynamoDB(let table):
        let source = try CredentialSource(environment: variable)
        let store = DynamoDBRecords(table, credentials: source, origins: origins, report: report)
        effects.records = { store.perform($0, completion: $1) }
        dynamoDB = store
      }
    }
    if let keys {
      let box = SecretBox(keys)
      effects.secrets = { request, then in then(box.perform(request)) }
    }
    self.effects = effects
    self.sqlite = sqlite
    self.dynamoDB = dynamoDB
  }

  /// Makes the file or the table that holds records, where there is none, or looks whether it can be used. Blocks until then.
  ///
  /// - Returns: what is wrong; `nil` where nothing is.
  public func administerRecords(creates: Bool) -> String? {
    if let sqlite { return sqlite.check() }
    guard let dynamoDB else { return "no place for records is named" }
    let outcome = Outcome<DynamoDB.TableOutcome>()
    dynamoDB.administer(creates: creates) { outcome.settle($0) }
    guard case .failed(let reason)? = outcome.wait() else { return nil }
    return reason
  }

  /// Blocks until what has been asked of the store has been done.
  public func close() {
    sqlite?.close()
  }
}
