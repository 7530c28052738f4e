import Foundation
import TestSupport
import Testing

/// Changes workspaces while both builds serve them from one file of records, which no case can do.
@Suite(.enabled(if: Layout.deployment == nil)) struct ChangedWorkspaceTests {
  /// What a change takes to be in force, in seconds, and one for clocks that count whole ones.
  private static let delay = 11.0
  private static let stamped = "#336699"
  private static let bare = "#ffff00"

  @Test("workspaces are made, changed and removed while both builds run over one file of records")
  func changes() async throws {
    let faults = try await Turnstile.shared.pass { try Conversation().faults() }
    for fault in faults { Issue.record("\(fault)") }
  }

  @Test("the file of workspaces is read again at SIGHUP, and a bad one changes nothing", arguments: Run.buildNames)
  func reload(build: String) async throws {
    let faults = try await Turnstile.shared.pass { try Self.reloadFaults(build) }
    for fault in faults { Issue.record("\(fault)") }
  }

  private static func reloadFaults(_ build: String) throws -> [String] {
    let folder = try Run.shared.get().folder.appending(path: "reload-\(build)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    let file = folder.appending(path: "workspaces.json")
    func write(_ text: String) throws { try Data(text.utf8).write(to: file) }
    try write(#"{"workspaces": [{"namespace": "acme"}]}"#)
    let process = try Run.start(build, data: folder.appending(path: "data"), workspaces: file)
    defer { process.stop() }
    let client = RawHTTPClient(endpoint: try process.waitUntilListening())
    func code(_ host: String) throws -> String {
      let answer = try client.send(method: "GET", target: "/transform", fields: [("Host", "\(host).localhost")])
      return answer.text.firstMatch(of: /"code": ?"([a-z-]+)"/).map { String($0.1) } ?? "\(answer.status)"
    }
    /// What is asked until it is as it should be, or a minute is over.
    func wait(for codes: [String]) throws -> [String] {
      var found: [String] = []
      for _ in 0..<120 {
        found = try ["acme", "beta"].map(code)
        if found == codes { break }
        Thread.sleep(forTimeInterval: 0.5)
      }
      return found == codes ? [] : ["\(build): \(found) instead of \(codes)"]
    }
    var wrong = try wait(for: ["missing-source", "unknown-workspace"])
    try write(#"{"workspaces": [{"namespace": "beta"}]}"#)
    process.hangUp()
    wrong += try wait(for: ["unknown-workspace", "missing-source"])
    try write(#"{"workspaces": [{"namespace": "acme"}, {"namespace": "acme"}]}"#)
    process.hangUp()
    for _ in 0..<60 where !log(of: process).contains("stay as they are") { Thread.sleep(forTimeInterval: 0.5) }
    if !log(of: process).contains("is used twice") { wrong.append("\(build): nothing is said of a bad file") }
    return try wrong + wait(for: ["unknown-workspace", "missing-source"])
  }

  private static func log(of process: SupervisedProcess) -> String {
    (try? String(contentsOf: process.log, encoding: .utf8)) ?? ""
  }

  private final class Conversation {
    private let run: Run
    private let folder: URL
    private let origin: Origin
    private let bucket: BucketServer
    private let environment = [
      "IMGEDGE_SECRETS_KEY": "k1:" + Data(repeating: 7, count: 32).base64EncodedString()
    ]
    private var clients: [(build: String, client: RawHTTPClient)] = []
    private var wrong: [String] = []

    init() throws {
      run = try Run.shared.get()
      folder = run.folder.appending(path: "changed-workspaces")
      try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
      origin = try Origin(pictures: run.pictures, answers: [:])
      origin.start()
      bucket = try BucketServer(pictures: run.pictures, folder: folder.appending(path: "buckets"))
    }

    func faults() throws -> [String] {
      let empty = folder.appending(path: "workspaces.json")
      try Data(#"{"workspaces": []}"#.utf8).write(to: empty)
      // One of the workspaces is there before any of them starts.
      try command(["records", "create"])
      try set("early", sources)
      var processes: [SupervisedProcess] = []
      defer { for process in processes { process.stop() } }
      for build in Run.buildNames {
        let process = try Run.start(
          build, data: folder.appending(path: build), workspaces: empty, more: ["--records", records],
          environment: environment)
        processes.append(process)
        clients.append((build, RawHTTPClient(endpoint: try process.waitUntilListening())))
      }
      expect("early", "/pictures/f.png?w=20", 200)
      for namespace in ["marked", "narrow", "gone", "shop"] { expect(namespace, "/pictures/f.png?w=20", 404) }

      // Made while they run.
      try set("marked", sources + marks(bound: false))
      try set("narrow", sources + #", "allowedExternalSources": ["*:*"]"#)
      try set("gone", sources)
      try set("shop", bucketSource)
      wait()
      for namespace in ["marked", "gone"] {
        expect(namespace, "/pictures/f.png?format=png", 200, color: ChangedWorkspaceTests.bare)
      }
      let external = "/transform?format=png&src=http://127.0.0.1:\(origin.port)/images/f.png"
      expect("narrow", external, 200)
      expect("shop", "/bucket/f.png?format=png", 200)
      // Again, so that they are among the recent hits, and on disk.
      expect("marked", "/pictures/f.png?format=png", 200, cache: "hit")
      expect("gone", "/pictures/f.png?format=png", 200, cache: "hit")
      expect("narrow", external, 200, cache: "hit")

      // Changed while their outputs are kept.
      try set("marked", sources + marks(bound: true))
      try set("narrow", sources + #", "allowedExternalSources": ["example.com"]"#)
      let before = try command(["workspace", "list"])
      try command(["workspace", "remove", "gone"])
      try set("gone", sources)
      if try command(["workspace", "list"]) == before { wrong.append("an id was used again") }
      wait()
      expect("marked", "/pictures/f.png?format=png", 200, color: ChangedWorkspaceTests.stamped)
      expect("narrow", external, 403)
      // The next owner of the name has nothing of what was made for the last one.
      expect("gone", "/pictures/f.png?format=png", 200, cache: "miss")

      // What was exported comes back as it was, under other records too.
      let exported = try command(["workspace", "export"])
      if exported.contains(BucketServer.secretAccessKey) { wrong.append("a secret is exported plain") }
      let file = folder.appending(path: "exported.json")
      try Data(exported.utf8).write(to: file)
      if try command(["workspace", "import", file.path]) != "5 unchanged\n" {
        wrong.append("an import changes what it must not")
      }
      let other = "sqlite:" + folder.appending(path: "other.sqlite").path
      try command(["workspace", "import", file.path], records: other)
      if try command(["workspace", "export"], records: other) != exported {
        wrong.append("an export is not what was imported")
      }

      // A file that cannot be read takes nothing down, and is told of.
      let place = folder.appending(path: "records.sqlite")
      let aside = folder.appending(path: "aside.sqlite")
      try FileManager.default.moveItem(at: place, to: aside)
      try FileManager.default.createDirectory(at: place, withIntermediateDirectories: false)
      wait()
      expect("marked", "/pictures/f.png?format=png", 200, color: ChangedWorkspaceTests.stamped)
      expect("nobody", "/pictures/f.png", 503)
      try FileManager.default.removeItem(at: place)
      try FileManager.default.moveItem(at: aside, to: place)
      wait()
      expect("nobody", "/pictures/f.png", 404)
      return wrong
    }

    private var records: String { "sqlite:" + folder.appending(path: "records.sqlite").path }

    private var sources: String {
      #""sources": { "pictures": { "kind": "http", "prefix": "http://127.0.0.1:\#(origin.port)/images/" } }"#
    }

    private var bucketSource: String {
      #"""
      "sources": { "bucket": { "kind": "s3", "bucket": "real-bucket", "prefix": "catalog/", "region": "us-east-1",
        "endpoint": "http://\#(bucket.authority)", "accessKeyId": "\#(BucketServer.accessKeyId)",
        "secretAccessKey": "\#(BucketServer.secretAccessKey)" } }
      """#
    }

    private func marks(bound: Bool) -> String {
      #"""
      , "marks": { "stamp": { "image": "pictures/one.png", "size": "20%", "fit": "squeeze", "pad": 0, "align": "bottom,right"
        \#(bound ? #", "autoApplySources": ["pictures"]"# : "") } }
      """#
    }

    private func wait() { Thread.sleep(forTimeInterval: ChangedWorkspaceTests.delay) }

    private func set(_ namespace: String, _ settings: String) throws {
      let file = folder.appending(path: "\(namespace).json")
      try Data("{ \(settings) }".utf8).write(to: file)
      try command(["workspace", "set", namespace, file.path])
    }

    @discardableResult
    private func command(_ arguments: [String], records place: String? = nil) throws -> String {
      let process = Process()
      process.executableURL = Layout.binary
      process.arguments = arguments + ["--records", place ?? records]
      process.environment = Layout.environment.merging(environment) { $1 }
      let output = Pipe()
      process.standardOutput = output
      try process.run()
      let text = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
      process.waitUntilExit()
      if process.terminationStatus != 0 { wrong.append("\(arguments) ends with \(process.terminationStatus)") }
      return text
    }

    private func expect(
      _ namespace: String, _ target: String, _ status: Int, color: String? = nil, cache: String? = nil,
      line: Int = #line
    ) {
      for (build, client) in clients {
        do {
          let answer = try client.send(method: "GET", target: target, fields: [("Host", "\(namespace).localhost")])
          let path = "\(build), line \(line), \(namespace)\(target): "
          if answer.status != status { wrong.append(path + "\(answer.status) \(answer.text.prefix(300))") }
          if let cache, answer["cache-status"]?.contains(cache) != true {
            wrong.append(path + "\(answer["cache-status"] ?? "no cache-status") is no \(cache)")
          }
          guard let color, answer.status == 200 else { continue }
          let place = Data(#"{ "pixels": [{ "x": 0.95, "y": 0.95, "color": "\#(color)" }] }"#.utf8)
          let expected = try JSONDecoder().decode(PictureExpectation.self, from: place)
          let look = try PictureReader.shared.look(at: answer.body, for: expected, folder: run.pictures)
          if look.colors(at: expected.pixels) != [color + "ff"] {
            wrong.append(path + "it is \(look.pixels), not \(color)")
          }
        } catch {
          wrong.append("\(build), line \(line): \(error)")
        }
      }
    }
  }
}
