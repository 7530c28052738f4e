extension TransformOptions {
  /// Tells of every parameter in the order of the documentation; of one that has nothing to act on only where the URL gives it.
  func explain(_ told: inout Explanation, _ set: ParameterSet) {
    guard format != .named(.svg) else {
      told.tell(.format, isStandard: false)
      for row in told.table where row.actsOnPixels {
        told.ignore(row.name, "a drawing that is passed on has no pixels")
      }
      return
    }
    explainSize(&told, set)
    explainFilling(&told, set)
    switch format {
    case .lossless: told.ignore(.quality, "nocompress is without loss")
    case .named(let format): told.tellQuality(quality, format)
    case .negotiated, .original: told.tellQuality(quality, .webp)
    }
    if format == .original {
      told.tell(.format, "the original's own", "default of this spelling")
    } else {
      told.tellFormat(negotiated: negotiatedWords)
    }
    let changed = effective
    func isStandard(_ name: ParameterName) -> Bool { !changed.contains { $0.name == name.text } }
    for name in [ParameterName.blur, .sharpen, .brightness, .contrast, .saturation, .gamma, .rotate, .flip] {
      told.tell(name, isStandard: isStandard(name))
    }
    explainEdges(&told, set)
    told.tell(.anim, isStandard: isStandard(.anim))
    if set.keyword(.metadata) == "keep", metadata != .keep {
      told.tell(
        .metadata, "copyright",
        "policy, of metadata=keep in the URL: what else it would keep may show the original without a mark")
    } else if keepsCopyrightOfJPEG {
      told.tell(.metadata, "copyright in JPEG, else none", "default of this spelling")
    } else {
      told.tell(.metadata, isStandard: isStandard(.metadata))
    }
  }

  private func explainSize(_ told: inout Explanation, _ set: ParameterSet) {
    let size = set.integer(.size)
    let ratio = set.decimal(.dpr) ?? .one
    let dpr: String? = ratio == .one ? nil : told.given(.dpr)
    told.tellSide(
      .w, or: .size, width.map { "\($0)" }, times: dpr,
      standard: height == nil ? "as the original" : "from h and the aspect ratio")
    told.tellSide(
      .h, or: .size, height.map { "\($0)" }, times: dpr,
      standard: width == nil ? "as the original" : "from w and the aspect ratio")
    if told.isGiven(.w), told.isGiven(.h) { told.ignore(.size, "w and h are given") }
    let isScaled =
      width != set.integer(.w) ?? size || height != set.integer(.h) ?? size || self.dpr != .one
      || border != Self.border(set.border, times: .one)
    told.tellRatio(ratio, isScaled: isScaled)
  }

  private func explainFilling(_ told: inout Explanation, _ set: ParameterSet) {
    told.tellFit(fit, .fit, hasSide: width != nil || height != nil)
    switch fit {
    case .cover, .crop, .aspectCrop, .pad:
      if let wanted = set.gravity, wanted != gravity {
        told.tell(.gravity, "center", "default")
        told.ignore(.gravity, "pad cuts nothing off that could be chosen by what is seen")
      } else {
        told.tell(.gravity, isStandard: gravity == .center)
      }
    case .contain, .scaleDown, .squeeze:
      told.ignore(.gravity, "it is for cover, crop, aspect-crop and pad, with both w and h")
    }
    let isWhite = fit == .pad || format == .named(.jpeg)
    told.tell(
      .background, isStandard: fit == .pad && background == .white, standard: isWhite ? "white" : "none")
  }

  private func explainEdges(_ told: inout Explanation, _ set: ParameterSet) {
    let dpr = told.given(.dpr) ?? "1"
    if let text = told.given(.trim), self.dpr != .one {
      told.tell(.trim, text, "URL, px × dpr=\(dpr)")
    } else {
      told.tell(.trim, isStandard: false)
      if trim == nil { told.withoutEffect(.trim, "it cuts nothing off") }
    }
    let hasBorder = border.contains { $0 > 0 }
    if let text = told.given(.border), border != Self.border(set.border, times: .one) {
      told.tell(
        .border, ListText.join(border.map { "\($0)" }, separator: ";"), "URL: border=\(text) × dpr=\(dpr)")
    } else {
      told.tell(.border, isStandard: false)
    }
    guard hasBorder else {
      told.withoutEffect(.border, "it adds nothing")
      return told.ignore(.borderColor, "there is no border")
    }
    told.tell(.borderColor, isStandard: borderColor == .black)
  }

  private var negotiatedWords: String {
    guard case .negotiated(let accepted) = format else { return format.keyword }
    let still = accepted.avif ? "avif" : accepted.webp ? "webp" : "png where there is alpha, else jpeg"
    let moving = accepted.webp ? "webp" : "gif"
    return isAnimated && still != moving ? "\(still); of an animation \(moving)" : still
  }
}

extension Parameter {
  /// Whether it says what is done to the pixels of the original.
  fileprivate var actsOnPixels: Bool {
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
  mutating func tellRedirect(
    to location: String?, of reference: SourceReference, _ marks: [Mark], bound presets: [MarkPreset]
  ) {
    if location != nil || !isGiven(.onerror) {
      tell(.onerror, isStandard: false)
    } else if presets.isEmpty {
      tell(.onerror, "none", "default")
      ignore(
        .onerror,
        !marks.isEmpty
          ? "the original would be without the mark"
          : reference.isFullURL
            ? "allowedExternalSources does not name the host, and * is not enough to send a caller there"
            : "where a source of the workspace has its originals is not told")
    } else {
      tell(.onerror, "none", "policy: an original is not shown without the mark that is bound to it")
      ignore(.onerror, presets.reason)
    }
  }
}
