import Foundation
import Synchronization
import TestSupport
import Testing

/// One workspace that asks for all that a server has, and another that wants little: the same of both builds.
@Suite(.enabled(if: Layout.deployment == nil)) struct FairnessTests {
  @Test("slow originals of one workspace leave room for the misses of others", arguments: Run.buildNames)
  func slowOrigins(build: String) async throws {
    try await Turnstile.shared.pass {
      let server = try Server(build, "slow", ["--max-misses", "4", "--fetch-timeout", "300"])
      defer { server.stop() }
      let flood = Flood(server.client)
      for number in 1...4 {
        flood.send("/web/slow?w=\(number)")
        try server.waitForRequests(number)
      }
      #expect(try flood.ask("/web/slow?w=5").status == 503, "the flood has all the room")
      #expect(try flood.ask("/readyz").status == 200)
      for width in 10..<20 {
        #expect(try flood.ask("/web/images/f.png?w=\(width)", of: "quiet").status == 200)
      }
      try Self.wait { flood.statuses.count == 1 }
      #expect(flood.statuses == ["/web/slow?w=4": 503], "the last to come gives way, and no other")
      #expect(try flood.ask("/web/images/f.png?w=20").status == 200, "what has given way leaves room")
      #expect(try flood.ask("/web/images/f.png?w=10", of: "quiet")["cache-status"] == "imgedge; hit")
    }
  }

  @Test(
    "a workspace's outputs are made while another's works hold the threads and fill the queue",
    arguments: Run.buildNames)
  func longWorks(build: String) async throws {
    try await Turnstile.shared.pass {
      let server = try Server(build, "long", ["--threads", "1", "--max-queue", "2", "--transform-timeout", "300"])
      defer { server.stop() }
      let flood = Flood(server.client)
      // Half a minute each; more than one thread, a queue of two and, under Deno, one on its way can take.
      for number in 0..<8 { flood.send("/web/images/photo.png?w=\(8000 - number)&format=avif&quality=100") }
      try Self.wait { flood.statuses.count >= 4 }
      for width in 10..<20 {
        #expect(try flood.ask("/web/images/f.png?w=\(width)", of: "quiet").status == 200)
      }
      let readiness = try flood.ask("/readyz")
      #expect(readiness.status == 200, "\(String(decoding: readiness.body, as: UTF8.self))")
      #expect(!flood.statuses.values.contains(200), "the flood was over before it could be in the way")
      #expect(flood.statuses.values.allSatisfy { $0 == 503 })
    }
  }

  @Test(
    "callers that leave in the middle of anything, all at once, take nobody's answer with them",
    arguments: Run.buildNames)
  func leavingCallers(build: String) async throws {
    try await Turnstile.shared.pass {
      let server = try Server(build, "leave", ["--threads", "2"])
      defer { server.stop() }
      let request = "GET /web/images/photo.png?format=avif&w=%d HTTP/1.1\r\nHost: noisy.localhost\r\n\r\n"
      for turn in 0..<8 {
        let sockets = try (0..<24).map { number in
          let endpoint = server.client.endpoint
          let socket = try Socket.connect(host: endpoint.host, port: endpoint.port, secondsToWait: 60)
          try socket.send(Array(String(format: request, 2000 + 24 * turn + number).utf8))
          return socket
        }
        Thread.sleep(forTimeInterval: 0.1 + 0.1 * Double(turn))
        for socket in sockets { socket.close() }
      }
      #expect(try Flood(server.client).ask("/web/images/f.png?w=10", of: "quiet").status == 200)
    }
  }

  private static func wait(until condition: () -> Bool) throws {
    for _ in 0..<1200 {
      if condition() { return }
      Thread.sleep(forTimeInterval: 0.05)
    }
    throw SupervisedProcess.Failure(description: "it never comes true")
  }

  /// A server with two workspaces and an origin behind both, which never answers below `/slow`.
  private final class Server {
    let client: RawHTTPClient
    private let process: SupervisedProcess
    private let origin: Origin
    private var seen = 0

    init(_ build: String, _ name: String, _ flags: [String]) throws {
      let run = try Run.shared.get()
      let stall = try JSONDecoder().decode(OriginAnswer.self, from: Data(#"{"stall": "before-head"}"#.utf8))
      let origin = try Origin(pictures: run.pictures, answers: ["/slow": [stall]])
      origin.start()
      self.origin = origin
      let workspaces = ["noisy", "quiet"].map { namespace in
        """
        { "namespace": "\(namespace)",
          "sources": { "web": { "kind": "http", "prefix": "http://127.0.0.1:\(origin.port)/" } } }
        """
      }
      let folder = run.folder.appending(path: "fair-\(build)-\(name)")
      let file = folder.appendingPathExtension("json")
      try Data("{ \"workspaces\": [\(workspaces.joined(separator: ","))] }".utf8).write(to: file)
      process = try Run.start(build, data: folder, workspaces: file, more: flags)
      client = RawHTTPClient(endpoint: try process.waitUntilListening())
    }

    func waitForRequests(_ count: Int) throws {
      try FairnessTests.wait {
        seen += origin.takeRequests().count
        return seen >= count
      }
    }

    func stop() {
      process.stop()
      origin.stop()
    }
  }

  /// Requests of the noisy workspace that nobody waits for.
  private final class Flood: Sendable {
    private let client: RawHTTPClient
    private let answers = Mutex<[String: Int]>([:])

    init(_ client: RawHTTPClient) {
      self.client = client
    }

    /// The statuses of the requests that have been answered, by target.
    var statuses: [String: Int] { answers.withLock { $0 } }

    func send(_ target: String) {
      Thread.detachNewThread { [self] in
        guard let status = try? ask(target).status else { return }
        answers.withLock { $0[target] = status }
      }
    }

    func ask(_ target: String, of workspace: String = "noisy") throws -> HTTPAnswer {
      try client.send(method: "GET", target: target, fields: [("Host", "\(workspace).localhost")])
    }
  }
}
