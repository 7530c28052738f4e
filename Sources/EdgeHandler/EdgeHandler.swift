/// Decides everything and performs nothing.
///
/// Law of this module: a request, a configuration and a context in; a ``Step`` out. Nothing here opens, waits, looks at a
/// clock or rolls dice; nothing traps, whatever comes in.
public struct EdgeHandler: Sendable {
  private let configuration: Configuration
  private let directory: Directory

  public init(configuration: Configuration) {
    self.configuration = configuration
    directory = Directory(configuration)
  }

  /// The first step towards the answer.
  public func handle(_ request: Request, context: Context) -> Step<Answer> {
    var decider = decider(request, context, trace: .off)
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

  /// The reasons for what ``handle(_:context:)`` would do, a line each; nothing is looked up or fetched.
  public func explain(_ request: Request, context: Context) -> [String] {
    var decider = decider(request, context, trace: Trace(isOn: true))
    _ = decider.decide()
    return decider.trace.lines
  }

  /// The answer where a host has received something that is no request.
  public static func answer(to problem: Problem) -> Response {
    problem.response(CommonFields(sharing: .undecided, isCustomDomain: true, omitsBody: false))
  }

  /// The namespace of the workspace that answers at a host.
  public func namespace(at authority: String) -> String? {
    directory.workspace(at: authority)?.workspace.namespace
  }

  private func decider(_ request: Request, _ context: Context, trace: Trace) -> Decider {
    Decider(configuration: configuration, directory: directory, request: request, context: context, trace: trace)
  }
}
