import Foundation
import TestSupport
import Testing

/// Changes what a workspace binds while its outputs are kept, which no case can do: the servers are started anew over the same data.
@Suite(.enabled(if: Layout.deployment == nil)) struct PolicyChange {
  private static let stamp =
    #"{ "image": "pictures/one.png", "size": "20%", "fit": "squeeze", "pad": 0, "align": "bottom,right" "#
  /// What the stamp covers, and what is there without it.
  private static let stamped = "#336699"
  private static let bare = "#ffff00"

  @Test(arguments: Run.buildNames)
  func olderOutputsAreNeverServed(build: String) async throws {
    let faults = try await Turnstile.shared.pass { try Conversation(build).faults() }
    for fault in faults { Issue.record("\(fault)") }
  }

  /// Over several lives of one server.
  private final class Conversation {
    private let run: Run
    private let build: String
    private let origin: Origin
    private let folder: URL
    private var lives = 0
    private var wrong: [String] = []

    init(_ build: String) throws {
      run = try Run.shared.get()
      self.build = build
      let redirect = Data(#"{ "status": 302, "headers": { "Location": "/images/f.png" } }"#.utf8)
      origin = try Origin(
        pictures: run.pictures, answers: ["/open/go": [JSONDecoder().decode(OriginAnswer.self, from: redirect)]])
      origin.start()
      folder = run.folder.appending(path: "policy-change-\(build)")
      try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    }

    func faults() throws -> [String] {
      let paths = ["/pictures/f.png?format=png", "/transform?format=png&src=pictures/f.png&v=1"]
      let redirected = "/transform?format=png&src=http://127.0.0.1:\(origin.port)/open/go"
      var older: [HTTPAnswer] = []

      try live(bound: false) { ask in
        for path in paths + [redirected] { older.append(try look(ask(path, nil), path, PolicyChange.bare, "miss")) }
      }
      // Otherwise nothing below would prove anything.
      try live(bound: false) { ask in
        for path in paths + [redirected] { _ = try look(ask(path, nil), path, PolicyChange.bare, "hit") }
      }
      var stamped: [HTTPAnswer] = []
      try live(bound: true) { ask in
        for (path, before) in zip(paths, older) {
          let answer = try look(ask(path, before["etag"]), path, PolicyChange.stamped, "miss")
          stamped.append(answer)
          if answer["etag"] == before["etag"] { wrong.append("\(path): the tag is that of the unmarked output") }
          _ = try look(ask(path, nil), path, PolicyChange.stamped, "hit")
        }
        let refused = try ask(redirected, older.last?["etag"])
        if refused.status != 403 { wrong.append("a redirect that leads to what is now bound: \(refused.status)") }
      }
      try live(bound: true, changed: true) { ask in
        for (path, before) in zip(paths, stamped) {
          let answer = try ask(path, before["etag"])
          if answer.status != 200 { wrong.append("\(path): \(answer.status) to the tag of an older preset") }
          if answer.body == before.body { wrong.append("\(path): the bytes are those of an older preset") }
        }
      }
      return wrong.map { "\(build): \($0)" }
    }

    private func live(
      bound: Bool, changed: Bool = false,
      _ talk: (_ ask: (_ target: String, _ tag: String?) throws -> HTTPAnswer) throws -> Void
    ) throws {
      lives += 1
      let workspaces = folder.appending(path: "workspaces-\(lives).json")
      let opacity = changed ? #", "opacity": 0.5"# : ""
      let binding = bound ? #", "autoApplySources": ["pictures"]"# : ""
      let text = """
        { "workspaces": [ { "namespace": "acme", "allowedExternalSources": ["*:*"],
            "sources": { "pictures": { "kind": "http", "prefix": "http://127.0.0.1:\(origin.port)/images/" } },
            "marks": { "stamp": \(PolicyChange.stamp)\(opacity)\(binding) } } } ] }
        """
      try Data(text.utf8).write(to: workspaces)
      let process = try Run.start(build, data: folder.appending(path: "data"), workspaces: workspaces)
      defer { process.stop() }
      let client = RawHTTPClient(endpoint: try process.waitUntilListening())
      try talk { target, tag in
        let tag = tag.map { [("If-None-Match", $0)] } ?? []
        return try client.send(method: "GET", target: target, fields: [("Host", "acme.localhost")] + tag)
      }
    }

    /// At the place of the stamp.
    private func look(_ answer: HTTPAnswer, _ target: String, _ color: String, _ cache: String) throws -> HTTPAnswer {
      guard answer.status == 200 else {
        wrong.append("life \(lives), \(target): \(answer.status) \(answer.text.prefix(300))")
        return answer
      }
      let place = Data(#"{ "pixels": [{ "x": 0.95, "y": 0.95, "color": "\#(color)" }] }"#.utf8)
      let expected = try JSONDecoder().decode(PictureExpectation.self, from: place)
      let look = try PictureReader.shared.look(at: answer.body, for: expected, folder: run.pictures)
      if look.colors(at: expected.pixels) != [color + "ff"] {
        wrong.append("life \(lives), \(target): it is \(look.pixels), not \(color)")
      }
      if answer["cache-status"]?.contains(cache) != true {
        wrong.append("life \(lives), \(target): \(answer["cache-status"] ?? "no cache-status") is no \(cache)")
      }
      return answer
    }
  }
}
