/// look up → fetch and inspect all at once → lay out → render → store → answer. A picture that cannot be had is left out; one that ends
/// early is shown as far as it goes.
final class GridFlow: Sendable {
  let request: ResolvedGrid
  let flow: OutputMaking
  /// Each mark once, however many parts it is drawn on.
  private let marks: [Mark]

  /// A part that has been had so far.
  private struct Part: Sendable {
    var index: Int
    var original: Original
  }

  /// What all attempts to lay out have in common.
  private struct Loads: Sendable {
    var marks: [Loaded]
    var fetchMilliseconds: Int
    var notes: [String]
  }

  init(_ request: ResolvedGrid, configuration: Configuration, now: Int64) {
    self.request = request
    flow = OutputMaking(request: request.output, configuration: configuration, now: now)
    var marks: [Mark] = []
    for mark in request.parts.flatMap({ $0.marks }) where !marks.contains(where: { $0.presetName == mark.presetName }) {
      marks.append(mark)
    }
    if let mark = request.mark { marks.append(mark) }
    self.marks = marks
  }

  func start() -> Step<Answer> {
    flow.start { _ in self.make() }
  }

  private func make() -> Step<Answer> {
    let originals = request.parts.map { part in
      flow.loading(.shown(marks: part.marks.presetNames)).load(part.reference)
    }
    return .all(originals + marks.map { flow.load($0) }) { [self] loaded in
      var parts: [Part] = []
      var loads = Loads(marks: Array(loaded.dropFirst(originals.count)), fetchMilliseconds: 0, notes: [])
      for (index, result) in loaded.prefix(originals.count).enumerated() {
        switch result {
        case .success(let original):
          parts.append(Part(index: index, original: original))
          loads.fetchMilliseconds = max(loads.fetchMilliseconds, original.fetchMilliseconds)
        // Not the original's fault: the next request may have all of it.
        case .failure(let problem) where problem.code == .overloaded: return flow.fail(problem)
        case .failure(let problem): loads.notes.append(note(index, problem))
        }
      }
      return compose(parts, loads)
    }
  }

  private func note(_ index: Int, _ problem: Problem) -> String {
    "a grid lacks source \(index + 1) of \(request.parts.count): \(problem.code.name)"
  }

  private func compose(_ parts: [Part], _ loads: Loads) -> Step<Answer> {
    guard !parts.isEmpty else {
      return flow.fail(Problem(.noUsableSource, "None of the originals can be fetched and decoded.", parameter: "src"))
    }
    guard let cells = cells(parts) else { return flow.fail(.renderFailed) }
    var placed: [Placed] = []
    var operations: [PixelOperation] = []
    do throws(Problem) {
      for (part, cell) in zip(parts, cells) {
        var picture = fill(cell, part)
        let projection = Projection(part.original.header.orientedSize, after: picture)
        for mark in request.parts[part.index].marks {
          picture.append(mark.operation(try loaded(mark, loads), bound: projection))
        }
        placed.append(Placed(.decoded(part.original.blob, frames: .first, picture), x: cell.x, y: cell.y))
      }
      if let mark = request.mark {
        operations.append(mark.operation(try loaded(mark, loads), canvas: request.canvas))
      }
    } catch {
      return flow.fail(error)
    }
    let format = format(parts)
    let picture = Picture.composed(
      width: request.canvas.width, height: request.canvas.height,
      background: format == .jpeg ? request.background.opaque : request.background, placed, operations)
    var encoding = request.quality.encoding(format)
    encoding.ground = request.background.opaque
    var alternative: Encoding?
    if case .negotiated(let accepted) = request.format {
      alternative = accepted.alternative(to: format).map { request.quality.encoding($0) }
    }
    let plan = flow.plan(picture, encoding, or: alternative)
    return .render(plan) { [self] result in
      switch result {
      case .output(let rendered): finish(rendered, plan.format(of: rendered), parts, loads)
      // Which one is at fault shows only when each is rendered by itself.
      case .undecodable:
        probe(
          parts, cells, 0, good: [], loads,
          otherwise: Problem(
            .undecodableImage, "The pixels of the mark cannot be decoded.", parameter: marks.isEmpty ? nil : "mark"))
      case .failed: probe(parts, cells, 0, good: [], loads, otherwise: .renderFailed)
      case .timedOut, .overloaded: flow.fail(Problem.of(result) ?? .renderFailed)
      }
    }
  }

