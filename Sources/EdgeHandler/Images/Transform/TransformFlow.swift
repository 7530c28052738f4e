/// The way of a transform: look up → fetch → inspect → plan → render → store → answer.
final class TransformFlow: Sendable {
  let request: ResolvedTransform
  let flow: OutputMaking

  init(_ request: ResolvedTransform, configuration: Configuration, now: Int64) {
    self.request = request
    flow = OutputMaking(
      request: request.output, configuration: configuration, now: now, locationOnError: request.locationOnError)
  }

  func start() -> Step<Answer> {
    flow.start { self.make(originalServes: $0) }
  }

  private func make(originalServes: Bool) -> Step<Answer> {
    let loading = flow.loading(
      .shown(marks: request.marks.presetNames), findsContent: request.options.trim == .border,
      countsFrames: request.options.mayPlay)
    let original = loading.load(request.reference)
    guard !request.marks.isEmpty else {
      return original.flatMap { self.render($0, marks: [], originalServes: originalServes) }
    }
    let marks = request.marks.map { flow.load($0) }
    return .all([original] + marks) { [self] loaded in
      guard let original = loaded.first else { return flow.fail(.renderFailed) }
      return render(original, marks: Array(loaded.dropFirst()), originalServes: false)
    }
  }

  private func render(_ original: Loaded, marks: [Loaded], originalServes: Bool) -> Step<Answer> {
    do {
      let original = try original.get()
      var plan = try TransformPlan(
        request.options, header: original.header, limits: flow.configuration.limits)
      // One that is not named but comes of the original's.
      try flow.configuration.capabilities.requireWriting(plan.encoding.format)
      var blobs: [Blob] = []
      for (mark, loaded) in zip(request.marks, marks) {
        let picture = try loaded.getMark()
        plan.draw(mark, picture)
        blobs.append(picture.blob)
      }
      let picture = Picture.decoded(original.blob, frames: plan.frames, plan.allOperations)
      // A bound source always has marks, and so never gives its original's bytes.
      let use: RenderPlan.OriginalUse = originalServes ? .ifPossible : .ifNotLarger
      let passing = request.marks.isEmpty ? plan.passing.map { (use: use, format: $0) } : nil
      return flow.render(
        picture, plan.encoding, or: plan.alternative, passing: passing, marks: blobs,
        fetchMilliseconds: original.fetchMilliseconds)
    } catch {
      return flow.fail(error)
    }
  }
}
