import EdgeTesting
import Foundation
import TestSupport
import Testing

@testable import EdgeHandler

/// The native build and the edge bundle, asked the same, want the same and answer the same, byte for byte: also where the conformance
/// suite has no case. `make wasm` builds the bundle.
@Suite struct BuildsAgreeTests {
  private static let bundle = Repository.file("wasm/dist/edge.wasm")
  private static let program = Repository.file("Tests/EdgeHandlerTests/Builds/transcripts.js")

  @Test func onRandomRequests() throws {
    var generator = RequestGenerator(seed: 43)
    var calls: [Call] = []
    for index in 0..<20_000 {
      let request = index % 4 == 0 ? generator.next() : generator.nextAllowed()
      calls.append(Call(request, context: Context(now: 1_767_225_600, isReady: true)))
    }
    #expect(try agree(on: calls) > 3_000)
  }

  /// The header fields of a request are made into text by each build in its own way.
  @Test func onRandomFields() throws {
    var generator = SeededGenerator(seed: 44)
    var calls: [Call] = []
    let names = [
      "Accept", "accept", "ACCEPT", "If-Match", "If-None-Match", "Origin", "X-É", "a b", "", "Host", "CDN-Loop",
    ]
    let pieces = [
      "image/webp", ",", ";", "q=0", "*", " ", "\t", "\r\n", "\u{0}", "\u{7F}", "\u{1F}", "é", "e\u{301}", "\u{1F600}",
      "\"",
      "W/", "https://a.example", "null", "imgedge", "\u{FFFD}", "\u{212A}",
    ]
    for _ in 0..<5_000 {
      var fields = [(name: "Host", value: "acme.localhost")]
      for _ in 0..<Int.random(in: 0...4, using: &generator) {
        var value = ""
        for _ in 0..<Int.random(in: 0...5, using: &generator) { value += pieces.randomElement(using: &generator) ?? "" }
        fields.append((names.randomElement(using: &generator) ?? "", value))
      }
      let request = ReceivedRequest(method: "GET", target: "/web/a.jpg?w=9", fields: fields, isSecure: false)
      calls.append(Call(request, context: Context(now: 1_767_225_600, isReady: true)))
    }
    #expect(try agree(on: calls) > 3)
  }

  @Test("the builds agree on what records say, while time goes on") func onRecords() throws {
    var generator = SeededGenerator(seed: 45)
    var calls: [Call] = []
    let hosts = [
      "one.localhost", "two.localhost", "img.one.example", "x.example", "localhost", "10.0.0.1", "acme.localhost",
    ]
    var now: Int64 = 1_767_225_600
    for index in 0..<5_000 {
      now += Int64.random(in: -1...8, using: &generator)
      let host = hosts.randomElement(using: &generator) ?? ""
      let target = index % 50 == 0 ? "/readyz" : "/web/\(index).jpg?w=9"
      let request = ReceivedRequest(method: "GET", target: target, fields: [("Host", host)], isSecure: true)
      calls.append(Call(request, context: Context(now: now, isReady: true)))
    }
    #expect(try agree(on: calls, setup: Self.setup(records: true)) > 1_000)
  }

  /// How many of the calls have a transcript of their own.
  private func agree(on calls: [Call], setup: String = Self.setup(records: false)) throws -> Int {
    var native = try TranscriptWriter(setup)
    let expected = try calls.map { try native.lines(of: $0) }
    let checksums = expected.map { [String(TranscriptWriter.checksum(Array($0.joined(separator: "\n").utf8)))] }
    let found = try transcripts("checksums", of: calls, setup: setup)
    let different = calls.indices.filter { found[$0] != checksums[$0] }
    #expect(different.isEmpty, "\(different.count) of \(calls.count)")
    // A few say what it is.
    let few = different.prefix(5)
    for (index, lines) in zip(few, try transcripts("lines", of: few.map { calls[$0] }, setup: setup)) {
      #expect(lines == expected[index], "\(calls[index].text)")
    }
    return Set(checksums).count
  }

