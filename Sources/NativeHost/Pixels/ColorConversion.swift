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
    case (VIPS_FORMAT_UCHAR, VIPS_INTERPRETATION_CMYK), (VIPS_FORMAT_USHORT, VIPS_INTERPRETATION_CMYK):
      // Five bands cannot be resized.
      return picture.bands > 4 ? try finish(picture) : picture
    // Ink of signed or longer numbers: nothing says how much of it is all.
    case (_, VIPS_INTERPRETATION_CMYK): throw .undecodable
    case (VIPS_FORMAT_UCHAR, VIPS_INTERPRETATION_sRGB), (VIPS_FORMAT_UCHAR, VIPS_INTERPRETATION_B_W),
      (VIPS_FORMAT_USHORT, VIPS_INTERPRETATION_RGB16), (VIPS_FORMAT_USHORT, VIPS_INTERPRETATION_GREY16):
      return picture
    default:
      // Such a space says what colours are, whatever a profile says.
      return try toSRGB(picture).withoutColorFields()
    }
  }

  /// Channels beyond colour and alpha have no agreed meaning.
  private static func withoutFurtherBands(_ picture: VipsPicture) throws(PixelFailure) -> VipsPicture {
    let colors = colorBands(picture.interpretation)
    return picture.bands > colors + 1
      ? try VipsPicture(cvips_extract_bands(picture.pointer, 0, Int32(colors))) : picture
  }

  private static func colorBands(_ space: VipsInterpretation) -> Int {
    switch space {
    case VIPS_INTERPRETATION_CMYK: 4
    case VIPS_INTERPRETATION_B_W, VIPS_INTERPRETATION_GREY16: 1
    default: 3
    }
  }

  static func finish(_ picture: VipsPicture) throws(PixelFailure) -> VipsPicture {
    let profile = picture.has(VIPS_META_ICC_NAME)
    let signal = picture.colorSignal
    guard profile || signal != nil || picture.interpretation == VIPS_INTERPRETATION_CMYK else {
      return try toSRGB(picture)
    }
    if let signal, signal.outranksProfile { return try applying(signal, picture) }
    if profile, let converted = try applyingProfile(picture) { return converted }
    if let signal { return try applying(signal, picture) }
    if picture.interpretation == VIPS_INTERPRETATION_CMYK {
      return try byColors(picture) { colors throws(PixelFailure) in try fromNaiveInk(colors) }.withoutColorFields()
    }
    return try toSRGB(picture).withoutColorFields()
  }

  private static func applying(_ signal: ColorSignal, _ picture: VipsPicture) throws(PixelFailure) -> VipsPicture {
    guard !signal.isSRGB, picture.bands <= 4, picture.interpretation != VIPS_INTERPRETATION_CMYK else {
      return try toSRGB(picture).withoutColorFields()
    }
    let isDeep = picture.format == VIPS_FORMAT_USHORT
    return try toSRGB(ColorTransform(signal, isDeep: isDeep).apply(to: picture)).withoutColorFields()
  }

  /// `nil` where the profile is broken or for another kind of picture: browsers ignore those too. libvips would take one of its own in
  /// their place, or fail only when pixels are computed.
  private static func applyingProfile(_ picture: VipsPicture) throws(PixelFailure) -> VipsPicture? {
    guard let space = picture.profileSpace, space == wantedSpace(picture.interpretation) else { return nil }
    return try byColors(picture) { colors throws(PixelFailure) in
      guard let converted = try? VipsPicture(cvips_apply_profile(colors.pointer)) else { return nil }
      return try toSRGB(converted)
    }?.withoutColorFields()
  }

  /// As a profile names it (ICC.1:2022, table 19).
  private static func wantedSpace(_ space: VipsInterpretation) -> String {
    switch space {
    case VIPS_INTERPRETATION_CMYK: "CMYK"
    case VIPS_INTERPRETATION_B_W, VIPS_INTERPRETATION_GREY16: "GRAY"
    default: "RGB "
    }
  }

  /// With alpha taken out and put back, as 8 bits: libvips carries it along without scaling it.
  private static func byColors(
    _ picture: VipsPicture, _ body: (VipsPicture) throws(PixelFailure) -> VipsPicture?
  ) throws(PixelFailure) -> VipsPicture? {
    let colors = colorBands(picture.interpretation)
    guard picture.bands > colors else { return try body(picture) }
    let opaque = try VipsPicture(cvips_extract_bands(picture.pointer, 0, Int32(colors)))
    guard let converted = try body(opaque) else { return nil }
    var alpha = try VipsPicture(cvips_extract_bands(picture.pointer, Int32(colors), 1))
    if alpha.format == VIPS_FORMAT_USHORT {
      let scaled = try VipsPicture(cvips_linear(alpha.pointer, [1.0 / 257], [0.5], 1))
      alpha = try scaled.asBytes()
    }
    let joined = try VipsPicture(cvips_join_bands(converted.pointer, alpha.pointer))
    return try VipsPicture(cvips_with_interpretation(joined.pointer, VIPS_INTERPRETATION_sRGB))
  }

  private static func byColors(
    _ picture: VipsPicture, _ body: (VipsPicture) throws(PixelFailure) -> VipsPicture
  ) throws(PixelFailure) -> VipsPicture {
    let converted = try byColors(picture) { colors throws(PixelFailure) -> VipsPicture? in try body(colors) }
    guard let converted else { throw .engine }
    return converted
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

extension VipsPicture {
  /// What the numbers mean where no profile says so. It goes along with the pixels until they are converted.
  var colorSignal: ColorSignal? {
    get {
      var values: UnsafeMutablePointer<Double>?
      var count: Int32 = 0
      guard has(Self.signalField), vips_image_get_array_double(pointer, Self.signalField, &values, &count) == 0,
        let values
      else { return nil }
      return ColorSignal(numbers: Array(UnsafeBufferPointer(start: values, count: Int(count))))
    }
    set {
      guard let numbers = newValue?.numbers else { return }
      vips_image_set_array_double(pointer, Self.signalField, numbers, Int32(numbers.count))
    }
  }

  private static let signalField = "imgedge-color-signal"

  /// Signature of the colour space that the embedded profile is for; `nil` where there is none, or one that is broken.
  fileprivate var profileSpace: String? {
    var start: UnsafeRawPointer?
    var count = 0
    guard vips_image_get_blob(pointer, VIPS_META_ICC_NAME, &start, &count) == 0, cvips_is_profile(start, count) != 0
    else { return nil }
    return UnsafeRawBufferPointer(start: start, count: count).name(at: 16)
  }

  /// Colours are sRGB's now.
  fileprivate func withoutColorFields() throws(PixelFailure) -> VipsPicture {
    let fields = [VIPS_META_ICC_NAME, Self.signalField].filter(has)
    guard !fields.isEmpty else { return self }
    // A copy, because others may look at these fields meanwhile.
    let copy = try VipsPicture(cvips_with_interpretation(pointer, interpretation))
    for field in fields { vips_image_remove(copy.pointer, field) }
    return copy
  }
}

extension ColorSignal {
  fileprivate var numbers: [Double] {
    let (kind, exponent): (Double, Double) =
      switch transfer {
      case .sRGB: (0, 0)
      case .power(let exponent): (1, exponent)
      case .cinema: (2, 0)
      case .pq: (3, 0)
      case .hlg: (4, 0)
      }
    let corners = [primaries.red, primaries.green, primaries.blue, primaries.white].flatMap { [$0.x, $0.y] }
    return [kind, exponent, isNarrow ? 1 : 0, outranksProfile ? 1 : 0] + corners
  }

  fileprivate init?(numbers: [Double]) {
    guard numbers.count == 12 else { return nil }
    let corners = stride(from: 4, to: 12, by: 2).map { Primaries.Chromaticity(numbers[$0], numbers[$0 + 1]) }
    let transfer: Transfer
    switch numbers[0] {
    case 1: transfer = .power(numbers[1])
    case 2: transfer = .cinema
    case 3: transfer = .pq
    case 4: transfer = .hlg
    default: transfer = .sRGB
    }
    self.init(
      primaries: Primaries(red: corners[0], green: corners[1], blue: corners[2], white: corners[3]), transfer: transfer)
    isNarrow = numbers[2] == 1
    outranksProfile = numbers[3] == 1
  }
}
