import EdgeHandler
import Foundation
import Secrets
import TestSupport
import Testing

/// Secrets sealed and opened by both hosts, with one form between them.
@Suite struct SecretBoxTests {
  private static let keys = ["k1", "k2"].enumerated().map { index, id in
    "\(id):\(Data(repeating: UInt8(index + 1), count: 32).base64EncodedString())"
  }

  private static func box(_ keys: [String]) throws -> SecretBox {
    SecretBox(try SecretKeys(parsing: keys.joined(separator: ",")))
  }

  private static func request(_ operation: SecretsRequest.Operation, _ pairs: [(String, String)]) -> SecretsRequest {
    SecretsRequest(operation, pairs.map { SecretsRequest.Secret(text: $0.0, binding: $0.1) })
  }

  private static let pairs = [
    ("hunter2", "a/b"), ("", "a"), ("é日本\u{0}\n", ""), (String(repeating: "x", count: 5000), "b"),
  ]

  @Test("what is sealed opens with its key and its binding, and with no other") func roundTrip() throws {
    let box = try Self.box(Self.keys)
    let sealed = box.perform(Self.request(.seal, Self.pairs)).texts.compactMap { $0 }
    try #require(sealed.count == Self.pairs.count)
    let bindings = Self.pairs.map(\.1)
    #expect(box.perform(Self.request(.open, Array(zip(sealed, bindings)))).texts == Self.pairs.map { $0.0 })
    #expect(box.perform(Self.request(.open, sealed.map { ($0, "another") })).texts.allSatisfy { $0 == nil })
    // An older key opens and does not seal.
    let rotated = try Self.box(Self.keys.reversed())
    #expect(rotated.perform(Self.request(.open, Array(zip(sealed, bindings)))).texts == Self.pairs.map { $0.0 })
    let again = rotated.perform(Self.request(.seal, [Self.pairs[0]])).texts
    #expect(again[0]?.hasPrefix("1.k2.") == true)
    #expect(try Self.box([Self.keys[0]]).perform(Self.request(.open, [(again[0] ?? "", "a/b")])).texts == [nil])
    // No two alike.
    #expect(Set(box.perform(Self.request(.seal, [Self.pairs[0], Self.pairs[0]])).texts).count == 2)
  }

  @Test("a sealed text of which one character is another does not open") func damaged() throws {
    let box = try Self.box(Self.keys)
    let sealed = Array(try #require(box.perform(Self.request(.seal, [("hunter2", "b")])).texts[0]).utf8)
    var damaged: [(String, String)] = [
      ("", "b"), ("1.k1.", "b"), ("1.k1.AAAA", "b"), ("2.k1.AAAA", "b"), ("1..AAAA", "b"),
    ]
    for index in sealed.indices {
      var bytes = sealed
      bytes[index] = bytes[index] == UInt8(ascii: "A") ? UInt8(ascii: "B") : UInt8(ascii: "A")
      damaged.append((String(decoding: bytes, as: UTF8.self), "b"))
    }
    for length in 0..<sealed.count { damaged.append((String(decoding: sealed[..<length], as: UTF8.self), "b")) }
    // The spare bits of the last character say nothing.
    let opened = box.perform(Self.request(.open, damaged)).texts.filter { $0 != nil }
    #expect(opened.count <= 1)
  }

  @Test("what one host seals the other opens") func hostsAgree() throws {
    let script = """
      const { createSecrets } = await import(input[0]);
      const secrets = await createSecrets(input[1]);
      return await secrets.perform(JSON.parse(input[2]));
      """
    func deno(_ request: SecretsRequest) throws -> SecretsResult {
      let module = Repository.file("wasm/deno/secrets.mjs")
      let text = String(decoding: request.wire.serialized(), as: UTF8.self)
      let result = try DenoProgram.run(script, [module.absoluteString, Self.keys.joined(separator: ","), text])
      return try SecretsResult(wireText: Array(result))
    }
    let box = try Self.box(Self.keys)
    let bindings = Self.pairs.map(\.1)
    let native = box.perform(Self.request(.seal, Self.pairs)).texts.compactMap { $0 }
    #expect(try deno(Self.request(.open, Array(zip(native, bindings)))).texts == Self.pairs.map { $0.0 })
    let other = try deno(Self.request(.seal, Self.pairs)).texts.compactMap { $0 }
    #expect(box.perform(Self.request(.open, Array(zip(other, bindings)))).texts == Self.pairs.map { $0.0 })
    let stolen = try deno(Self.request(.open, native.map { ($0, "another") }))
    #expect(stolen.texts == Self.pairs.map { _ in nil })
  }

  @Test(
    "keys that are wrong are refused in words that hold nothing of them",
    arguments: [
      ("", "there is no key"), ("k1", "key 1"), ("k1:", "key 1"), ("k1:AAAA", "32 bytes"), ("K1:AAAA", "key 1"),
      ("k1:" + String(repeating: "!", count: 44), "32 bytes"),
    ])
  func wrongKeys(text: String, words: String) {
    let error = #expect(throws: ConfigurationError.self) { try SecretKeys(parsing: text) }
    #expect(error?.description.contains(words) == true)
    // What stands behind the colon is never shown.
    #expect(error?.description.contains("AAAA") == false)

    let twice = "\(Self.keys[0]),\(Self.keys[0])"
    #expect(throws: ConfigurationError.self) { try SecretKeys(parsing: twice) }
  }
}

/// A program in Deno that may read what is built for it and nothing else.
private enum DenoProgram {
  static func run(_ script: String, _ input: [String]) throws -> Data {
    let process = Process()
    process.executableURL = Repository.python.deletingLastPathComponent().appending(path: "deno")
    process.arguments = ["run", "--no-prompt", "--no-config", "--allow-read=\(Repository.file("wasm").path)", "-"]
    let (source, output) = (Pipe(), Pipe())
    process.standardInput = source
    process.standardOutput = output
    try process.run()
    let list = String(decoding: try JSONEncoder().encode(input), as: UTF8.self)
    let text =
      "const input = \(list);\nconst result = await (async () => {\n\(script)\n})();\nconsole.log(JSON.stringify(result));\n"
    source.fileHandleForWriting.write(Data(text.utf8))
    try source.fileHandleForWriting.close()
    let data = output.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    return data
  }
}