  private func transcripts(_ form: String, of calls: [Call], setup: String) throws -> [[String]] {
    let table = try JSONEncoder().encode(TranscriptWriter.results)
    return try DenoScript.run(
      String(contentsOf: Self.program, encoding: .utf8),
      input: [Self.bundle.path, setup, String(decoding: table, as: UTF8.self), form] + calls.map(\.text),
      readable: Self.bundle, as: [[String]].self)
  }

  private static func setup(records: Bool) -> String {
    let workspaces = JSON.string("{\"workspaces\": [\(RequestGenerator.workspace)]}")
    let others = records ? [JSON.Member("records", .string("host"))] : []
    return JSON.object([JSON.Member("workspaces", workspaces)] + others).text
  }
}

/// A native host without anything in it, that writes down what is wanted of it.
private struct TranscriptWriter: PlayedHost {
  let handler: EdgeHandler
  var sites: SiteCache
  private var lines: [String] = []

  init(_ setup: String) throws {
    let setup = try Setup(json: Array(setup.utf8))
    handler = EdgeHandler(configuration: setup.configuration)
    sites = SiteCache(setup.configuration, records: setup.records)
  }

  /// What comes of the effects of a kind. Which of them depends on what is wanted and not on the order, as the flows of a
  /// `Step.all` run at once in the bundle.
  static let results: [String: [String]] = {
    let output = StoredOutput(body: Blob(id: 9), byteCount: 77, mediaType: "image/webp", lifetimeSeconds: 1000)
    let image = { (format: ImageHeader.Format, orientation: Int, frames: Int) in
      InspectResult.image(
        ImageHeader(format: format, width: 300, height: 200, orientation: orientation, frames: frames, hasAlpha: true))
    }
    let answer = { (status: Int, location: String?, type: String?, blob: UInt32) in
      FetchResult.response(
        InboundResponse(
          status: status, location: location, contentType: type, body: Blob(id: blob), byteCount: 1000, milliseconds: 3)
      )
    }
    let raster = Raster(width: 3, height: 2, rgba: (0..<24).map { UInt8($0 * 10) })
    let sample = raster.map { SampleResult.sample(Sample($0, milliseconds: 3)) }
    let texts = { (values: [any WireValue]) in values.map { $0.wire.text } }
    return [
      "lookUp": texts([
        LookUpResult.miss, LookUpResult.miss, LookUpResult.miss, LookUpResult.originalServes, LookUpResult.miss,
        LookUpResult.hit(output), LookUpResult.failed(Problem(.overloaded, "Full.")),
      ]),
      "fetch": texts([
        answer(200, nil, "image/png", 1), answer(200, nil, "é; \"x\"", 2), answer(200, nil, nil, 3),
        answer(302, "../b%20c.png?d", nil, 4), answer(302, "//o.example/i/./é.jpg#x", nil, 5), answer(404, nil, nil, 6),
        FetchResult.failed(.timedOut),
      ]),
      "inspect": texts([
        image(.png, 1, 1), image(.jpeg, 6, 1), image(.gif, 1, 3), image(.webp, 1, 2), image(.svg, 1, 1),
        InspectResult.undecodable, InspectResult.unsupported, InspectResult.unread(.inks),
      ]),
      "render": texts([
        RenderResult.output(RenderedOutput(body: Blob(id: 7), byteCount: 12_345, milliseconds: 7)),
        RenderResult.output(RenderedOutput(body: Blob(id: 9), byteCount: 99, isOriginal: true, milliseconds: 7)),
        RenderResult.output(RenderedOutput(body: Blob(id: 6), byteCount: 98, isAlternative: true, milliseconds: 7)),
        RenderResult.output(RenderedOutput(body: Blob(id: 8), byteCount: 1, milliseconds: 0)), RenderResult.undecodable,
        RenderResult.timedOut, RenderResult.failed,
      ]),
      "sample": texts([sample ?? .undecodable, SampleResult.undecodable]),
      "records": texts(records),
      "secrets": texts([SecretsResult(["hunter2"]), SecretsResult([nil]), SecretsResult([])]),
    ]
  }()

