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
        "net.fetch", "outputs.lookUp", "outputs.settle", "pixels.inspect", "pixels.render", "pixels.sample",
        "records.note", "response.send",
      ])
    #expect(imports.others.isEmpty)
    let contract = try String(contentsOf: Repository.file("wasm/README.md"), encoding: .utf8)
    for function in imports.functions { #expect(contract.contains("`\(function)("), "\(function) is not documented") }
  }

  /// `wasm/tests`: the worker around the real module, with a host that is played. A trap that takes down what comes after it, a miss
  /// that is made twice, an instance that keeps what it should forget: all that is told there. `docs/loaders`: the URLs that they write.
  @Test func theWorkersTestsPass() throws {
    let process = Process()
    process.executableURL = Repository.deno
    process.currentDirectoryURL = Repository.root
    let folder = FileManager.default.temporaryDirectory.path
    let permissions = [
      "--no-prompt", "--no-remote", "--allow-read=wasm,Tests,\(folder)", "--allow-write=\(folder)", "--allow-env",
      "--allow-net=127.0.0.1",
    ]
    process.arguments = ["test", "--quiet"] + permissions + ["wasm/tests", "docs/loaders"]
    try expectSuccess(of: process)
  }

  /// The loaders run where their users' builds run, too.
  @Test("the loaders' tests pass in Node")
  func loadersInNode() throws {
    let process = Process()
    process.executableURL = URL(filePath: "/usr/bin/env")
    process.currentDirectoryURL = Repository.root
    process.arguments = ["node", "--test", "docs/loaders/"]
    try expectSuccess(of: process)
  }

  private func expectSuccess(of process: Process) throws {
    process.environment = Layout.environment.merging(["NO_COLOR": "1"]) { $1 }
    let output = Pipe()
    process.standardOutput = output
    process.standardError = output
    try process.run()
    let text = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
    process.waitUntilExit()
    #expect(process.terminationStatus == 0, "\(text)")
  }
}
