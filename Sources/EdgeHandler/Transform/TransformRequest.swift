/// A transform that may be made.
struct TransformRequest: Sendable {
  var output: OutputRequest
  var reference: SourceReference
  var options: TransformOptions
  /// In the order in which they are drawn.
  var marks: [Mark]

  /// Where the caller is sent when the original cannot be transformed. Never where a mark is drawn: an unmarked picture is
  /// not served in the place of a marked one. Never an object, which only we can get.
  var locationOnError: String? {
    guard options.redirectsOnError, marks.isEmpty, case .url(let url) = reference.location else { return nil }
    return url.serialized
  }
}

extension EndpointDecider {
  mutating func transform(_ query: Query, pathSource: String?) throws(Problem) -> Decision {
    let reference = try source(query, pathSource)
    let presets = workspace.presets(boundTo: reference)
    let set = try parameters(query, ParameterTable.transform, bound: presets)
    var options = try TransformOptions(
      set, accepted: accepted, limits: configuration.limits)
    // EXIF, XMP and Photoshop's blocks may hold previews, which show the original without a mark.
    if !presets.isEmpty, options.metadata == .keep {
      options.metadata = .copyright
      trace.note("policy", "metadata = copyright: what else keep would keep may show the original without a mark")
    }
    let marks = try marks(presets, set)

    let effective = options.effective
    if trace.isOn { noteWithoutEffect(query, effective) }
    var parts = reference.keyParts
    parts += effective
    for mark in marks { parts += mark.keyParts }
    parts += workspace.bindings(of: [reference] + marks.map { $0.reference })
    let isNegotiated = if case .negotiated = options.format { true } else { false }
    let output = output("transform", parts, isNegotiated: isNegotiated)
    guard !output.isKnown else { return .answer(output.notModified()) }
    return .transform(
      TransformRequest(output: output, reference: reference, options: options, marks: marks))
  }

  /// Parameters that are known and valid, and change nothing in this company: a default that is spelled out, a `gravity` where
  /// nothing is cut off.
  private mutating func noteWithoutEffect(_ query: Query, _ effective: [KeyPart]) {
    for item in query.items {
      guard let parameter = ParameterTable.transform.first(where: { $0.name.text == item.name }) else { continue }
      switch parameter.name {
      case .src, .size, .dpr, .onerror: continue
      default:
        guard !parameter.name.isOfMark, !effective.contains(where: { $0.name == item.name }) else { continue }
        trace.note("no effect", "\(item.name): it changes nothing beside the other parameters")
      }
    }
  }
}