  private func loaded(_ mark: Mark, _ loads: Loads) throws(Problem) -> Original {
    for (other, loaded) in zip(marks, loads.marks) where other.presetName == mark.presetName {
      return try loaded.getMark()
    }
    throw .renderFailed
  }

  private func cells(_ parts: [Part]) -> [PixelRect]? {
    guard let layout = request.layout else {
      return GridLayout.best(
        for: parts.map { $0.original.header.orientedSize }, canvas: request.canvas, gap: request.gap)
    }
    return layout.cells(count: parts.count, canvas: request.canvas, gap: request.gap)
  }

  private func fill(_ cell: PixelRect, _ part: Part) -> [PixelOperation] {
    Framing(
      original: part.original.header.orientedSize, fractionalSize: part.original.header.fractionalSize,
      width: cell.width, height: cell.height, fit: .cover,
      gravity: .center, background: .transparent
    ).operations
  }

  private func format(_ parts: [Part]) -> OutputFormat {
    guard case .negotiated(let accepted) = request.format else {
      if case .named(let format) = request.format { return format }
      return .png
    }
    if accepted.avif { return .avif }
    if accepted.webp { return .webp }
    let showsBackground = request.gap > 0 && parts.count > 1 || parts.contains { $0.original.header.hasAlpha }
    return showsBackground && !request.background.isOpaque ? .png : .jpeg
  }

  /// Renders the parts one after the other, and lays out anew without those that cannot be.
  ///
  /// - Parameter problem: what it is where each of them can be.
  private func probe(
    _ parts: [Part], _ cells: [PixelRect], _ index: Int, good: [Part], _ loads: Loads, otherwise problem: Problem
  ) -> Step<Answer> {
    guard index < parts.count, index < cells.count else {
      return good.count < parts.count ? compose(good, loads) : flow.fail(problem)
    }
    let part = parts[index]
    let cell = cells[index]
    // On a canvas, too, because that may be what cannot be done with it.
    let picture = Picture.composed(
      width: cell.width, height: cell.height, background: .transparent,
      [Placed(.decoded(part.original.blob, frames: .first, fill(cell, part)), x: 0, y: 0)], [])
    return .render(flow.plan(picture, Encoding(format: .png))) { [self] result in
      var good = good
      var loads = loads
      switch result {
      case .output: good.append(part)
      case .undecodable: loads.notes.append(note(part.index, Problem(.undecodableImage, "")))
      case .failed: loads.notes.append(note(part.index, .renderFailed))
      case .timedOut, .overloaded: return flow.fail(Problem.of(result) ?? .renderFailed)
      }
      return probe(parts, cells, index + 1, good: good, loads, otherwise: problem)
    }
  }

  private func finish(
    _ rendered: RenderedOutput, _ format: OutputFormat, _ parts: [Part], _ loads: Loads
  ) -> Step<Answer> {
    let drawn = loads.marks.compactMap { try? $0.get().blob }
    if rendered.lacks(anyOf: drawn) { return flow.fail(.damagedMark) }
    var notes = loads.notes
    for part in parts where rendered.lacks(anyOf: [part.original.blob]) {
      notes.append("a grid has source \(part.index + 1) of \(request.parts.count) as far as it goes: it ends early")
    }
    guard !notes.isEmpty else {
      return flow.finish(rendered, format, fetchMilliseconds: loads.fetchMilliseconds)
    }
    return flow.finishPartial(
      rendered, format, fetchMilliseconds: loads.fetchMilliseconds,
      detail: rendered.damaged.isEmpty ? nil : Provenance.damaged, notes: notes)
  }
}
