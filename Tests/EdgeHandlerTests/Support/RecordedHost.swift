import EdgeTesting
import Foundation
import HTTPTypes
import Testing

@testable import EdgeHandler

/// A host in memory whose workspaces are records: performs their effects at once, and can lose its store or its keys.
struct RecordedHost: PlayedHost {
  let handler: EdgeHandler
  var sites: SiteCache
  var store = RecordsInMemory()
  var now: Int64 = 1_767_225_600
  /// What every request to the store comes to, in place of what it says.
  var fault: RecordResult?
  /// How many times the store was asked.
  private(set) var requestCount = 0
  /// What seals secrets; `nil` for a host without a key.
  var keyID: String? = "k1"

  init(fixed: [Workspace] = []) {
    let configuration = Configuration(workspaces: fixed)
    handler = EdgeHandler(configuration: configuration)
    sites = SiteCache(configuration, records: .host)
  }

  var workspaces: WorkspaceStore { WorkspaceStore(records: .host, now: now) }

  /// Creates or changes a workspace; the id is made of the number.
  @discardableResult
  mutating func set(
    _ namespace: String, _ settings: String = "{}", id number: UInt8 = 1
  ) throws -> WorkspaceStore.Change {
    try outcome(namespace, settings, id: number).get()
  }

  mutating func outcome(
    _ namespace: String, _ settings: String, id number: UInt8
  ) throws -> WorkspaceStore.Outcome<WorkspaceStore.Change> {
    let id = WorkspaceID.make(Array(repeating: number, count: 16))
    return try perform(workspaces.set(namespace, try JSON.parse(Array(settings.utf8)), newID: id))
  }

  mutating func status(of host: String, _ target: String = "/transform?src=https://a.example/x.png&w=9") throws -> Int {
    try ask(host, target).response.status
  }

  mutating func ask(
    _ host: String, _ target: String = "/transform?src=https://a.example/x.png&w=9", _ fields: HTTPFields = [:]
  ) throws -> Answer {
    let request = Request(method: "GET", authority: host, target: target, isSecure: true, fields: fields)
    return try answer(request, context: Context(now: now, isReady: true)).answer
  }

  mutating func records(_ request: RecordRequest) -> RecordResult {
    requestCount += 1
    return fault ?? store.perform(request)
  }

  /// Not secret at all: the text and its binding are there to read.
  mutating func secrets(_ request: SecretsRequest) -> SecretsResult {
    SecretsResult(
      request.secrets.map { secret in
        switch request.operation {
        case .seal:
          return keyID.map { "1.\($0).\(Data((secret.binding + "\n" + secret.text).utf8).base64EncodedString())" }
        case .open:
          let parts = secret.text.split(separator: ".")
          guard keyID != nil, parts.count == 3, let data = Data(base64Encoded: String(parts[2])) else { return nil }
          let lines = String(decoding: data, as: UTF8.self).split(separator: "\n", maxSplits: 1)
          return lines.count == 2 && lines[0] == secret.binding ? String(lines[1]) : nil
        }
      })
  }

  mutating func lookUp(_ request: LookUpRequest) -> LookUpResult { .miss }
  mutating func fetch(_ request: OutboundRequest) -> FetchResult {
    .response(InboundResponse(status: 200, body: Blob(id: 0), byteCount: 100, milliseconds: 1))
  }
  mutating func inspect(_ request: InspectRequest) -> InspectResult {
    .image(ImageHeader(format: .png, width: 300, height: 200, frames: 1, hasAlpha: false))
  }
  mutating func render(_ plan: RenderPlan) -> RenderResult {
    .output(RenderedOutput(body: Blob(id: 1), byteCount: 10, milliseconds: 1))
  }
  mutating func sample(_ request: SampleRequest) -> SampleResult { .undecodable }
}