  /// The same for the record of a name and that of a workspace: a load meets every wrong pair, too.
  private static let records: [RecordResult] = {
    let id = WorkspaceID.make(Array(repeating: 9, count: 16))
    let name = Record(key: NameRecord.key(namespace: "one"), body: NameRecord.body(workspace: id), revision: 1)
    let body = { (namespace: String, secret: String) in
      """
      {"format": 1, "id": "\(id)", "namespace": "\(namespace)", "domains": ["img.one.example"], "sources":
        {"web": {"kind": "s3", "bucket": "web", "region": "r", "accessKeyId": "A", "secretAccessKey": \(secret)}}}
      """
    }
    let workspaces = [("one", #""plain""#), ("two", #"{"sealed": "1.k.AAAA"}"#), ("a", "7")].map { pair in
      Record(key: WorkspaceRecord.key(id: id), body: body(pair.0, pair.1), revision: 1)
    }
    return [
      .records([name]), .records([nil]), .records([workspaces[0]]), .records([workspaces[1]]),
      .records([workspaces[2]]), .records([name, workspaces[0]]), .records([name, workspaces[1]]), .unavailable,
      .overloaded,
    ]
  }()

  /// FNV-1a of 32 bits.
  static func checksum(_ bytes: [UInt8]) -> UInt32 {
    bytes.reduce(0x811C_9DC5) { ($0 ^ UInt32($1)) &* 0x0100_0193 }
  }

  mutating func lines(of call: Call) throws -> [String] {
    lines = []
    let request = Request(call.request)
    let (answer, site) =
      if let request {
        try answer(request, context: call.context)
      } else {
        (Answer(EdgeHandler.answer(to: .malformedRequest)), Site.nowhere)
      }
    lines.append("send \(answer.response.wire.text)")
    for work in answer.settlements { lines.append("settle \(work.wire.text)") }
    if let request { lines.append("note \(record(of: request, site, answer).wire.text)") }
    return lines.sorted { $0.utf16.lexicographicallyPrecedes($1.utf16) }
  }

  private func record(of request: Request, _ site: Site, _ answer: Answer) -> AccessRecord {
    AccessRecord(
      request, namespace: site.workspace?.namespace, code: answer.response.problemCode, notes: answer.notes)
  }

  mutating func lookUp(_ request: LookUpRequest) throws -> LookUpResult { try result("lookUp", request) }
  mutating func fetch(_ request: OutboundRequest) throws -> FetchResult { try result("fetch", request) }
  mutating func inspect(_ request: InspectRequest) throws -> InspectResult { try result("inspect", request) }
  mutating func render(_ plan: RenderPlan) throws -> RenderResult { try result("render", plan) }
  mutating func sample(_ request: SampleRequest) throws -> SampleResult { try result("sample", request) }
  mutating func records(_ request: RecordRequest) throws -> RecordResult { try result("records", request) }
  mutating func secrets(_ request: SecretsRequest) throws -> SecretsResult { try result("secrets", request) }

  private mutating func result<Result: WireValue>(_ kind: String, _ wanted: some WireValue) throws -> Result {
    let bytes = wanted.wire.serialized()
    lines.append("\(kind) \(String(decoding: bytes, as: UTF8.self))")
    let texts = try #require(Self.results[kind])
    return try Result(wireText: Array(texts[Int(Self.checksum(bytes)) % texts.count].utf8))
  }
}

extension JSON {
  fileprivate var text: String { String(decoding: serialized(), as: UTF8.self) }
}

extension Call {
  fileprivate var text: String { wire.text }
}
