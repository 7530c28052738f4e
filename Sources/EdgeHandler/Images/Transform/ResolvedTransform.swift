/// A transform that may be made.
struct ResolvedTransform: Sendable {
  var output: ResolvedOutput
  var reference: SourceReference
  var options: TransformOptions
  /// In the order in which they are drawn.
  var marks: [Mark]
  /// Where the caller is sent when the original cannot be transformed.
  var locationOnError: String?
}

extension EndpointDecider {
  mutating func transform(
    _ query: Query, pathSource: String?, spelling: TransformOptions.Spelling = .own
  ) throws(Problem) -> Decision {
    let reference = try source(query, pathSource)
    let presets = workspace.presets(boundTo: reference)
    let set = try parameters(query, ParameterTable.transform, bound: presets)
    var options = try TransformOptions(
      set, spelling: spelling, accepted: accepted, limits: configuration.limits)
    if !presets.isEmpty { options.dropPreviews() }
    let marks = try marks(presets, set)
    guard options.format != .named(.svg) || (marks.isEmpty && presets.isEmpty) else {
      throw Problem(
        .invalidParameter,
        presets.isEmpty
          ? "format is svg, and a mark is drawn on pixels only; leave one of them out."
          : "format is svg, and the workspace stamps every output of this source, which takes pixels; name another format.",
        parameter: "format")
    }

    let location = locationOnError(options, reference, marks)
    if trace.isOn {
      var explanation = Explanation(query: query, table: ParameterTable.transform)
      options.explain(&explanation, set)
      explanation.reportRedirect(to: location, of: reference, marks, bound: presets)
      if presets.isEmpty { explanation.report(marks.first) } else { explanation.reportSettings(ofPresets: marks) }
      explanation.write(
        to: &trace, effective: options.effective, mark: presets.isEmpty ? marks.first?.settings.effective : nil)
    }

    var parts = reference.keyParts
    parts += options.effective.keyParts
    for mark in marks { parts += mark.keyParts }
    parts += workspace.bindings(of: [reference] + marks.map { $0.reference })
    let isNegotiated = if case .negotiated = options.format { true } else { false }
    let output = try output("transform", parts, of: reference, isNegotiated: isNegotiated)
    guard !output.isKnown else { return .answer(output.notModified()) }
    return .transform(
      ResolvedTransform(
        output: output, reference: reference, options: options, marks: marks, locationOnError: location))
  }

  /// Never where a mark is drawn: an unmarked picture is not served in the place of a marked one. Only to a URL that the caller has
  /// given, so that no source's place is told, and whose host the workspace has named: under `*` the workspace's own address would
  /// send its visitors anywhere.
  private func locationOnError(_ options: TransformOptions, _ reference: SourceReference, _ marks: [Mark]) -> String? {
    guard options.redirectsOnError, marks.isEmpty, reference.isFullURL, case .url(let url) = reference.location,
      workspace.allowedExternalSources.matchesByName(url)
    else { return nil }
    return url.serialized
  }
}
