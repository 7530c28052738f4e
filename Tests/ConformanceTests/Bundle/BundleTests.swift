import Foundation
import TestSupport
import Testing

/// What holds of `wasm/dist/edge.wasm` by itself; `make wasm` builds it.
@Suite(.enabled(if: Layout.deployment == nil)) struct Bundle {
  private static let module = Repository.file("wasm/dist/edge.wasm")

  /// The contract of `wasm/README.md`: a host that supplies these can run the module.
  @Test func importsWhatIsDocumentedAndNothingElse() throws {
    let imports = try WasmImports([UInt8](Data(contentsOf: Self.module)))
    #expect(
      imports.functions.sorted() == [
        "log.note", "net.exchange", "net.fetch", "outputs.lookUp", "outputs.settle", "pixels.inspect", "pixels.render",
        "pixels.sample", "records.perform", "response.send", "secrets.perform",
      ])
    #expect(imports.others.isEmpty)
    let contract = try String(contentsOf: Repository.file("wasm/README.md"), encoding: .utf8)
    for function in imports.functions { #expect(contract.contains("`\(function)("), "\(function) is not documented") }
  }

  /// `wasm/tests`: the worker around the real module, with a host that is played. A trap that takes down what comes after it, a miss
  /// that is made twice, an instance that keeps what it should forget: all that is told there. `docs/loaders`: the URLs that they write.
  /// Each test that fails is an issue of its own.
  @Test("tests in Deno pass", arguments: Self.denoTests)
  func inDeno(file: String) throws {
    let folder = FileManager.default.temporaryDirectory
    let report = folder.appending(path: "junit-\(UUID().uuidString).xml")
    defer { try? FileManager.default.removeItem(at: report) }
    let process = Process()
    process.executableURL = Repository.deno
    process.currentDirectoryURL = Repository.root
    process.arguments = [
      "test", "--quiet", "--no-prompt", "--no-remote", "--allow-read=wasm,Tests,\(folder.path)",
      "--allow-write=\(folder.path)", "--allow-env", "--allow-net=127.0.0.1", "--junit-path=\(report.path)", file,
    ]
    let ending = try run(process)
    let results = (try? JUnitReport(Data(contentsOf: report)).results) ?? []
    #expect(!results.isEmpty, "no test of \(file) was run: \(ending.output)")
    for result in results where result.failure != nil {
      Issue.record("\(result.name)\n\(result.failure ?? "")")
    }
    // Such as a resource that was not closed, which belongs to no test.
    let isFailed = results.contains { $0.failure != nil }
    #expect(isFailed || ending.status == 0, "\(ending.output)")
  }

  private static let denoTests: [String] = ["wasm/tests", "docs/loaders"].flatMap { folder in
    ((try? FileManager.default.contentsOfDirectory(atPath: Repository.file(folder).path)) ?? [])
      .filter { $0.hasSuffix(".test.mjs") || $0.hasSuffix("_test.mjs") }.sorted().map { folder + "/" + $0 }
  }

  /// The loaders run where their users' builds run, too.
  @Test("the loaders' tests pass in Node")
  func loadersInNode() throws {
    let process = Process()
    process.executableURL = URL(filePath: "/usr/bin/env")
    process.currentDirectoryURL = Repository.root
    process.arguments = ["node", "--test", "docs/loaders/"]
    let ending = try run(process)
    #expect(ending.status == 0, "\(ending.output)")
  }

  private func run(_ process: Process) throws -> (status: Int32, output: String) {
    process.environment = Layout.environment.merging(["NO_COLOR": "1"]) { $1 }
    let output = Pipe()
    process.standardOutput = output
    process.standardError = output
    try process.run()
    let text = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
    process.waitUntilExit()
    return (process.terminationStatus, text)
  }
}
