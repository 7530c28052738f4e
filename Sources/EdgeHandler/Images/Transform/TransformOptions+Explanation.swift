extension TransformOptions {
  /// Reports the parameters that rules change; one that has nothing to act on only where the URL gives it.
  func explain(_ explanation: inout Explanation, _ set: ParameterSet) {
    guard format != .named(.svg) else {
      explanation.report(.format, isDefault: false)
      for row in explanation.table where row.actsOnPixels {
        explanation.ignore(row.name, "a drawing that is passed on has no pixels")
      }
      return
    }
    explainSize(&explanation, set)
    explainFilling(&explanation, set)
    switch format {
    case .lossless: explanation.ignore(.quality, "nocompress is without loss")
    case .named(let format): explanation.reportQuality(quality, format)
    case .negotiated, .original: explanation.reportQuality(quality, .webp)
    }
    if format == .original {
      explanation.report(.format, "the original's own", "default of this spelling")
    } else {
      explanation.reportFormat(negotiated: negotiatedWords)
    }
    explainEdges(&explanation, set)
    if set.keyword(.metadata) == "keep", metadata != .keep {
      explanation.report(
        .metadata, "copyright",
        "policy, of metadata=keep in the URL: what else it would keep may show the original without a mark")
    } else if keepsCopyrightOfJPEG {
      explanation.report(.metadata, "copyright in JPEG, else none", "default of this spelling")
    }
  }

  private func explainSize(_ explanation: inout Explanation, _ set: ParameterSet) {
    let size = set.integer(.size)
    let ratio = set.decimal(.dpr) ?? .one
    let dpr: String? = ratio == .one ? nil : explanation.given(.dpr)
    explanation.reportSide(
      .w, or: .size, width.map { "\($0)" }, times: dpr,
      default: height == nil ? "as the original" : "from h and the aspect ratio")
    explanation.reportSide(
      .h, or: .size, height.map { "\($0)" }, times: dpr,
      default: width == nil ? "as the original" : "from w and the aspect ratio")
    if explanation.isGiven(.w), explanation.isGiven(.h) { explanation.ignore(.size, "w and h are given") }
    let isScaled =
      width != set.integer(.w) ?? size || height != set.integer(.h) ?? size || self.dpr != .one
      || border != Self.border(set.border, times: .one)
    explanation.reportRatio(ratio, isScaled: isScaled)
  }

  private func explainFilling(_ explanation: inout Explanation, _ set: ParameterSet) {
    explanation.reportFit(fit, .fit, hasSide: width != nil || height != nil)
    switch fit {
    case .cover, .crop, .aspectCrop, .pad:
      if let wanted = set.gravity, wanted != gravity {
        explanation.report(.gravity, "center", "default")
        explanation.ignore(.gravity, "pad cuts nothing off that could be chosen by what is seen")
      } else {
        explanation.report(.gravity, isDefault: gravity == .center)
      }
    case .contain, .scaleDown, .squeeze:
      explanation.ignore(.gravity, "it is for cover, crop, aspect-crop and pad, with both w and h")
    }
    let isWhite = fit == .pad || format == .named(.jpeg)
    explanation.report(
      .background, isDefault: fit == .pad && background == .white, default: isWhite ? "white" : "none")
  }

  private func explainEdges(_ explanation: inout Explanation, _ set: ParameterSet) {
    let dpr = explanation.given(.dpr) ?? "1"
    if let text = explanation.given(.trim), self.dpr != .one {
      explanation.report(.trim, text, "URL, px × dpr=\(dpr)")
    } else {
      explanation.report(.trim, isDefault: false)
      if trim == nil { explanation.withoutEffect(.trim, "it cuts nothing off") }
    }
    let hasBorder = border.contains { $0 > 0 }
    if let text = explanation.given(.border), border != Self.border(set.border, times: .one) {
      explanation.report(
        .border, ListText.join(border.map { "\($0)" }, separator: ";"), "URL: border=\(text) × dpr=\(dpr)")
    } else {
      explanation.report(.border, isDefault: false)
    }
    guard hasBorder else {
      explanation.withoutEffect(.border, "it adds nothing")
      return explanation.ignore(.borderColor, "there is no border")
    }
    explanation.report(.borderColor, isDefault: borderColor == .black)
  }

  private var negotiatedWords: String {
    guard case .negotiated(let accepted) = format else { return format.keyword }
    let still =
      accepted.avif ? accepted.words(for: .avif) : accepted.webp ? "webp" : "png where there is alpha, else jpeg"
    let moving = accepted.webp ? "webp" : "gif"
    return isAnimated && still != moving ? "\(still); of an animation \(moving)" : still
  }
}

extension Parameter {
  /// Whether it says what is done to the pixels of the original.
  var actsOnPixels: Bool {
    switch name {
    case .src, .format, .onerror, .v: false
    default: !name.isOfMark
    }
  }
}

extension Explanation {
  /// - Parameters:
  ///   - location: where an error redirects to.
  ///   - presets: those that are bound to the original.
  mutating func reportRedirect(
    to location: String?, of reference: SourceReference, _ marks: [Mark], bound presets: [MarkPreset]
  ) {
    if location != nil || !isGiven(.onerror) {
      report(.onerror, isDefault: false)
    } else if presets.isEmpty {
      report(.onerror, "none", "default")
      ignore(
        .onerror,
        !marks.isEmpty
          ? "the original would be without the mark"
          : reference.isFullURL
            ? "allowedExternalSources does not name the host, and * is not enough to send a caller there"
            : "where a source of the workspace has its originals is not told")
    } else {
      report(.onerror, "none", "policy: an original is not shown without the mark that is bound to it")
      ignore(.onerror, presets.reason)
    }
  }
}
