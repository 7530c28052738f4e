/// look up → (the original's shared result) → paint → render → store → answer. What stands in for an original may be shown
/// without a mark: it is no transform of it.
final class PlaceholderFlow: Sendable {
  let request: ResolvedPlaceholder
  let flow: OutputMaking

  /// The longer side of the painted raster in px. The engine enlarges it: a BlurHash has no detail that would be lost.
  private static let longestSide = 64

  init(_ request: ResolvedPlaceholder, configuration: Configuration, now: Int64) {
    self.request = request
    flow = OutputMaking(request: request.output, configuration: configuration, now: now)
  }

  func start() -> Step<Answer> {
    flow.start { _ in self.make() }
  }

  private func make() -> Step<Answer> {
    switch request.content {
    case .blurHash(let hash): return paint(hash, shape: nil, fetchMilliseconds: 0)
    case .color(let color): return paint(color, shape: nil, fetchMilliseconds: 0)
    case .original(let reference, let info):
      let loading = InfoLoading(
        output: info, reference: reference, configuration: flow.configuration, now: flow.now
      ) { [self] loaded in
        paint(loaded).flatMap { answer in
          var answer = answer
          answer.settlements += loaded.settlements
          return .done(answer)
        }
      }
      return loading.start()
    }
  }

  private func paint(_ loaded: InfoLoading.Outcome) -> Step<Answer> {
    let fetchMilliseconds = if case .made(let fetch, _, _) = loaded.provenance { fetch } else { 0 }
    switch (loaded.info, request.kind) {
    case (.failure(let problem), _): return flow.fail(problem)
    case (.success(let info), .color):
      // Without a visible pixel the original has no colour.
      return paint(
        info.dominantColor ?? .transparent, shape: info.size, isDamaged: loaded.isDamaged,
        fetchMilliseconds: fetchMilliseconds)
    case (.success(let info), .blurHash):
      guard let hash = info.blurHash else { return flow.fail(.renderFailed) }
      return paint(hash, shape: info.size, isDamaged: loaded.isDamaged, fetchMilliseconds: fetchMilliseconds)
    }
  }

  private func paint(
    _ color: Color, shape: PixelSize?, isDamaged: Bool = false, fetchMilliseconds: Int
  ) -> Step<Answer> {
    let size = request.box.size(shape)
    let background = request.format.output == .jpeg ? color.opaque : color
    return render(
      .composed(width: size.width, height: size.height, background: background, [], []), size,
      isDamaged: isDamaged, fetchMilliseconds: fetchMilliseconds)
  }

  private func paint(
    _ hash: BlurHash, shape: PixelSize?, isDamaged: Bool = false, fetchMilliseconds: Int
  ) -> Step<Answer> {
    let size = request.box.size(shape)
    let painted = PlaceholderBox.framing(
      request.box.covers ? shape ?? size : size, Self.longestSide, Self.longestSide, .scaleDown
    ).size
    guard let raster = hash.raster(painted, punch: request.punch.double) else { return flow.fail(.renderFailed) }
    let fit: TransformOptions.Fit = request.box.covers ? .cover : .squeeze
    let operations = PlaceholderBox.framing(painted, size.width, size.height, fit).operations
    return render(.raster(raster, operations), size, isDamaged: isDamaged, fetchMilliseconds: fetchMilliseconds)
  }

  private func render(
    _ picture: Picture, _ size: PixelSize, isDamaged: Bool, fetchMilliseconds: Int
  ) -> Step<Answer> {
    do throws(Problem) {
      try TransformPlan.check(size, frames: 1, limits: flow.configuration.limits)
    } catch {
      return flow.fail(error)
    }
    let format = request.format.output
    return flow.render(
      picture, request.quality.encoding(format), or: request.format.alternative.map { request.quality.encoding($0) },
      isDamaged: isDamaged, fetchMilliseconds: fetchMilliseconds)
  }
}

extension Int? {
  /// As a quality: that of the format where there is none; a palette PNG where there is one.
  func encoding(_ format: OutputFormat) -> Encoding {
    Encoding(
      format: format, quality: Quality.setting(for: self ?? TransformOptions.defaultQuality, in: format),
      palette: format == .png && self != nil)
  }
}
