/// Decides everything and performs nothing.
///
/// Law of this module: a request, a configuration and a context in; a ``Step`` out. Nothing here opens, waits, looks at a
/// clock or rolls dice; nothing traps, whatever comes in.
public struct EdgeHandler: Sendable {
  private let configuration: Configuration

  public init(configuration: Configuration) {
    self.configuration = configuration
  }

  /// The first step towards the answer.
  ///
  /// - Parameter site: who answers there, as ``SiteCache`` knows.
  public func handle(_ request: Request, at site: Site, context: Context) -> Step<Answer> {
    var decider = decider(request, site, context, trace: .off)
    switch decider.decide() {
    case .answer(let response): return .done(Answer(response))
    case .transform(let request):
      return TransformFlow(request, configuration: configuration, now: context.now).start()
    case .info(let request):
      return InfoFlow(request: request, configuration: configuration, now: context.now).start()
    case .placeholder(let request):
      return PlaceholderFlow(request, configuration: configuration, now: context.now).start()
    case .grid(let request):
      return GridFlow(request, configuration: configuration, now: context.now).start()
    }
  }

  /// The reasons for what ``handle(_:at:context:)`` would do, a line each; nothing is looked up or fetched.
  public func explain(_ request: Request, at site: Site, context: Context) -> [String] {
    var decider = decider(request, site, context, trace: Trace(isOn: true))
    _ = decider.decide()
    return decider.trace.lines
  }

  /// The answer where a host has received something that is no request.
  public static func answer(to problem: Problem) -> Response {
    problem.response(CommonFields(sharing: .undecided, isCustomDomain: true, omitsBody: false))
  }

  private func decider(_ request: Request, _ site: Site, _ context: Context, trace: Trace) -> Decider {
    Decider(configuration: configuration, site: site, request: request, context: context, trace: trace)
  }
}
