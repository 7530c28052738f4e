import CVips
import EdgeHandler

/// What decoders leave as a file has it, made what the rest of the engine takes for granted: unsigned numbers of 8 or 16 bits, of their
/// full range, and colours that are not multiplied with alpha.
extension VipsPicture {
  func withPlainSamples(_ structure: Structure) throws(PixelFailure) -> VipsPicture {
    var picture = self
    if let samples = structure.tiff { picture = try picture.withPlainSamples(samples) }
    if structure.narrowBands != Structure.NarrowBands() { picture = try picture.widened(structure.narrowBands) }
    if structure.isPremultiplied, picture.hasAlpha { picture = try picture.unpremultiplied() }
    return picture
  }

  /// To 16 bits what has more of them.
  private func withPlainSamples(_ samples: TIFFStructure.Samples) throws(PixelFailure) -> VipsPicture {
    guard samples.isReadByLibvips, [0, 1, 2, 5].contains(samples.photometric) else { return self }
    var picture = try withoutFurtherBands(samples)
    guard samples.bits > 16 else { return picture }
    let isGrey = samples.photometric <= 1
    let bands = picture.bands
    let most = samples.isFloat ? 1 : 4_294_967_295.0
    // libvips has inverted whole numbers already.
    if samples.photometric == 0, samples.isFloat {
      let factors = (0..<bands).map { $0 < samples.colors ? -1.0 : 1 }
      picture = try VipsPicture(
        cvips_linear(picture.pointer, factors, factors.map { $0 < 0 ? most : 0 }, Int32(bands)))
    }
    picture = try VipsPicture(cvips_linear(picture.pointer, [65535 / most], [0.5], 1))
    picture = try VipsPicture(cvips_cast(picture.pointer, VIPS_FORMAT_USHORT))
    let space =
      isGrey
      ? VIPS_INTERPRETATION_GREY16
      : samples.photometric == 2 ? VIPS_INTERPRETATION_RGB16 : VIPS_INTERPRETATION_CMYK
    picture = try VipsPicture(cvips_with_interpretation(picture.pointer, space))
    // Floating point numbers are of light, unless a profile says what else they are of.
    if samples.isFloat, samples.photometric != 5 {
      picture.colorSignal = ColorSignal(primaries: .sRGB, transfer: .power(1))
    }
    return picture
  }

  /// Drops the channels behind the colours, but for the first where it is alpha: because the file says so, or because it is the only one and no ink.
  private func withoutFurtherBands(_ samples: TIFFStructure.Samples) throws(PixelFailure) -> VipsPicture {
    let further = bands - samples.colors
    let isAlpha = samples.extra == 1 || samples.extra == 2 || (further == 1 && samples.photometric != 5)
    guard further > (isAlpha ? 1 : 0) else { return self }
    return try VipsPicture(cvips_extract_bands(pointer, 0, Int32(samples.colors + (isAlpha ? 1 : 0))))
  }

  /// From 16–235 (of 8 bits) to all there is.
  private func widened(_ narrow: Structure.NarrowBands) throws(PixelFailure) -> VipsPicture {
    guard format == VIPS_FORMAT_UCHAR || format == VIPS_FORMAT_USHORT else { return self }
    let unit = format == VIPS_FORMAT_UCHAR ? 1.0 : 256
    let most = format == VIPS_FORMAT_UCHAR ? 255.0 : 65535
    let factor = most / (219 * unit)
    let isNarrow = (0..<bands).map { hasAlpha && $0 == bands - 1 ? narrow.alpha : narrow.grey }
    let wide = try VipsPicture(
      cvips_linear(
        pointer, isNarrow.map { $0 ? factor : 1 }, isNarrow.map { $0 ? 0.5 - 16 * unit * factor : 0.5 }, Int32(bands)))
    return try VipsPicture(cvips_cast(wide.pointer, format))
  }

  private func unpremultiplied() throws(PixelFailure) -> VipsPicture {
    let most = format == VIPS_FORMAT_UCHAR ? 255.0 : 65535
    guard format == VIPS_FORMAT_UCHAR || format == VIPS_FORMAT_USHORT else { return self }
    let exact = try VipsPicture(cvips_unpremultiply_of(pointer, most))
    let rounded = try VipsPicture(cvips_linear(exact.pointer, [1], [0.5], 1))
    return try VipsPicture(cvips_cast(rounded.pointer, format))
  }
}
