import CVips
import EdgeHandler
import NIOCore

extension Film {
  /// In the one encoding or in the other, whichever takes fewer bytes. Both are tried where it cannot be told beforehand: a photograph of some size
  /// is encoded once.
  consuming func encoded(
    _ encoding: Encoding, or alternative: Encoding?, _ interruption: Interruption
  ) throws(PixelFailure) -> (body: ByteBuffer, isAlternative: Bool) {
    guard let alternative, frames.count == 1, let frame = frames.first else {
      return (try encoded(encoding, interruption), false)
    }
    let picture = try frame.computed(interruption)
    frames = [picture]
    let isUncertain =
      picture.width * picture.height <= Effort.small
      || (PixelCensus(picture).map { $0.repetition >= Effort.flat } ?? false)
    guard isUncertain else { return (try encoded(encoding, interruption), false) }
    let other = self
    let body = try encoded(encoding, interruption)
    guard !interruption.isDue else { throw .interrupted }
    let otherBody = try other.encoded(alternative, interruption)
    return otherBody.readableBytes < body.readableBytes ? (otherBody, true) : (body, false)
  }

  consuming func encoded(_ encoding: Encoding, _ interruption: Interruption) throws(PixelFailure) -> ByteBuffer {
    let isAnimation = frames.count > 1
    var picture = try joined(for: encoding.format)
    if encoding.format == .jpeg { picture = try picture.flattened(on: encoding.ground) }
    picture = try picture.keeping(encoding.metadata)
    guard !interruption.isDue else { throw .interrupted }
    var census: PixelCensus?
    if isAnimation ? encoding.format == .webp : isLookedAt(encoding) {
      // libvips' WebP encoder loses the memory of a picture that fails on the way, too.
      picture = try picture.computed(interruption)
      // What it was made of, such as a decoder's megabytes, is not needed any more.
      frames = []
      if !isAnimation { census = PixelCensus(picture) }
    } else {
      interruption.watch(picture)
    }
    if encoding.format == .png, let census, !picture.hasMetadata, let indexed = IndexedPNG(picture, census)?.file {
      return indexed
    }
    if encoding.format == .png || encoding.format == .jpeg, let census { picture = try picture.reduced(census) }
    var encoding = encoding
    // Eight bits of grey are exact, and a quantiser's palette would not be.
    if let census, census.colors != nil, census.isGrey, census.isOpaque { encoding.palette = false }
    let body = try Self.file(of: picture, encoding, isAnimation: isAnimation, interruption)
    guard encoding.format == .webp, !encoding.lossless, let census, census.repetition >= Effort.flat else {
      return body
    }
    guard !interruption.isDue else { throw .interrupted }
    var exact = encoding
    exact.lossless = true
    let exactBody = try Self.file(of: picture, exact, isAnimation: false, interruption)
    return exactBody.readableBytes < body.readableBytes ? exactBody : body
  }

  /// Whether a still's colours decide how it is written. JPEG, which is otherwise made a few rows at a time, asks of grey originals only.
  private func isLookedAt(_ encoding: Encoding) -> Bool {
    switch encoding.format {
    case .png, .webp: true
    case .jpeg: isOfGrey
    case .avif, .gif, .svg: false
    }
  }

  private static func file(
    of picture: VipsPicture, _ encoding: Encoding, isAnimation: Bool, _ interruption: Interruption
  ) throws(PixelFailure) -> ByteBuffer {
    var bytes: UnsafeMutableRawPointer?
    var count = 0
    let strip: gboolean = encoding.metadata == .none ? 1 : 0
    let isCompressedLater = encoding.format == .png && picture.width * picture.height * picture.bands <= Effort.wholePNG
    let compression = isCompressedLater ? 0 : Effort.png
    let quality = Int32(encoding.quality)
    let pointer = picture.pointer
    let failed =
      switch encoding.format {
      case .jpeg: cvips_save_jpeg(pointer, &bytes, &count, quality, strip)
      case .png where encoding.palette:
        cvips_save_palette_png(pointer, &bytes, &count, compression, quality, Effort.quantisation, strip)
      case .png: cvips_save_png(pointer, &bytes, &count, compression, strip)
      case .webp:
        cvips_save_webp(
          pointer, &bytes, &count, quality, encoding.lossless ? 1 : 0,
          encoding.lossless ? Effort.losslessWebP : Effort.webP, strip)
      case .avif:
        cvips_save_avif(
          pointer, &bytes, &count, quality, encoding.lossless ? 1 : 0, Effort.avif, Effort.avifSubsampling, strip)
      case .gif: cvips_save_gif(pointer, &bytes, &count, Effort.quantisation, strip)
      case .svg: Int32(-1)
      }
    defer { g_free(bytes) }
    guard failed == 0, let bytes else {
      vips_error_clear()
      throw interruption.isDue ? .interrupted : .engine
    }
    let file = ByteBuffer(bytes: UnsafeRawBufferPointer(start: bytes, count: count))
    if isCompressedLater {
      guard !interruption.isDue else { throw .interrupted }
      guard let smaller = PNGContainer(file)?.compressed() else { throw .engine }
      return smaller
    }
    guard encoding.format == .webp, var container = WebPContainer(file) else { return file }
    if !picture.has("exif-data") { container.removeEXIF() }
    if isAnimation, picture.hasAlpha { container.markTransparent() }
    return container.file
  }

