/// The way of a transform: look up → fetch → inspect → plan → render → store → answer.
struct TransformFlow: Sendable {
  let request: TransformRequest
  let configuration: Configuration
  let now: Int64

  func start() -> Step<Answer> {
    .lookUp(request.key) { result in
      switch result {
      case .hit(let output): .done(Answer(request.response(output, .hit)))
      case .collapsed(let output): .done(Answer(request.response(output, .collapsed)))
      case .failed(let problem): .done(answer(problem))
      case .miss: make()
      }
    }
  }

  private func make() -> Step<Answer> {
    let loading = OriginalLoading(
      workspace: request.workspace, limits: configuration.limits, findsContent: request.options.trim == .border,
      countsFrames: request.options.isAnimated, now: now)
    return loading.load(request.reference) { result in
      switch result {
      case .failure(let problem): fail(problem)
      case .success(let original): render(original)
      }
    }
  }

  private func render(_ original: Original) -> Step<Answer> {
    let plan: TransformPlan
    do {
      plan = try TransformPlan(request.options, header: original.header, limits: configuration.limits)
    } catch {
      return fail(error)
    }
    let picture = Picture.decoded(original.blob, frames: plan.frames, plan.operations)
    let render = RenderPlan(
      picture: picture, encoding: plan.encoding,
      timeoutMilliseconds: configuration.limits.transformTimeoutMilliseconds)
    return .render(render) { result in
      switch result {
      case .output(let rendered): finish(rendered, original, plan.encoding.format)
      case .undecodable: fail(Problem(.undecodableImage, "The original's pixels cannot be decoded."))
      case .timedOut: fail(Problem(.transformTimeout, "The transform took longer than is allowed."))
      case .overloaded: fail(.overloaded)
      case .failed: fail(Problem(.internalError, "The transform failed."))
      }
    }
  }

  private func finish(_ rendered: RenderedOutput, _ original: Original, _ format: OutputFormat) -> Step<Answer> {
    let output = request.output(rendered, format)
    let provenance = Provenance.made(fetch: original.fetchMilliseconds, render: rendered.milliseconds)
    return .done(Answer(request.response(output, provenance), afterwards: [.store(request.key, output)]))
  }

  private func fail(_ problem: Problem) -> Step<Answer> {
    var answer = answer(problem)
    answer.afterwards = [.fail(request.key, problem)]
    return .done(answer)
  }

  private func answer(_ problem: Problem) -> Answer {
    guard request.options.redirectsOnError, let location = request.location, problem.code.isOriginals else {
      return Answer(problem.response(request.head))
    }
    return Answer(request.head.redirect(to: location))
  }
}

extension TransformRequest {
  /// Where a browser could get the original itself; `nil` where only we can.
  fileprivate var location: String? {
    guard case .url(let url) = reference.location else { return nil }
    return url.serialized
  }
}

extension Problem {
  public static let overloaded = Problem(.overloaded, "The service is at capacity; try again in a moment.")
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
