import HTTPTypes
import Testing

@testable import EdgeHandler

@Suite struct ExplainTests {
  private func explain(_ target: String, host: String = "acme.localhost") throws -> [String] {
    let configuration = try Configuration(
      json: Array(
        """
        {"workspaces": [{ "namespace": "acme",
          "sources": { "photos": { "kind": "http", "prefix": "http://a.example/" },
                       "open": { "kind": "http", "prefix": "http://b.example/" } },
          "marks": { "logo": { "image": "http://cdn.example/l.png", "autoApplySources": ["photos"] } } }]}
        """.utf8))
    let request = Request(
      method: "GET", authority: host, target: target, isSecure: false, fields: HTTPFields())
    return EdgeHandler(configuration: configuration).explain(request, context: Context(now: 0, isReady: true))
  }

  private func expect(_ lines: [String], _ topic: String, _ text: String) {
    let line = topic + String(repeating: " ", count: 12 - topic.count) + text
    #expect(lines.contains(line), "\(line) is not among \(lines)")
  }

  @Test func saysWhereEachParameterComesFrom() throws {
    let lines = try explain("/open/a.jpg?w=300&fit=contain&nonsense=1&mark=open/l.png")
    expect(lines, "workspace", "acme, by the host's first label")
    expect(lines, "route", "transform")
    expect(lines, "parameter", "w = 300 (URL)")
    expect(lines, "parameter", "fit = contain (URL)")
    expect(lines, "parameter", "quality = 80 (default)")
    expect(lines, "ignored", "nonsense: the endpoint knows no such parameter")
    expect(lines, "no effect", "fit: it changes nothing beside the other parameters")
    expect(lines, "mark", "http://b.example/l.png (URL)")
    #expect(lines.contains { $0.hasPrefix("key         ") && $0.utf8.count == 12 + 64 })
  }

  @Test func saysWhatIsAnsweredWithoutAWorkspace() throws {
    expect(try explain("/healthz"), "answer", "200: the service's own health, which is told on every host")
    let lines = try explain("/open/a.jpg", host: "127.0.0.1:8080")
    let start = "answer      404 unknown-workspace"
    #expect(lines.contains { $0.hasPrefix(start) && $0.contains("<namespace>.localhost") })
  }

  @Test func saysWhatThePolicyDecides() throws {
    let lines = try explain("/photos/a.jpg?mark=zzz&mark-w=0")
    expect(lines, "ignored", "mark: the workspace's policy decides, by its presets logo")
    expect(lines, "ignored", "mark-w: the workspace's policy decides, by its presets logo")
    expect(lines, "mark", "http://cdn.example/l.png (policy: preset logo, bound to the original)")
    #expect(!lines.contains { $0.hasPrefix("parameter   mark") })
  }

  @Test(arguments: [
    "/info/photos/a.jpg?select=colors", "/placeholder/color?color=abc&w=1&h=1", "/grid?src=open/a&src=open/b&size=9",
    "/cdn-cgi/image/w=9/photos/a.jpg", "/placeholder/blurhash/photos/a.jpg",
  ])
  func explainsEveryEndpoint(target: String) throws {
    let lines = try explain(target)
    #expect(lines.contains { $0.hasPrefix("parameter") })
    #expect(lines.contains { $0.hasPrefix("key") })
    #expect(lines.contains { $0.hasPrefix("answer") })
  }
}
