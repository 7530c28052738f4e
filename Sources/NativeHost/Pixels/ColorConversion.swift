import CVips

/// From whatever colour an original has to 8-bit sRGB with three bands, or four with alpha.
///
/// In two steps, because a picture is smaller after it has been resized: what can be resized as it is stays as it is until then,
/// with all its bits.
enum ColorConversion {
  /// One to four bands of 8 or 16 bits, of a space that can be resized in.
  static func prepare(_ picture: VipsPicture) throws(PixelFailure) -> VipsPicture {
    let picture = try withoutFurtherBands(picture)
    switch (picture.format, picture.interpretation) {
    case (VIPS_FORMAT_UCHAR, VIPS_INTERPRETATION_CMYK), (VIPS_FORMAT_USHORT, VIPS_INTERPRETATION_CMYK): return picture
    // Ink of signed or longer numbers: nothing says how much of it is all.
    case (_, VIPS_INTERPRETATION_CMYK): throw .undecodable
    case (VIPS_FORMAT_UCHAR, VIPS_INTERPRETATION_sRGB), (VIPS_FORMAT_UCHAR, VIPS_INTERPRETATION_B_W),
      (VIPS_FORMAT_USHORT, VIPS_INTERPRETATION_RGB16), (VIPS_FORMAT_USHORT, VIPS_INTERPRETATION_GREY16):
      return picture
    default:
      return try toSRGB(picture)
    }
  }

  /// Channels beyond colour and alpha have no agreed meaning.
  private static func withoutFurtherBands(_ picture: VipsPicture) throws(PixelFailure) -> VipsPicture {
    let (colors, most): (Int32, Int) =
      switch picture.interpretation {
      case VIPS_INTERPRETATION_CMYK: (4, 4)
      case VIPS_INTERPRETATION_B_W, VIPS_INTERPRETATION_GREY16: (1, 2)
      default: (3, 4)
      }
    return picture.bands > most ? try VipsPicture(cvips_extract_bands(picture.pointer, 0, colors)) : picture
  }

  static func finish(_ picture: VipsPicture) throws(PixelFailure) -> VipsPicture {
    if let converted = try? applyingProfile(picture) { return try toSRGB(converted) }
    guard picture.interpretation == VIPS_INTERPRETATION_CMYK else { return try toSRGB(picture) }
    return try fromNaiveInk(picture)
  }

  /// `nil` where there is no profile, or one that is broken or for another kind of image: browsers ignore those too.
  private static func applyingProfile(_ picture: VipsPicture) throws(PixelFailure) -> VipsPicture? {
    guard picture.has(VIPS_META_ICC_NAME) else { return nil }
    return try VipsPicture(cvips_apply_profile(picture.pointer))
  }

  private static func toSRGB(_ picture: VipsPicture) throws(PixelFailure) -> VipsPicture {
    var picture = picture
    if picture.interpretation != VIPS_INTERPRETATION_sRGB {
      picture = try VipsPicture(cvips_to_srgb(picture.pointer))
    }
    if picture.format != VIPS_FORMAT_UCHAR {
      picture = try VipsPicture(cvips_cast(picture.pointer, VIPS_FORMAT_UCHAR))
    }
    return picture
  }

  /// Ink without a profile: each of three inks takes its colour away and black takes all, as browsers do it.
  private static func fromNaiveInk(_ picture: VipsPicture) throws(PixelFailure) -> VipsPicture {
    let light = try VipsPicture(cvips_invert(picture.pointer))
    let colors = try VipsPicture(cvips_extract_bands(light.pointer, 0, 3))
    let black = try VipsPicture(cvips_extract_bands(light.pointer, 3, 1))
    let product = try VipsPicture(cvips_multiply(colors.pointer, black.pointer))
    let most = picture.format == VIPS_FORMAT_USHORT ? 65535.0 : 255
    let scaled = try VipsPicture(cvips_linear(product.pointer, [255 / (most * most)], [0.5], 1))
    let bytes = try VipsPicture(cvips_cast(scaled.pointer, VIPS_FORMAT_UCHAR))
    return try VipsPicture(cvips_with_interpretation(bytes.pointer, VIPS_INTERPRETATION_sRGB))
  }
}
