/// The way of every output that is kept: look up, and on a miss make, store and answer. What is made, and of what, is the
/// endpoint's own.
///
/// A class, as every flow is: each continuation holds it, and would hold a copy of all of a struct.
final class OutputMaking: Sendable {
  let request: ResolvedOutput
  let configuration: Configuration
  let now: Int64
  /// An address that is answered instead of a problem that is the original's.
  let locationOnError: String?

  init(request: ResolvedOutput, configuration: Configuration, now: Int64, locationOnError: String? = nil) {
    self.request = request
    self.configuration = configuration
    self.now = now
    self.locationOnError = locationOnError
  }

  /// - Parameter make: makes the output of a miss; it is told whether the original is known to serve as it is.
  func start(_ make: @escaping @Sendable (_ originalServes: Bool) -> Step<Answer>) -> Step<Answer> {
    .lookUp(request.lookUp) { [self] result in
      switch result {
      case .hit(let output): .done(Answer(request.response(output, .hit)))
      case .collapsed(let output): .done(Answer(request.response(output, .collapsed)))
      case .failed(let problem): .done(answer(problem))
      case .miss: make(false)
      case .originalServes: make(true)
      }
    }
  }

  func loading(
    _ use: OriginalLoading.Use, findsContent: Bool = false, countsFrames: Bool = false
  ) -> OriginalLoading {
    OriginalLoading(
      workspace: request.workspace, configuration: configuration, now: now, use: use, findsContent: findsContent,
      countsFrames: countsFrames)
  }

  /// Renders, stores and answers.
  ///
  /// - Parameters:
  ///   - passing: the format of the original, where its own bytes can be the output.
  ///   - marks: those that are drawn: one is never shown in part.
  ///   - isDamaged: whether what the picture was made of lacks something.
  func render(
    _ picture: Picture, _ encoding: Encoding, or alternative: Encoding? = nil,
    passing: (use: RenderPlan.OriginalUse, format: OutputFormat)? = nil, marks: [Blob] = [], isDamaged: Bool = false,
    fetchMilliseconds: Int
  ) -> Step<Answer> {
    let plan = plan(picture, encoding, or: alternative, original: passing?.use ?? .never)
    return .render(plan) { [self] result in
      guard case .output(let rendered) = result else { return fail(Problem.of(result) ?? .renderFailed) }
      if rendered.lacks(anyOf: marks) { return fail(.damagedMark) }
      let format = rendered.isOriginal ? passing?.format ?? encoding.format : plan.format(of: rendered)
      guard isDamaged || !rendered.damaged.isEmpty else {
        return finish(rendered, format, fetchMilliseconds: fetchMilliseconds)
      }
      return finishPartial(
        rendered, format, fetchMilliseconds: fetchMilliseconds, detail: Provenance.damaged,
        notes: ["the original ends early"])
    }
  }

  func plan(
    _ picture: Picture, _ encoding: Encoding, or alternative: Encoding? = nil,
    original: RenderPlan.OriginalUse = .never
  ) -> RenderPlan {
    RenderPlan(
      picture: picture, encoding: encoding, alternative: alternative, original: original,
      timeoutMilliseconds: configuration.limits.transformTimeoutMilliseconds)
  }

  func finish(_ rendered: RenderedOutput, _ format: OutputFormat, fetchMilliseconds: Int) -> Step<Answer> {
    let output = request.output(rendered, format)
    let provenance = Provenance.made(fetch: fetchMilliseconds, render: rendered.milliseconds, isStored: true)
    return .done(Answer(request.response(output, provenance), settlements: [.store(request.key, output)]))
  }

  /// For an output that lacks something: it goes to whoever waits for it now, and to nobody after.
  func finishPartial(
    _ rendered: RenderedOutput, _ format: OutputFormat, fetchMilliseconds: Int, detail: String?, notes: [String]
  ) -> Step<Answer> {
    var output = request.output(rendered, format)
    output.lifetimeSeconds = 0
    let provenance = Provenance.made(fetch: fetchMilliseconds, render: rendered.milliseconds, isStored: false)
    return .done(
      Answer(
        request.partialResponse(output, provenance, detail: detail), settlements: [.store(request.key, output)],
        notes: notes))
  }

  /// Ends the claim on the key with a problem.
  func fail(_ problem: Problem) -> Step<Answer> {
    var answer = answer(problem)
    answer.settlements = [.fail(request.key, problem)]
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
  static let damagedMark = Problem(
    .undecodableImage, "The mark cannot be drawn. It ends early, and a mark is never shown in part.", parameter: "mark")

  /// `nil` for a success.
  static func of(_ result: RenderResult) -> Problem? {
    switch result {
    case .output: nil
    case .undecodable: Problem(.undecodableImage, "The original's pixels cannot be decoded.")
    case .timedOut: Problem(.transformTimeout, "The transform took longer than is allowed.")
    case .overloaded: .overloaded
    case .failed: .renderFailed
    }
  }
}

extension RenderPlan {
  /// That of an output which has been encoded.
  func format(of rendered: RenderedOutput) -> OutputFormat {
    rendered.isAlternative ? alternative?.format ?? encoding.format : encoding.format
  }
}

extension RenderedOutput {
  func lacks(anyOf blobs: [Blob]) -> Bool {
    blobs.contains { blob in damaged.contains { $0 == blob } }
  }
}

extension Problem.Code {
  /// Whether the original could not be transformed, as opposed to: may not be, or not now.
  fileprivate var isOriginals: Bool {
    switch self {
    case .sourceNotFound, .sourceTooLarge, .tooManyPixels, .unsupportedFormat, .undecodableImage, .sourceUnreachable,
      .sourceRefused, .sourceBusy, .sourceTimeout, .notAvailableHere, .transformTimeout, .internalError:
      true
    default: false
    }
  }
}
