import Foundation
import Synchronization
import TestSupport

/// What a whole run shares: the cases, one origin each, and the servers under test. Made by the first case that asks.
final class Run: Sendable {
  /// Cases and, where that failed, why: a test reports it, because a list of arguments cannot.
  static let cases: Result<[Case], CaseFiles.Malformed> = {
    do {
      let all = try CaseFiles.load(Layout.tests.appending(path: "Cases"))
      return .success(
        all.filter { one in
          (Layout.deployment == nil || one.mode == .anyURL)
            && (Layout.wanted.isEmpty || Layout.wanted.contains { one.id.hasPrefix($0) })
        })
    } catch let error as CaseFiles.Malformed {
      return .failure(error)
    } catch {
      return .failure(CaseFiles.Malformed(file: "Cases", why: "\(error)"))
    }
  }()

  static let shared = Result { try Run(cases: cases.get()) }

  /// Small enough to be tested, large enough for every picture that is meant to pass; the time for a transform is that of a debug
  /// build beside all other tests.
  static let limits = (fetchSeconds: 2, originalBytes: 3_000_000, pixels: 12_000_000, transformSeconds: 200)

  /// One of the servers that must answer alike.
  struct Build: Sendable {
    var name: String
    var client: Result<RawHTTPClient, any Error>
  }

  let builds: [Build]
  let origins: [String: Origin]
  let pictures: URL
  let folder: URL
  private let processes: [SupervisedProcess]

  private init(cases: [Case]) throws {
    let folder = FileManager.default.temporaryDirectory.appending(path: "imgedge-conformance-\(getpid())")
    self.folder = folder
    pictures = folder.appending(path: "pictures")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    Run.atExit(remove: folder)

    if let deployment = Layout.deployment {
      let isTLS = deployment.scheme == "https"
      let endpoint = Endpoint(
        isTLS: isTLS, host: deployment.host() ?? "", port: deployment.port ?? (isTLS ? 443 : 80))
      builds = [Build(name: "deployment", client: .success(RawHTTPClient(endpoint: endpoint)))]
      origins = [:]
      processes = []
      return
    }

    try Run.draw(into: pictures)
    var origins: [String: Origin] = [:]
    for one in cases { origins[one.id] = try Origin(pictures: pictures, answers: one.originAnswers) }
    self.origins = origins
    var processes: [SupervisedProcess] = []
    var shared: [String: String] = [:]
    if cases.contains(where: { $0.workspaces.contains("s3") }) {
      let bucket = try BucketServer(pictures: pictures, folder: folder.appending(path: "buckets"))
      processes.append(bucket.process)
      shared["S3"] = bucket.authority
    }
    let workspaces = folder.appending(path: "workspaces.json")
    try Fixtures.workspaces(for: cases, origins: origins, shared: shared).write(to: workspaces)

    var started: [(String, Result<SupervisedProcess, any Error>)] = []
    for name in Run.buildNames {
      let result = Result { try Run.start(name, data: folder.appending(path: name), workspaces: workspaces) }
      if let process = try? result.get() { processes.append(process) }
      started.append((name, result))
    }
    self.processes = processes
    builds = started.map { name, process in
      Build(
        name: name,
        client: process.flatMap { process in
          Result { RawHTTPClient(endpoint: try process.waitUntilListening()) }
        })
    }
  }

  /// The names of the builds under test.
  static let buildNames: [String] = ["native", "wasm"].filter { Layout.onlyBuild == nil || Layout.onlyBuild == $0 }

  /// One of its own, with the workspaces of no case.
  ///
  /// - Parameter openFiles: As many files as it may have open.
  static func start(
    _ build: String, name: String, openFiles: Int? = nil, more: [String] = []
  ) throws -> SupervisedProcess {
    let folder = try shared.get().folder
    let isNative = build == "native"
    let program = isNative ? Layout.binary : Layout.wasmServe
    let arguments = (isNative ? ["serve"] : []) + ["--port", "0", "--data", folder.appending(path: name).path] + more
    let (environment, log) = (["IMGEDGE_BIN": Layout.binary.path], folder.appending(path: "\(name).log"))
    guard let openFiles else {
      return try SupervisedProcess(program, arguments, environment: environment, log: log)
    }
    return try SupervisedProcess(
      URL(fileURLWithPath: "/bin/bash"),
      ["-c", "ulimit -n \(openFiles); exec \"$0\" \"$@\"", program.path] + arguments,
      environment: environment, log: log)
  }

  /// Its log is beside its data.
  static func start(
    _ build: String, data: URL, workspaces: URL, more: [String] = [], environment: [String: String] = [:]
  ) throws -> SupervisedProcess {
    let isNative = build == "native"
    return try SupervisedProcess(
      isNative ? Layout.binary : Layout.wasmServe,
      (isNative ? ["serve"] : []) + flags(data: data, workspaces: workspaces) + more,
      environment: environment.merging(["IMGEDGE_BIN": Layout.binary.path]) { $1 },
      log: data.appendingPathExtension("log"))
  }

  private static func flags(data: URL, workspaces: URL) -> [String] {
    [
      "--port", "0", "--base-domain", "localhost", "--data", data.path, "--workspaces", workspaces.path,
      "--allow-network", "127.0.0.0/8", "--fetch-timeout", "\(limits.fetchSeconds)",
      "--max-original-bytes", "\(limits.originalBytes)", "--max-pixels", "\(limits.pixels)",
      "--transform-timeout", "\(limits.transformSeconds)",
    ]
  }

  private static func draw(into folder: URL) throws {
    let process = Process()
    process.executableURL = Repository.python
    process.arguments = [Repository.file("Tests/Pictures/draw.py").path, folder.path]
    process.standardOutput = FileHandle.nullDevice
    try process.run()
    process.waitUntilExit()
    guard process.terminationStatus == 0 else {
      throw SupervisedProcess.Failure(description: "Tests/Pictures/draw.py drew no pictures")
    }
  }

  private static func atExit(remove folder: URL) {
    guard Layout.environment["CONFORMANCE_KEEP"] == nil else { return }
    Run.leftovers.withLock { $0.append(folder) }
    atexit {
      for folder in Run.leftovers.withLock({ $0 }) { try? FileManager.default.removeItem(at: folder) }
    }
  }

  private static let leftovers = Mutex<[URL]>([])
}

extension Case {
  var originAnswers: [String: [OriginAnswer]] { origin }
}
