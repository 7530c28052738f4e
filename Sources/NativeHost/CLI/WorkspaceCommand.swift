import ArgumentParser
import EdgeHandler
import Glibc
import Secrets
import Server

struct WorkspaceCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "workspace", abstract: "Read and change the workspaces that are kept as records.",
    discussion: """
      Services that use the same records follow a change within ten seconds. Secrets are stored sealed: IMGEDGE_SECRETS_KEY must then hold a key.
      Ends with status 78 when the settings of a workspace are wrong, and 1 when a name is taken or the store cannot be reached.
      """,
    subcommands: [List.self, Show.self, Set.self, Remove.self, Import.self, Export.self])

  struct List: ParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Print namespace and id of each workspace.")
    @OptionGroup var store: RecordCommandOptions

    func run() throws {
      try store.withStore { store in
        try store.forEachWorkspace { print("\($0.namespace) \($0.id)" + ($0.fault.map { " unreadable: \($0)" } ?? "")) }
      }
    }
  }

  struct Show: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Print the settings of a workspace, with its secrets sealed.")
    @OptionGroup var store: RecordCommandOptions
    @Argument(help: "The namespace of the workspace.") var namespace: String

    func run() throws {
      try store.withStore { store in
        let stored = try store.perform(store.workspaces.find(namespace))
        if let fault = stored.fault { throw Failure(fault, exitCode: .badConfiguration) }
        print(String(decoding: stored.settings.serialized(), as: UTF8.self))
      }
    }
  }

  struct Set: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Create a workspace, or put other settings in the place of those that it has.")
    @OptionGroup var store: RecordCommandOptions
    @Argument(help: "The namespace of the workspace.") var namespace: String
    @Argument(
      help: ArgumentHelp("JSON file with the settings of one workspace; - for standard input.", valueName: "file"))
    var file: String

    func run() throws {
      try store.withStore { store in
        let settings = try SettingsFile.read(file)
        print(namespace, try store.perform(store.workspaces.set(namespace, settings, newID: try newID())).words)
      }
    }
  }

  struct Remove: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Remove a workspace. Its namespace and its domains are free at once, its id is never used again.")
    @OptionGroup var store: RecordCommandOptions
    @Argument(help: "The namespace of the workspace.") var namespace: String

    func run() throws {
      try store.withStore { store in
        _ = try store.perform(store.workspaces.remove(namespace))
        print(namespace, "removed")
      }
    }
  }

  struct Import: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Create or change every workspace of a file of workspaces; those that it does not name stay.",
      discussion: "All are checked before the first is written. Where one cannot be written, those before it are.")
    @OptionGroup var store: RecordCommandOptions
    @Argument(help: ArgumentHelp("JSON file of workspaces; - for standard input.", valueName: "file")) var file: String

    func run() throws {
      try store.withStore { store in
        let workspaces = try SettingsFile.workspaces(file)
        for (namespace, settings) in workspaces {
          _ = try store.perform(store.workspaces.check(namespace, settings))
        }
        var counts: [String: Int] = [:]
        for (namespace, settings) in workspaces {
          let change = try store.perform(store.workspaces.set(namespace, settings, newID: try newID()))
          counts[change.words, default: 0] += 1
        }
        print(counts.sorted { $0.key < $1.key }.map { "\($0.value) \($0.key)" }.joined(separator: ", "))
      }
    }
  }

  struct Export: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Print all workspaces as a file of workspaces, with their ids and their secrets sealed.")
    @OptionGroup var store: RecordCommandOptions

    func run() throws {
      try store.withStore { store in
        var separator = "{\"workspaces\": ["
        try store.forEachWorkspace { stored in
          if let fault = stored.fault { throw Failure(fault, exitCode: .badConfiguration) }
          print(separator + "\n  " + String(decoding: stored.settings.serialized(), as: UTF8.self), terminator: "")
          separator = ","
        }
        print(separator == "," ? "\n]}" : separator + "]}")
      }
    }
  }
}

private func newID() throws -> String {
  guard let random = SecretBox.random(16) else { throw Failure("the system gives no random bytes") }
  return WorkspaceID.make(random)
}

extension WorkspaceStore.Change {
  fileprivate var words: String {
    switch self {
    case .created: "created"
    case .changed: "changed"
    case .unchanged: "unchanged"
    }
  }
}

/// The settings of workspaces in a file.
enum SettingsFile {
  static func read(_ file: String) throws -> JSON {
    let path = file == "-" ? "/dev/stdin" : file
    guard let bytes = FileBytes.read(path) else {
      throw Failure("\(file): \(String(cString: strerror(errno)))", exitCode: .badConfiguration)
    }
    do {
      return try JSON.parse(bytes, maximumBytes: Configuration.maximumBytes)
    } catch {
      throw Failure("\(file): not valid JSON at byte \(error.offset): \(error.reason)", exitCode: .badConfiguration)
    }
  }

  static func workspaces(_ file: String) throws -> [(namespace: String, settings: JSON)] {
    guard let list = try read(file)["workspaces"]?.array else {
      throw Failure("\(file): workspaces: must be a list", exitCode: .badConfiguration)
    }
    return try list.enumerated().map { index, settings in
      guard let namespace = settings["namespace"]?.string else {
        throw Failure("\(file): workspace \(index + 1): namespace: is missing", exitCode: .badConfiguration)
      }
      return (namespace, settings)
    }
  }
}

struct SecretsCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "secrets", abstract: "Look after the secrets of workspaces.", subcommands: [Rotate.self])

  struct Rotate: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Seal every secret anew that is sealed with another key than the first of IMGEDGE_SECRETS_KEY.")
    @OptionGroup var store: RecordCommandOptions

    func run() throws {
      try store.withStore { store in
        var counts = (changed: 0, unchanged: 0)
        var faults: [String] = []
        try store.forEachWorkspace { stored in
          do {
            let change = try store.perform(store.workspaces.reseal(stored))
            if change == .changed { counts.changed += 1 } else { counts.unchanged += 1 }
          } catch let failure as Failure {
            faults.append(failure.description)
          }
        }
        print("\(counts.changed) sealed anew, \(counts.unchanged) unchanged, \(faults.count) failed")
        if !faults.isEmpty { throw Failure(faults.joined(separator: "\nimgedge: ")) }
      }
    }
  }
}

struct RecordsCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "records", abstract: "Look after the store of records.", subcommands: [Create.self, Check.self])

  struct Create: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Make the file or the table that --records names. One that is there stays as it is.")
    @OptionGroup var store: RecordCommandOptions

    func run() throws { try store.administer(creates: true) }
  }

  struct Check: ParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Say whether the store can be used.")
    @OptionGroup var store: RecordCommandOptions

    func run() throws { try store.administer(creates: false) }
  }
}

extension RecordCommandOptions {
  fileprivate func administer(creates: Bool) throws {
    try withStore { store in
      if let fault = store.services.administerRecords(creates: creates) { throw Failure(fault) }
      print("the store of records can be used")
    }
  }
}
