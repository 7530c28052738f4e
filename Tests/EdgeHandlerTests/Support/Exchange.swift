import HTTPTypes

@testable import EdgeHandler

/// One answer of a ``ScriptedHost`` and what was done for it.
struct Exchange {
  enum Effect: Equatable {
    case lookUp(CacheKey)
    case fetch(OutboundRequest)
    case inspect(InspectRequest)
    case render(RenderPlan)
    case sample(SampleRequest)
    /// What each flow of a `Step.all` asked for, in the order of the flows.
    case all([[Effect]])
  }

  var answer: Answer
  /// In the order in which they were asked for.
  var effects: [Effect]

  var status: Int { answer.response.status }

  subscript(field: String) -> String? {
    HTTPField.Name(field).flatMap { answer.response.fields[$0] }
  }

  /// The body of the answer, where the handler wrote it itself.
  var bytes: [UInt8]? {
    if case .bytes(let bytes) = answer.response.body { bytes } else { nil }
  }

  var json: JSON? {
    bytes.flatMap { try? JSON.parse($0) }
  }

  /// The code of the problem in the body.
  var code: String? { json?["code"]?.string }
  var parameter: String? { json?["parameter"]?.string }
  var detail: String? { json?["detail"]?.string }

  /// All effects, those of concurrent flows included.
  var flattened: [Effect] {
    Self.flatten(effects)
  }

  private static func flatten(_ effects: [Effect]) -> [Effect] {
    effects.flatMap { effect in
      if case .all(let flows) = effect { flows.flatMap(flatten) } else { [effect] }
    }
  }

  var key: CacheKey? {
    flattened.lazy.compactMap { if case .lookUp(let key) = $0 { key } else { nil } }.first
  }

  var fetches: [OutboundRequest] {
    flattened.compactMap { if case .fetch(let request) = $0 { request } else { nil } }
  }

  /// The URLs that were fetched.
  var fetched: [String] { fetches.map(\.target.place) }

  var plans: [RenderPlan] {
    flattened.compactMap { if case .render(let plan) = $0 { plan } else { nil } }
  }

  var plan: RenderPlan? { plans.first }
}
