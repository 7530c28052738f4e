import Foundation
import Testing

/// What lies on disk of originals that are their own outputs: no case sees that, and servers are started anew over the same data.
@Suite(.enabled(if: Layout.deployment == nil)) struct OriginalsAtRestTests {
  @Test(
    "an original's own bytes never reach the disk, and are fetched again after a restart", arguments: Run.buildNames)
  func atRest(build: String) async throws {
    let faults = try await Turnstile.shared.pass { try Self.faults(build) }
    for fault in faults { Issue.record("\(fault)") }
  }

  private static let pictures = ["frugal.jpg", "frugal.webp", "frugal.avif", "told.jpg"]
  private static let encoded = "photo.png"

  private static func faults(_ build: String) throws -> [String] {
    let run = try Run.shared.get()
    let origin = try Origin(pictures: run.pictures, answers: [:])
    origin.start()
    let folder = run.folder.appending(path: "originals-at-rest-\(build)")
    let data = folder.appending(path: "data")
    let workspaces = folder.appending(path: "workspaces.json")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    let text = """
      { "workspaces": [ { "namespace": "acme",
          "sources": { "pictures": { "kind": "http", "prefix": "http://127.0.0.1:\(origin.port)/images/" } } } ] }
      """
    try Data(text.utf8).write(to: workspaces)
    var wrong: [String] = []

    /// Each picture twice. What was encoded is on disk, so that only in the first life it is a miss.
    func live(_ number: Int) throws -> [HTTPAnswer] {
      let process = try Run.start(build, data: data, workspaces: workspaces)
      defer { process.stop() }
      let client = RawHTTPClient(endpoint: try process.waitUntilListening())
      var answers: [HTTPAnswer] = []
      for round in 1...2 {
        for name in pictures + [encoded] {
          let isHit = round == 2 || number == 2 && name == encoded
          let answer = try client.send(
            method: "GET", target: "/pictures/\(name)?quality=100",
            fields: [("Host", "acme.localhost"), ("Accept", "image/avif,image/webp")])
          if answer["cache-status"] != (isHit ? "imgedge; hit" : "imgedge; fwd=miss; stored") {
            wrong.append("life \(number), round \(round), \(name): \(answer["cache-status"] ?? answer.text)")
          }
          answers.append(answer)
        }
      }
      return answers
    }

    let first = try live(1)
    for (name, answer) in zip(pictures, first) where answer.body.count > 20_000 {
      wrong.append("\(name) was encoded: nothing below would prove anything")
    }
    let kept = try files(below: data)
    // One for each, or nothing would be remembered.
    if kept.count < pictures.count + 1 { wrong.append("\(kept.count) files are kept") }
    for name in pictures {
      let original = try Data(contentsOf: run.pictures.appending(path: name))
      for start in stride(from: 200, to: original.count - 32, by: 97) {
        let part = original[start..<start + 32]
        for (path, file) in kept where file.range(of: part) != nil {
          wrong.append("\(path) holds bytes \(start)… of \(name)")
        }
      }
    }
    _ = origin.takeRequests()
    let second = try live(2)
    let asked = origin.takeRequests().map(\.target)
    if asked != pictures.map({ "/images/\($0)" }) {
      wrong.append("after the restart the origin was asked for \(asked)")
    }
    for (one, other) in zip(first, second) where one.body != other.body || one["etag"] != other["etag"] {
      wrong.append("an answer is another one after the restart")
    }
    return wrong.map { "\(build): \($0)" }
  }

  private static func files(below folder: URL) throws -> [(String, Data)] {
    let paths = FileManager.default.enumerator(atPath: folder.path)?.allObjects as? [String] ?? []
    return try paths.compactMap { path in
      var isFolder: ObjCBool = false
      let url = folder.appending(path: path)
      guard FileManager.default.fileExists(atPath: url.path, isDirectory: &isFolder), !isFolder.boolValue else {
        return nil
      }
      return (path, try Data(contentsOf: url))
    }
  }
}
