import ArgumentParser
import EdgeHandler
import Glibc
import Net
import Server

/// What says where workspaces are kept that change while the service runs, and with which keys their secrets are sealed.
struct RecordOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "Where workspaces are kept that change at run time, as sqlite:FILE or dynamodb:TABLE?region=REGION[&endpoint=URL]. Default: records.sqlite in the folder of --data, if there is one.",
      valueName: "place"))
  var records: String?

  /// - Parameter data: the folder for outputs, which is also that of records.
  func location(data: String?) throws -> RecordLocation? {
    let setting = Setting("records", records)
    guard let text = setting.string() else { return data.map { .sqlite(file: $0 + "/records.sqlite") } }
    do {
      return try RecordLocation(parsing: text)
    } catch {
      throw setting.error(error.description)
    }
  }

  /// The keys for secrets, which only the environment says: what stands in a command line is no secret.
  static func keys() throws -> SecretKeys? {
    let variable = Setting("secrets-key", nil)
    defer { unsetenv(Setting.variable("secrets-key")) }
    guard let text = variable.string() else { return nil }
    do {
      return try SecretKeys(parsing: text)
    } catch {
      throw variable.error(error.description)
    }
  }
}

/// For commands that read and write records and then end.
struct RecordCommandOptions: ParsableArguments {
  @OptionGroup var options: RecordOptions
  @Option(
    help: ArgumentHelp(
      "Folder that keeps outputs, and records.sqlite where --records is not given.", valueName: "folder"))
  var data: String?

  /// Opens the store, uses it and closes it. Every failure ends the program with a line on standard error.
  func withStore<Value>(_ use: (RecordStoreConnection) throws -> Value) throws -> Value {
    do {
      guard let location = try options.location(data: Setting("data", data).string()) else {
        throw ValidationError("--records or --data must say where records are kept")
      }
      let origins = OriginClient(configuration: OriginClient.Configuration())
      defer { origins.shutdown() }
      let services: HostServices
      do {
        services = try HostServices(records: location, keys: try RecordOptions.keys(), origins: origins) { line in
          let line = Array("imgedge: \(line)\n".utf8)
          _ = write(STDERR_FILENO, line, line.count)
        }
      } catch let error as ConfigurationError {
        throw Failure(error.description, exitCode: .badConfiguration)
      }
      defer { services.close() }
      return try use(RecordStoreConnection(location: location, services: services))
    } catch let failure as Failure {
      throw failure.report()
    }
  }
}

/// A store of records in the hands of a command.
struct RecordStoreConnection {
  let location: RecordLocation
  let services: HostServices

  var workspaces: WorkspaceStore { WorkspaceStore(records: .host, now: Int64(time(nil))) }

  /// Performs a flow to its end.
  func perform<Value: Sendable>(_ step: Step<WorkspaceStore.Outcome<Value>>) throws -> Value {
    switch services.effects.wait(for: step) {
    case .success(let value)?: return value
    case .failure(let failure)?:
      throw Failure(failure.description, exitCode: failure.reason == .invalid ? .badConfiguration : .failure)
    case nil: throw Failure("the command asks for what it cannot have")
    }
  }

  /// Calls `use` with every workspace, in the order of their namespaces.
  func forEachWorkspace(_ use: (WorkspaceStore.Stored) throws -> Void) throws {
    var after: String?
    repeat {
      let page = try perform(workspaces.page(after: after))
      for workspace in page.workspaces { try use(workspace) }
      after = page.next
    } while after != nil
  }
}
