import EdgeTesting
import HTTPTypes
import Testing

@testable import EdgeHandler

/// A host in memory: performs the effects of a flow from a script, at once, and writes down what was asked for.
///
/// One instance is one running service: what a request stores, the next one finds. So a conversation with a slow origin and a
/// failing bucket is a test of a few lines:
///
///     var host = try ScriptedHost(#"{ "namespace": "acme" }"#)
///     host.serve("http://a.example/old.jpg", .redirect(to: "/new.jpg"))
///     host.serve("http://a.example/new.jpg", .failure(.timedOut), .image(.jpeg, 1500, 1000))
///     #expect(host.get("/transform?src=http://a.example/old.jpg&w=9").code == "source-timeout")
///     #expect(host.get("/transform?src=http://a.example/old.jpg&w=9").status == 200)
///
/// It complains of its own accord about what no flow may do: leave a claimed key behind, or make a plan that does not hold
/// together (``PlanCheck``).
struct ScriptedHost: PlayedHost {
  var handler: EdgeHandler
  var sites: SiteCache
  var context = Context(now: 1_767_225_600, isReady: true)
  /// What the store holds.
  var outputs: [CacheKey: StoredOutput] = [:]
  /// Results for the next look-ups, in place of what the store says.
  var lookUps: [LookUpResult] = []
  /// Results for the next renders, in place of an output; the others come out well.
  var renders: [RenderResult] = []
  /// Whether the flows of a `Step.all` are performed from the last to the first: the answer must not depend on it.
  var performsLastFlowFirst = false

  private var script: [String: [ScriptedOriginal]] = [:]
  private var originals: [Blob: ScriptedOriginal] = [:]
  private var blobs: UInt32 = 0
  /// What the request in hand has asked for so far, and the keys that it has claimed.
  private var effects: [Exchange.Effect] = []
  private var claims: [CacheKey] = []

  init(_ configuration: Configuration) {
    handler = EdgeHandler(configuration: configuration)
    sites = SiteCache(configuration, records: nil)
  }

  /// - Parameter workspaces: each a JSON object as in a file of workspaces. The first is where ``get(_:_:host:method:)`` asks.
  init(_ workspaces: String..., limits: Limits = Limits()) throws {
    let text = "{\"workspaces\": [" + workspaces.joined(separator: ",") + "]}"
    var configuration = try Configuration(json: Array(text.utf8))
    configuration.limits = limits
    self.init(configuration)
    defaultHost = (configuration.workspaces.first?.namespace ?? "nobody") + ".localhost"
  }

  private(set) var defaultHost = "demo.localhost"

  /// What the origin answers at a URL: to the n-th request the n-th answer, and the last to all after it. Everything else
  /// is a 404.
  mutating func serve(_ url: String, _ answers: ScriptedOriginal...) {
    script[url] = answers
  }

  /// Who answers a request, where that is known.
  mutating func site(of request: Request) -> Site {
    sites.find(request, now: context.now).site ?? .nowhere
  }

  // MARK: Asking

  mutating func get(
    _ target: String, _ fields: [(String, String)] = [], host: String? = nil, method: String = "GET"
  ) -> Exchange {
    var request = Request(
      method: method, authority: host ?? defaultHost, target: target, isSecure: false, fields: HTTPFields())
    for (name, value) in fields {
      guard let name = HTTPField.Name(name) else {
        Issue.record("\(name) is no field name")
        continue
      }
      request.fields.append(HTTPField(name: name, value: value))
    }
    return perform(request)
  }

  mutating func perform(_ request: Request) -> Exchange {
    (effects, claims) = ([], [])
    let answer: Answer
    do {
      answer = try self.answer(request, context: context).answer
    } catch {
      fatalError("no effect throws here: \(error)")
    }
    for settlement in answer.settlements {
      let key: CacheKey
      switch settlement {
      case .store(let stored, let output):
        key = stored
        // As in every host, what has no time to live goes to those who wait, and is not kept.
        outputs[key] = output.lifetimeSeconds > 0 ? output : nil
      case .fail(let failed, _): key = failed
      }
      guard let index = claims.firstIndex(of: key) else {
        Issue.record("\(request.target): a key is released that was not claimed")
        continue
      }
      claims.remove(at: index)
    }
    if !claims.isEmpty { Issue.record("\(request.target): a claimed key is never released") }
    return Exchange(answer: answer, effects: effects)
  }

  mutating func lookUp(_ request: LookUpRequest) -> LookUpResult {
    let key = request.key
    if request.share.workspace.isEmpty { Issue.record("a look-up says not whose it is") }
    effects.append(.lookUp(key))
    let result = lookUps.isEmpty ? outputs[key].map { .hit($0) } ?? .miss : lookUps.removeFirst()
    switch result {
    case .miss, .originalServes: claims.append(key)
    case .hit, .collapsed, .failed: break
    }
    return result
  }

  mutating func fetch(_ request: OutboundRequest) -> FetchResult {
    effects.append(.fetch(request))
    let blob = newBlob()
    let place = request.target.place
    guard var answers = script[place], let answer = answers.first else {
      return .response(InboundResponse(status: 404, body: blob, byteCount: 0, milliseconds: 1))
    }
    if answers.count > 1 {
      answers.removeFirst()
      script[place] = answers
    }
    originals[blob] = answer
    return answer.result(blob, request)
  }

  mutating func inspect(_ request: InspectRequest) -> InspectResult {
    effects.append(.inspect(request))
    return originals[request.blob]?.inspection(request) ?? .unsupported
  }

  mutating func render(_ plan: RenderPlan) -> RenderResult {
    effects.append(.render(plan))
    for fault in PlanCheck.faults(plan, original: { [originals] in originals[$0]?.header }) {
      Issue.record("\(fault)")
    }
    guard renders.isEmpty else { return renders.removeFirst() }
    return .output(RenderedOutput(body: newBlob(), byteCount: 12_345, milliseconds: 7))
  }

  mutating func sample(_ request: SampleRequest) -> SampleResult {
    effects.append(.sample(request))
    return originals[request.blob]?.sample ?? .undecodable
  }

  /// Each step's effects are a list of their own.
  mutating func all(_ steps: [Step<Loaded>]) throws -> [Loaded] {
    let outer = effects
    var results: [Loaded?] = Array(repeating: nil, count: steps.count)
    var inner: [[Exchange.Effect]] = Array(repeating: [], count: steps.count)
    for index in performsLastFlowFirst ? Array(steps.indices.reversed()) : Array(steps.indices) {
      effects = []
      results[index] = try perform(steps[index])
      inner[index] = effects
    }
    effects = outer + [.all(inner)]
    return results.compactMap { $0 }
  }

  private mutating func newBlob() -> Blob {
    blobs += 1
    return Blob(id: blobs)
  }
}

extension OutboundRequest.Target {
  /// What a script and the list of effects call it by.
  var place: String {
    switch self {
    case .url(let url): url
    case .sample(let name): "sample:" + name
    }
  }
}
