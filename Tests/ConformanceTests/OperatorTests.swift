import Foundation
import Testing

/// What whoever runs a server sees of it: the same of both builds.
@Suite(.enabled(if: Layout.deployment == nil && Layout.onlyBuild == nil)) struct OperatorTests {
  @Test func logsAndMetricsOfTheBuildsAgree() async throws {
    let (native, wasm) = try await Turnstile.shared.pass { (try Life("native"), try Life("wasm")) }
    let requests = native.log.filter { $0.contains(#""message":"request""#) }
    #expect(requests.count == Life.requests.count - 1, "of those that were no requests there is no line")
    #expect(requests.count { $0.contains("code") } == 1)
    // Event loops do not wait for each other's lines.
    #expect(native.log.sorted() == wasm.log.sorted())
    #expect(!native.log.joined().contains("secret"))
    #expect(native.metrics.contains("imgedge_lookups_total{result=\"hit\"} 2"))
    #expect(native.metrics.contains("imgedge_requests_total{status=\"4xx\"} 2"))
    #expect(native.metrics == wasm.metrics)
  }

  @Test(arguments: Run.buildNames)
  func aHigherLevelSilencesRequests(build: String) async throws {
    let life = try await Turnstile.shared.pass { try Life(build, level: "notice") }
    #expect(life.log.count == 3 && life.log.allSatisfy { $0.contains(#""level":"notice""#) })
  }

  @Test("metrics are told at names of this machine only", arguments: Run.buildNames)
  func metricsHosts(build: String) async throws {
    let statuses = try await Turnstile.shared.pass { () throws -> [Int] in
      let (listener, port) = try Socket.listen()
      listener.close()
      let name = "metrics-hosts-\(build)"
      let process = try Run.start(build, name: name, more: ["--metrics-port", "\(port)"])
      defer { process.stop() }
      _ = try process.waitUntilListening()
      let client = RawHTTPClient(endpoint: Endpoint(isTLS: false, host: "127.0.0.1", port: port))
      return try [
        "localhost", "127.0.0.1:\(port)", "[::1]:1", "rebound.example", "rebound.example:\(port)", "localhost.example",
      ].map {
        try client.send(method: "GET", target: "/metrics", fields: [("Host", $0)]).status
      }
    }
    #expect(statuses == [200, 200, 200, 421, 421, 421])
  }

  @Test("a limit of open files bounds connections, is logged, and ends no service", arguments: Run.buildNames)
  func openFiles(build: String) async throws {
    let (log, turnedAway, later) = try await Turnstile.shared.pass { () throws -> (String, Set<Int>, Int) in
      // Where the machine is so busy that the first connections have timed out before the last is made, there was no limit to reach.
      for _ in 0..<3 {
        if let found = try? Self.reachLimit(build) { return found }
      }
      return try Self.reachLimit(build)
    }
    #expect(turnedAway == [503])
    #expect(later == 200)
    #expect(log.contains(#""asked":"8192","connections":"48","files":"96""#))
    #expect(log.split(separator: "\n").count { $0.contains("connections are turned away") } == 1)
    #expect(log.split(separator: "\n").count { $0.contains("no connection can be accepted") } == 1)
  }

  private static func reachLimit(_ build: String) throws -> (log: String, turnedAway: Set<Int>, later: Int) {
    let process = try Run.start(build, name: "open-files-\(build)", openFiles: 96)
    defer { process.stop() }
    let endpoint = try process.waitUntilListening()
    var sockets: [Socket] = []
    defer { for socket in sockets { socket.close() } }
    for _ in 0..<160 { sockets.append(try Socket.connect(host: "127.0.0.1", port: endpoint.port, secondsToWait: 60)) }
    // Those beyond what is allowed are told so without having asked; those beyond the files wait. Event loops do not wait for each
    // other, so that which one is the first beyond is not certain.
    let statuses = Set(try sockets[56...59].map { try HTTPAnswer(readingAll: $0).status })
    for socket in sockets { socket.close() }
    sockets = []
    let client = RawHTTPClient(endpoint: endpoint)
    let later = try client.send(method: "GET", target: "/healthz", fields: [("Host", "localhost")]).status
    return (try String(contentsOf: process.log, encoding: .utf8), statuses, later)
  }

  @Test func whatKeepsAServerFromStartingIsSaidAlike() async throws {
    let starts = try await Turnstile.shared.pass {
      let folder = try Run.shared.get().folder
      let (file, workspaces) = (folder.appending(path: "file"), folder.appending(path: "wrong.json"))
      try Data().write(to: file)
      try Data(#"{"workspaces": [{"namespace": "acme", "colour": 1}]}"#.utf8).write(to: workspaces)
      let (listener, taken) = try Socket.listen()
      defer { listener.close() }
      let wrong: [(arguments: [String], status: Int32, words: String)] = [
        (["--port", "99999"], 64, "whole number from 0 to 65535"),
        (["--port"], 64, "Missing value"),
        (["--colour", "1"], 64, "Unknown option"),
        (["--allow-network", "10"], 64, "not a network"),
        (["--port", "\(taken)"], 1, "cannot listen on 127.0.0.1:\(taken): Address already in use"),
        (["--port", "0", "--metrics-port", "\(taken)"], 1, "cannot listen on 127.0.0.1:\(taken): "),
        (["--port", "0", "--host", "192.0.2.1"], 1, "cannot listen on 192.0.2.1:0: "),
        (["--port", "0", "--data", file.path], 1, "cannot keep outputs in \(file.path): Not a directory"),
        (["--port", "0", "--data", file.path + "/x"], 1, "cannot keep outputs in \(file.path)/x: Not a directory"),
        (["--workspaces", file.path + "x"], 78, "\(file.path)x: No such file or directory"),
        (["--workspaces", workspaces.path], 78, "\(workspaces.path): workspace \"acme\": colour: "),
      ]
      return try wrong.map { (try FailedStart("native", $0.arguments), try FailedStart("wasm", $0.arguments), $0) }
    }
    for (native, wasm, expected) in starts {
      #expect(native == wasm)
      #expect(native.status == expected.status)
      #expect(native.words.contains(expected.words))
    }
  }

  @Test("a pixel service that dies is started again, and /readyz and the log say so")
  func deadPixelService() async throws {
    let name = "operator-dead-pixels"
    try await Turnstile.shared.pass {
      let (origin, process) = try Self.start("wasm", name: name)
      defer { origin.stop() }
      defer { process.stop() }
      let client = RawHTTPClient(endpoint: try process.waitUntilListening())
      func status(_ target: String) throws -> Int {
        try client.send(method: "GET", target: target, fields: [("Host", "acme.localhost")]).status
      }
      func wait(until condition: () throws -> Bool) throws {
        for _ in 0..<600 {
          if try condition() { return }
          Thread.sleep(forTimeInterval: 0.05)
        }
        throw SupervisedProcess.Failure(description: "it never becomes true")
      }
      #expect(try status("/pictures/f.png?w=20") == 200)
      let services = try Self.pixelServices(of: process)
      #expect(services.count == 1)
      for service in services { kill(service, SIGKILL) }
      try wait { try status("/readyz") == 503 }
      #expect(try status("/pictures/f.png?w=21") == 503)
      #expect(try status("/pictures/f.png?w=20") == 200, "hits need no pixel service")
      try wait { try status("/readyz") == 200 }
      #expect(try status("/pictures/f.png?w=22") == 200)
      let started = try Self.pixelServices(of: process)
      #expect(started.count == 1 && started != services)
      process.stop()
      let log = try Life.read(process.log, until: "\"stopped\"")
      for message in ["the pixel service is gone", "the pixel service is back"] {
        #expect(log.count { $0.contains("\"message\":\"\(message)\"") } == 1)
      }
      // Whatever ends, nothing is left.
      try wait { kill(started[0], 0) != 0 }
    }
  }

  @Test("nothing is left of a server that is killed", arguments: Run.buildNames)
  func killed(build: String) async throws {
    try await Turnstile.shared.pass {
      let (origin, process) = try Self.start(build, name: "operator-killed-\(build)")
      defer { origin.stop() }
      defer { process.stop() }
      _ = try process.waitUntilListening()
      let all = try Self.group(of: process)
      let server = try #require(all.first { Self.parents(of: $0).first == process.identifier })
      kill(server, SIGKILL)
      for _ in 0..<600 where all.contains(where: { kill($0, 0) == 0 }) { Thread.sleep(forTimeInterval: 0.05) }
      #expect(all.filter { kill($0, 0) == 0 }.isEmpty)
    }
  }

  @Test("the pixel service of wasm/serve does nothing without the secret, which no command line holds")
  func secret() async throws {
    try await Turnstile.shared.pass {
      let (origin, process) = try Self.start("wasm", name: "operator-secret")
      defer { origin.stop() }
      defer { process.stop() }
      _ = try process.waitUntilListening()
      let service = try #require(try Self.pixelServices(of: process).first)
      let environment = try Self.texts("/proc/\(service)/environ")
      let name = "IMGEDGE_PIXELS_SECRET="
      let secret = try #require(environment.first { $0.hasPrefix(name) }).dropFirst(name.count)
      #expect(secret.count == 64)
      for other in try Self.group(of: process) {
        #expect(!(try Self.texts("/proc/\(other)/cmdline").contains { $0.contains(secret) }))
      }
      let client = RawHTTPClient(endpoint: try Self.endpoint(of: service))
      let known = [("Host", "localhost"), ("Content-Type", "application/octet-stream")]
      let bearer = [("Authorization", "Bearer \(secret)")]
      for (fields, status) in [
        (known + bearer, 400), (known, 401), (known + [("Authorization", "Bearer x")], 401),
        (known + bearer + [("Origin", "http://localhost")], 403), ([("Host", "evil.example")] + bearer, 403),
      ] {
        for target in ["/inspect", "/render", "/sample"] {
          #expect(try client.send(method: "POST", target: target, fields: fields).status == status)
        }
      }
    }
  }

  @Test("no proxy of the environment sees an original, nor work on it", arguments: Run.buildNames)
  func proxies(build: String) async throws {
    try await Turnstile.shared.pass {
      let (listener, port) = try Socket.listen()
      defer { listener.close() }
      let proxy = "http://127.0.0.1:\(port)"
      var environment = ["NODE_USE_ENV_PROXY": "1"]
      for name in ["HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"] {
        environment[name] = proxy
        environment[name.lowercased()] = proxy
      }
      // With a proxy that never answers, what went there would not come.
      let (origin, process) = try Self.start(build, name: "operator-proxies-\(build)", environment: environment)
      defer { origin.stop() }
      defer { process.stop() }
      let client = RawHTTPClient(endpoint: try process.waitUntilListening())
      for target in ["/pictures/f.png?w=20", "/info/pictures/f.png"] {
        let answer = try client.send(method: "GET", target: target, fields: [("Host", "acme.localhost")])
        #expect(answer.status == 200)
      }
      #expect(!listener.hasConnection)
    }
  }

  private static func start(
    _ build: String, name: String, environment: [String: String] = [:]
  ) throws -> (Origin, SupervisedProcess) {
    let run = try Run.shared.get()
    let origin = try Origin(pictures: run.pictures, answers: [:])
    origin.start()
    let workspaces = run.folder.appending(path: "\(name).json")
    let text = """
      { "workspaces": [ { "namespace": "acme",
          "sources": { "pictures": { "kind": "http", "prefix": "http://127.0.0.1:\(origin.port)/images/" } } } ] }
      """
    try Data(text.utf8).write(to: workspaces)
    let process = try Run.start(
      build, data: run.folder.appending(path: name), workspaces: workspaces, environment: environment)
    return (origin, process)
  }

  private static func texts(_ path: String) throws -> [String] {
    try String(decoding: Data(contentsOf: URL(fileURLWithPath: path)), as: UTF8.self).split(separator: "\0").map(
      String.init)
  }

  /// The programs that a server consists of.
  private static func group(of process: SupervisedProcess) throws -> [pid_t] {
    let all = try FileManager.default.contentsOfDirectory(atPath: "/proc").compactMap { pid_t($0) }
    return all.filter { parents(of: $0).contains(process.identifier) }
  }

  private static func parents(of process: pid_t) -> [pid_t] {
    var parents: [pid_t] = []
    var next = process
    while next > 1, let status = try? String(contentsOfFile: "/proc/\(next)/status", encoding: .utf8),
      let match = status.firstMatch(of: /PPid:\s+([0-9]+)/), let parent = pid_t(match.1)
    {
      parents.append(parent)
      next = parent
    }
    return parents
  }

  private static func pixelServices(of process: SupervisedProcess) throws -> [pid_t] {
    try group(of: process).filter { one in
      let command = (try? texts("/proc/\(one)/cmdline")) ?? []
      return command.count > 1 && command[0].hasSuffix("imgedge") && command[1] == "pixels"
    }
  }

  /// Where a program listens, found by the inode of its socket (proc(5)).
  private static func endpoint(of process: pid_t) throws -> Endpoint {
    let files = try FileManager.default.contentsOfDirectory(atPath: "/proc/\(process)/fd")
    let sockets = Set(
      files.map { file in
        // Not a path, and so not for Foundation.
        var target = [CChar](repeating: 0, count: 64)
        let count = readlink("/proc/\(process)/fd/\(file)", &target, target.count)
        return String(decoding: target.prefix(max(0, count)).map(UInt8.init(bitPattern:)), as: UTF8.self)
      })
    // To its end by a handle: what has no size and comes in pieces is cut short otherwise.
    let table = FileHandle(forReadingAtPath: "/proc/net/tcp")?.readDataToEndOfFile() ?? Data()
    for line in String(decoding: table, as: UTF8.self).split(separator: "\n") {
      let columns = line.split(separator: " ")
      guard columns.count > 9, columns[3] == "0A", sockets.contains("socket:[\(columns[9])]"),
        let port = Int(columns[1].suffix(4), radix: 16)
      else { continue }
      return Endpoint(isTLS: false, host: "127.0.0.1", port: port)
    }
    throw SupervisedProcess.Failure(description: "the pixel service does not listen")
  }

  /// A server that ends before it listens.
  private struct FailedStart: Equatable {
    var status: Int32
    var words: String

    init(_ build: String, _ arguments: [String]) throws {
      let process = Process()
      process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
      let program = build == "native" ? [Layout.binary.path, "serve"] : [Layout.wasmServe.path]
      // One that starts after all is ended.
      process.arguments = ["timeout", "60"] + program + arguments
      process.environment = Layout.environment.merging(["IMGEDGE_BIN": Layout.binary.path]) { $1 }
      let output = Pipe()
      process.standardError = output
      process.standardOutput = output
      process.standardInput = FileHandle.nullDevice
      try process.run()
      words = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
      process.waitUntilExit()
      status = process.terminationStatus
    }
  }

  /// A server from its start to its end, with a few requests in between.
  private struct Life {
    /// Without times.
    var log: [String] = []
    /// Without values that differ by nature.
    var metrics: [String] = []

    static let requests: [(method: String, target: String, hosts: Int)] = [
      ("GET", "/pictures/f.png?w=20&format=png", 1),
      ("GET", "/pictures/f.png?w=20&format=png", 1),
      ("HEAD", "/pictures/f.png?w=20&format=png", 1),
      ("GET", "/pictures/none.png?w=20&v=secret", 1),
      ("GET", "/healthz", 2),
      ("GET", "/healthz", 1),
    ]

    init(_ build: String, level: String = "info") throws {
      let run = try Run.shared.get()
      let origin = try Origin(pictures: run.pictures, answers: [:])
      origin.start()
      defer { origin.stop() }
      let name = "operator-\(build)-\(level)"
      let workspaces = run.folder.appending(path: "\(name).json")
      let text = """
        { "workspaces": [ { "namespace": "acme",
            "sources": { "pictures": { "kind": "http", "prefix": "http://127.0.0.1:\(origin.port)/images/" } } } ] }
        """
      try Data(text.utf8).write(to: workspaces)
      let (listener, metricsPort) = try Socket.listen()
      listener.close()
      let process = try Run.start(
        build, data: run.folder.appending(path: name), workspaces: workspaces,
        more: ["--metrics-port", "\(metricsPort)", "--log-level", level])
      let endpoint = try process.waitUntilListening()
      let client = RawHTTPClient(endpoint: endpoint)
      for (index, request) in Self.requests.enumerated() {
        var fields = [("Origin", "https://a.example"), ("Cookie", "secret")]
        for _ in 0..<request.hosts { fields.append(("Host", "acme.localhost")) }
        _ = try client.send(method: request.method, target: request.target, fields: fields)
        // An output is stored, and a request counted, after the answer has gone out.
        let done = [#"imgedge_store_outputs{place="memory"} 1"#, "imgedge_request_seconds_count \(index + 1)"]
        metrics = try Self.metrics(at: metricsPort, once: done)
      }
      process.stop()
      log = try Self.read(process.log, until: "\"stopped\"")
        .map { Self.withoutMeasurement($0).replacing("\(endpoint.port)", with: "PORT") }
    }

    private static func metrics(at port: Int, once done: [String]) throws -> [String] {
      let client = RawHTTPClient(endpoint: Endpoint(isTLS: false, host: "127.0.0.1", port: port))
      for _ in 0..<600 {
        let answer = try client.send(method: "GET", target: "/metrics", fields: [("Host", "localhost")])
        let lines = answer.text.split(separator: "\n").map { withoutMeasurement(String($0)) }
        if done.allSatisfy(lines.contains) { return lines }
        Thread.sleep(forTimeInterval: 0.1)
      }
      throw SupervisedProcess.Failure(description: "the metrics never say \(done)")
    }

    private static func withoutMeasurement(_ line: String) -> String {
      line.replacing(/"time":"[^"]+"/, with: "\"time\":0").replacing(/"ms":[0-9]+\.[0-9]{3}/, with: "\"ms\":0")
        .replacing(/^(imgedge_request_seconds_(?:bucket|sum)|imgedge_store_bytes|imgedge_connections)(.*) [^ ]+$/) {
          "\($0.1)\($0.2) 0"
        }
    }

    /// The lines, once there is one that holds `end`.
    static func read(_ log: URL, until end: String) throws -> [String] {
      for _ in 0..<600 {
        let text = try String(contentsOf: log, encoding: .utf8)
        if text.contains(end) { return text.split(separator: "\n").map(String.init) }
        Thread.sleep(forTimeInterval: 0.1)
      }
      throw SupervisedProcess.Failure(description: "the log never ends")
    }
  }
}
