/// The way of every output that is kept: look up, and on a miss make, store and answer. What is made, and of what, is the
/// endpoint's own.
struct OutputFlow: Sendable {
  let request: OutputRequest
  let configuration: Configuration
  let now: Int64
  /// An address that is answered instead of a problem that is the original's.
  var locationOnError: String?

  func start(_ make: @escaping @Sendable () -> Step<Answer>) -> Step<Answer> {
    .lookUp(request.key) { result in
      switch result {
      case .hit(let output): .done(Answer(request.response(output, .hit)))
      case .collapsed(let output): .done(Answer(request.response(output, .collapsed)))
      case .failed(let problem): .done(answer(problem))
      case .miss: make()
      }
    }
  }

  func loading(_ use: OriginalLoading.Use) -> OriginalLoading {
    OriginalLoading(workspace: request.workspace, limits: configuration.limits, now: now, use: use)
  }

  /// Renders, stores and answers.
  func render(_ picture: Picture, _ encoding: Encoding, fetchMilliseconds: Int) -> Step<Answer> {
    .render(plan(picture, encoding)) { result in
      switch result {
      case .output(let rendered): finish(rendered, encoding.format, fetchMilliseconds: fetchMilliseconds)
      default: fail(Problem(result) ?? .renderFailed)
      }
    }
  }

  func plan(_ picture: Picture, _ encoding: Encoding) -> RenderPlan {
    RenderPlan(
      picture: picture, encoding: encoding, timeoutMilliseconds: configuration.limits.transformTimeoutMilliseconds)
  }

  func finish(_ rendered: RenderedOutput, _ format: OutputFormat, fetchMilliseconds: Int) -> Step<Answer> {
    let output = request.output(rendered, format)
    let provenance = Provenance.made(fetch: fetchMilliseconds, render: rendered.milliseconds, isStored: true)
    return .done(Answer(request.response(output, provenance), afterwards: [.store(request.key, output)]))
  }

  /// For an output that lacks something: it goes to whoever waits for it now, and to nobody after.
  func finishPartial(
    _ rendered: RenderedOutput, _ format: OutputFormat, fetchMilliseconds: Int, notes: [String]
  ) -> Step<Answer> {
    var output = request.output(rendered, format)
    output.lifetimeSeconds = 0
    let provenance = Provenance.made(fetch: fetchMilliseconds, render: rendered.milliseconds, isStored: false)
    return .done(
      Answer(request.response(output, provenance), afterwards: [.store(request.key, output)], notes: notes))
  }

  /// Ends the claim on the key with a problem.
  func fail(_ problem: Problem) -> Step<Answer> {
    var answer = answer(problem)
    answer.afterwards = [.fail(request.key, problem)]
    return .done(answer)
  }

  private func answer(_ problem: Problem) -> Answer {
    guard let locationOnError, problem.code.isOriginals else { return Answer(problem.response(request.head)) }
    return Answer(request.head.redirect(to: locationOnError))
  }
}

extension Problem {
  public static let overloaded = Problem(.overloaded, "The service is at capacity; try again in a moment.")
  static let renderFailed = Problem(.internalError, "The transform failed.")

  /// `nil` for a success.
  init?(_ result: RenderResult) {
    switch result {
    case .output: return nil
    case .undecodable: self.init(.undecodableImage, "The original's pixels cannot be decoded.")
    case .timedOut: self.init(.transformTimeout, "The transform took longer than is allowed.")
    case .overloaded: self = .overloaded
    case .failed: self = .renderFailed
    }
  }
}

extension Problem.Code {
  /// Whether the original could not be transformed, as opposed to: may not be, or not now.
  fileprivate var isOriginals: Bool {
    switch self {
    case .sourceNotFound, .sourceTooLarge, .tooManyPixels, .unsupportedFormat, .undecodableImage, .sourceUnreachable,
      .sourceTimeout, .transformTimeout, .internalError:
      true
    default: false
    }
  }
}
