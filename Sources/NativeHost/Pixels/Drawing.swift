import CVips
import EdgeHandler

/// Makes the pixels of a plan.
struct Drawing {
  let blobs: [Blob: UnsafeRawBufferPointer]
  let quality: EncodedPicture.Quality
  /// To choose the colours of a GIF takes far longer than all else.
  let qualityOfAnimations: EncodedPicture.Quality
  let context: PixelContext

  private var interruption: Interruption { context.interruption }

  func film(_ picture: Picture) throws(PixelFailure) -> Film {
    guard !interruption.isDue else { throw .interrupted }
    switch picture {
    case .decoded(let blob, let frames, let operations):
      guard let bytes = blobs[blob] else { throw .engine }
      guard let picture = EncodedPicture(bytes, context) else { throw .undecodable }
      return try film(picture, allFrames: frames == .all, operations[...])
    case .raster(let raster, let operations):
      let pixels = raster.rgba.withUnsafeBytes {
        cvips_from_pixels($0.baseAddress, $0.count, Int32(raster.width), Int32(raster.height), 4)
      }
      let picture = try VipsPicture(pixels)
      let colored = try VipsPicture(cvips_with_interpretation(picture.pointer, VIPS_INTERPRETATION_sRGB))
      return try apply(operations[...], to: Film(colored))
    case .composed(let width, let height, let background, let placed, let operations):
      var canvas = try VipsPicture.uniform(width: width, height: height, background)
      for one in placed {
        guard let picture = try film(one.picture).frames.first?.withoutMetadata() else { continue }
        canvas = try canvas.computed(interruption)
        canvas = try canvas.placing(picture, at: PixelPoint(x: one.x, y: one.y))
      }
      return try apply(operations[...], to: Film(canvas))
    }
  }

  /// An SVG as it is, without what could run.
  func document(_ picture: Picture) throws(PixelFailure) -> [UInt8] {
    guard case .decoded(let blob, _, let operations) = picture, operations.isEmpty, let bytes = blobs[blob] else {
      throw .engine
    }
    guard let original = EncodedPicture(bytes, context) else { throw .undecodable }
    return try original.sanitized()
  }

  private func film(
    _ original: EncodedPicture, allFrames: Bool, _ operations: ArraySlice<PixelOperation>
  ) throws(PixelFailure) -> Film {
    let header = try original.header()
    // How much of an SVG is drawn is decided by the output.
    guard header.format == .svg || context.limits.permit(header, frames: allFrames ? header.frames : 1) else {
      throw .engine
    }
    let stored = PixelSize(width: header.width, height: header.height)
    var geometry = Geometry(stored: stored, orientation: Orientation(exif: header.orientation))
    let rest = operations.drop { geometry.append($0) }
    guard allFrames, header.frames > 1 else {
      let opened = try original.open(for: geometry, of: stored, quality)
      var still = Film(try opened.applying(geometry, stored: stored, interruption))
      still.isOfGrey = opened.bands <= 2
      return try apply(rest, to: still)
    }
    var source = try original.animation(reduction: geometry.reduction, qualityOfAnimations)
    var frames: [VipsPicture] = []
    while frames.count < header.frames, let frame = try source.next(after: frames.count) {
      frames.append(try frame.applying(geometry, stored: stored, interruption).computed(interruption))
    }
    if frames.count < header.frames || source.lacksFrames { context.structures.noteDamage(of: original.bytes) }
    let timing = source.timing(of: frames.count)
    return try apply(rest, to: Film(frames: frames, timing: timing))
  }

  private func apply(_ operations: ArraySlice<PixelOperation>, to film: Film) throws(PixelFailure) -> Film {
    var film = film
    var operations = operations
    while let operation = operations.first, let size = film.frames.first?.size {
      guard !interruption.isDue else { throw .interrupted }
      var geometry = Geometry(stored: size)
      let rest = operations.drop { geometry.append($0) }
      if rest.count < operations.count {
        film = try film.mapFrames { frame throws(PixelFailure) in
          try frame.applying(geometry, stored: size, interruption)
        }
        operations = rest
      } else {
        film = try apply(operation, to: film)
        operations.removeFirst()
      }
    }
    return film
  }

  private func apply(_ operation: PixelOperation, to film: Film) throws(PixelFailure) -> Film {
    switch operation {
    case .smartCrop(let width, let height, let interest):
      return try smartCrop(film, to: PixelSize(width: width, height: height), interest)
    case .overlay(let picture, let point, let opacity):
      return try draw(picture, opacity, on: film) { mark, _ in DrawnMark(picture: mark, at: point) }
    case .tile(let picture, let point, let stepX, let stepY, let opacity):
      return try draw(picture, opacity, on: film) { mark, size throws(PixelFailure) in
        try mark.tiled(from: point, stepX: stepX, stepY: stepY, over: size, interruption)
      }
    case .turn:
      return try film.mapFrames { frame throws(PixelFailure) in
        try frame.computed(interruption).adjusted(by: operation)
      }
    case .blur, .sharpen:
      return try film.mapFrames { frame throws(PixelFailure) in
        let resampled = try frame.adjusted(by: operation)
        // Each of many would be in the middle of its rows until it is done.
        return film.frames.count > 1 ? try resampled.computed(interruption) : resampled
      }
    default:
      return try film.mapFrames { frame throws(PixelFailure) in try frame.adjusted(by: operation) }
    }
  }

  /// The first frame decides for all, so that an animation does not jump.
  private func smartCrop(
    _ film: Film, to size: PixelSize, _ interest: PixelOperation.Interest
  ) throws(PixelFailure) -> Film {
    let film = try film.mapFrames { frame throws(PixelFailure) in try frame.computed(interruption) }
    guard let first = film.frames.first else { return film }
    let corner = try first.mostInterestingCorner(of: size, interest)
    return try film.mapFrames { frame throws(PixelFailure) in
      try frame.cropped(to: PixelRect(x: corner.x, y: corner.y, width: size.width, height: size.height))
    }
  }

  /// The n-th frame of an animated mark is drawn on the n-th frame, again from its first when it has fewer.
  private func draw(
    _ picture: Picture, _ opacity: FixedPoint, on film: Film,
    _ place: (VipsPicture, PixelSize) throws(PixelFailure) -> DrawnMark
  ) throws(PixelFailure) -> Film {
    guard let size = film.frames.first?.size else { return film }
    var marks: [DrawnMark] = []
    for frame in try self.film(picture).frames.prefix(film.frames.count) {
      let mark = try frame.withAlpha().fading(opacity).withoutMetadata().computed(interruption)
      marks.append(try place(mark, size))
    }
    var film = film
    for index in film.frames.indices where !marks.isEmpty {
      let base = try film.frames[index].computed(interruption)
      let mark = marks[index % marks.count]
      film.frames[index] = try base.placing(mark.picture, at: mark.at)
    }
    return film
  }
}