  /// One below the other, as libvips keeps animations.
  private func joined(for format: OutputFormat) throws(PixelFailure) -> VipsPicture {
    guard let first = frames.first else { throw .engine }
    guard frames.count > 1 else { return first }
    var pointers: [UnsafeMutablePointer<VipsImage>?] = frames.map(\.pointer)
    let joined = try VipsPicture(cvips_join_vertically(&pointers, Int32(pointers.count)))
    vips_image_set_int(joined.pointer, "page-height", Int32(first.height))
    if let timing = timing?.writable(in: format) {
      let delays = timing.delaysInMilliseconds.map(Int32.init(clamping:))
      vips_image_set_array_int(joined.pointer, "delay", delays, Int32(delays.count))
      vips_image_set_int(joined.pointer, "loop", Int32(clamping: timing.plays))
    }
    return joined
  }
}

extension VipsPicture {
  /// Without the bands that say nothing.
  fileprivate func reduced(_ census: PixelCensus) throws(PixelFailure) -> VipsPicture {
    switch (census.isGrey, hasAlpha && !census.isOpaque) {
    case (true, true):
      let grey = try VipsPicture(cvips_extract_bands(pointer, 2, 2))
      return try VipsPicture(cvips_with_interpretation(grey.pointer, VIPS_INTERPRETATION_B_W))
    case (true, false):
      let grey = try VipsPicture(cvips_extract_bands(pointer, 0, 1))
      return try VipsPicture(cvips_with_interpretation(grey.pointer, VIPS_INTERPRETATION_B_W))
    case (false, false) where hasAlpha: return try VipsPicture(cvips_extract_bands(pointer, 0, 3))
    case (false, _): return self
    }
  }

  fileprivate var hasMetadata: Bool {
    ["exif-data", "xmp-data", "iptc-data"].contains(where: has)
  }
}

/// How hard encoders try. An answer is made while somebody waits.
private enum Effort {
  /// The level of zlib: level 6 takes twice as long for no fewer bytes, level 3 saves a fifth of the time for an eighth
  /// more bytes.
  static let png: Int32 = 4
  /// Bytes of pixels up to which a PNG is compressed by libdeflate, which needs them all at once, and some times over.
  static let wholePNG = 16 << 20
  static let quantisation: Int32 = 4
  /// 2 takes three fifths of the time for a fourteenth more, 6 twice the time for a twenty-fifth less (`docs/quality.md`).
  static let webP: Int32 = 4
  static let losslessWebP: Int32 = 2
  /// 0 takes two fifths of the time for a fifth more, 2 half as much again for a fourteenth less (`docs/quality.md`).
  static let avif: Int32 = 1
  /// Colours at full resolution: an eighth less at equal fidelity for a fourteenth of the time, and thin lines keep their colour.
  static let avifSubsampling = VIPS_FOREIGN_SUBSAMPLE_OFF
  /// Of 256 pixels, how many like the one before them a drawing has, at the least, that WebP may write in fewer bytes without loss, and
  /// in fewer than AVIF.
  /// Photographs have 30 of them, and one on a ground of one colour up to 190.
  static let flat = 192
  /// The most pixels of a picture that may take fewer bytes in WebP than in AVIF whatever it shows: of 100 × 100 and less nearly all do, of twice
  /// as many each second.
  static let small = 32_768
}
