/// A picture that is drawn over an output, and how.
struct Mark: Sendable {
  var reference: SourceReference
  var settings: MarkSettings
  /// The name of the preset that draws this mark; `nil` where the URL asks for it.
  var presetName: String?

  var keyParts: [KeyPart] {
    [
      KeyPart(name: "mark", value: reference.canonical),
      KeyPart(name: "mark-version", value: reference.source?.version ?? ""),
      KeyPart(name: "mark-of", value: presetName == nil ? "url" : "policy"),
    ] + settings.effective.keyParts
  }
}

extension [Mark] {
  var presetNames: [String] {
    compactMap { $0.presetName }
  }
}

extension EndpointDecider {
  /// The marks of an output: those of the presets that are bound to its original, else the URL's own.
  mutating func marks(_ presets: [MarkPreset], _ set: ParameterSet) throws(Problem) -> [Mark] {
    guard presets.isEmpty else { return try marks(presets) }
    guard let text = set.text(.mark) else { return [] }
    let reference: SourceReference
    do {
      reference = try SourceReference(text, workspace: workspace)
    } catch {
      throw Problem(error.code, error.detail, parameter: ParameterName.mark.text)
    }
    try refuseAsMark(reference)
    trace.note("mark", "\(reference.canonical) (URL)")
    return [Mark(reference: reference, settings: MarkSettings(set))]
  }

  mutating func marks(_ presets: [MarkPreset]) throws(Problem) -> [Mark] {
    var marks: [Mark] = []
    for preset in presets {
      // A preset that named nothing did not get past the reading of the configuration.
      let reference = try SourceReference(preset.image, workspace: workspace)
      trace.note("mark", "\(reference.canonical) (policy: preset \(preset.name), bound to the original)")
      marks.append(Mark(reference: reference, settings: preset.settings, presetName: preset.name))
    }
    return marks
  }

  /// Drawn over a picture of the caller's choice, a bound picture would be shown without its mark. The image of a preset is
  /// no secret: it is on every output.
  private func refuseAsMark(_ reference: SourceReference) throws(Problem) {
    let presets = workspace.presets(boundTo: reference)
    let isPresetImage = presets.contains { preset in
      guard let image = try? SourceReference(preset.image, workspace: workspace) else { return false }
      return image.canonical == reference.canonical
    }
    guard presets.isEmpty || isPresetImage else {
      throw Problem(
        .sourceNotAllowed, "A picture that is itself shown under a mark only cannot be a mark.",
        parameter: ParameterName.mark.text)
    }
  }
}

extension OutputMaking {
  func load(_ mark: Mark) -> Step<Loaded> {
    loading(mark.presetName == nil ? .shown(marks: []) : .exempt).load(mark.reference)
  }
}

extension Loaded {
  /// Where the picture is a mark.
  func getMark() throws(Problem) -> Original {
    try mapError { $0.asOfMark }.get()
  }
}

extension Problem {
  /// The same fault where the picture at fault is a mark. Its codes are fewer: 404 would say that the original is missing.
  fileprivate var asOfMark: Problem {
    let code: Code
    switch self.code {
    case .sourceNotFound, .sourceTooLarge, .sourceTimeout, .sourceUnreachable, .sourceRefused, .sourceBusy:
      code = .sourceUnreachable
    case .tooManyPixels, .unsupportedFormat, .undecodableImage: code = .undecodableImage
    default: code = self.code
    }
    let isTransient = code == .overloaded
    return Problem(
      code, isTransient ? detail : "The mark cannot be drawn. " + detail,
      parameter: isTransient ? nil : ParameterName.mark.text)
  }
}
