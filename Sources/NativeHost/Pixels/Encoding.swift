import CVips
import EdgeHandler
import NIOCore

extension Film {
  consuming func encoded(_ encoding: Encoding, _ interruption: Interruption) throws(PixelFailure) -> ByteBuffer {
    let isAnimation = frames.count > 1
    var picture = try joined(for: encoding.format)
    if encoding.format == .jpeg { picture = try picture.flattened(on: .white) }
    picture = try picture.keeping(encoding.metadata)
    guard !interruption.isDue else { throw .interrupted }
    if encoding.format == .webp {
      // libvips' WebP encoder loses the memory of a picture that fails on the way.
      picture = try picture.computed(interruption)
      // What it was made of, such as a decoder's megabytes, is not needed any more.
      frames = []
    } else {
      interruption.watch(picture)
    }
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
        cvips_save_avif(pointer, &bytes, &count, quality, encoding.lossless ? 1 : 0, Effort.avif, strip)
      case .gif: cvips_save_gif(pointer, &bytes, &count, Effort.quantisation, strip)
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

/// How hard encoders try. An answer is made while somebody waits.
private enum Effort {
  /// Of zlib: 6 takes twice as long for nothing less, 3 a fifth less for an eighth more.
  static let png: Int32 = 4
  /// Bytes of pixels up to which a PNG is compressed by libdeflate, which needs them all at once, and some times over.
  static let wholePNG = 16 << 20
  static let quantisation: Int32 = 4
  static let webP: Int32 = 4
  static let losslessWebP: Int32 = 2
  /// 2 megapixels in a fifth of a second; 4, the standard, takes ten times as long for a twentieth less.
  static let avif: Int32 = 1
}
