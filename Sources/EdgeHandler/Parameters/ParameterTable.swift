/// The rows of each endpoint, in the order of the documentation.
enum ParameterTable {
  static let transform: [Parameter] =
    [source] + box + [fit, gravity, background, quality, outputFormat] + adjustments + marks + [variant]

  static let info: [Parameter] = [
    source,
    Parameter(
      .select, .fields, standard: "metadata,blurhash,colors,palette",
      summary: "Which fields of the body are wanted; `thumbhash` comes only when it is named."), variant,
  ]

  static let infoVariant: [Parameter] = [source, variant]

  static let blurHashPlaceholder: [Parameter] =
    [
      Parameter(.blurhash, .blurHash, standard: "that of `src`", summary: "What is painted."), placeholderSource,
    ] + placeholderBox + [
      Parameter(
        .punch, .decimal(.zero, FixedPoint(millionths: 10_000_000)), standard: "1",
        summary: "Multiplies the contrast of the BlurHash."),
      quality, flatFormat, variant,
    ]

  static let colorPlaceholder: [Parameter] =
    [
      Parameter(
        .color, .hexadecimalColor, standard: "the colour of the largest area of `src`", summary: "What is painted."),
      placeholderSource,
    ] + placeholderBox + [quality, flatFormat, variant]

  static let gridCount = 2...5

  static let gridSources = Parameter(
    .src, .repeatedText(gridCount), standard: "required",
    summary: "The originals, in the order of the cells: each a full http or https URL, or `<source>/<path>`.")

  static let grid: [Parameter] =
    [
      gridSources,
      Parameter(.w, side, standard: "required, or `size`", summary: "Width of the canvas in px, before `dpr`."),
      Parameter(.h, side, standard: "required, or `size`", summary: "Height of the canvas in px, before `dpr`."),
      size,
      Parameter(.dpr, ratio, standard: "1", summary: "Multiplies `w`, `h` and `gap`."),
      Parameter(
        .type, .keyword(["auto", "classic", "column", "row"]), standard: "auto",
        summary: "How the canvas is divided; `auto` takes the layout that cuts the least off."),
      Parameter(
        .cols, .integer(1...5), standard: "2 for `classic`, 1 for `column`",
        summary: "Columns of `classic` and `column`."),
      Parameter(.gap, .integer(0...512), standard: "0", summary: "Space between cells in px, before `dpr`."),
      Parameter(
        .background, .color, standard: "transparent, white in JPEG", summary: "Colour of gaps and under transparency."),
      quality, flatFormat,
    ] + marks + [variant]

  // MARK: Rows that endpoints share

  static let source = Parameter(
    .src, .text(1...8192), standard: "required",
    summary: "The original: a full http or https URL, or `<source>/<path>`.")

  static let box: [Parameter] = [
    Parameter(
      .w, side, standard: "from `h` and the aspect ratio", summary: "Width of the output in px, before `dpr`."),
    Parameter(
      .h, side, standard: "from `w` and the aspect ratio", summary: "Height of the output in px, before `dpr`."),
    size,
    Parameter(.dpr, ratio, standard: "1", summary: "Multiplies `w`, `h`, and `trim` and `border` in px."),
  ]

  private static let size = Parameter(
    .size, side, standard: "none", summary: "Sets `w` and `h`, where they are not given themselves.")

  private static let placeholderSource = Parameter(
    .src, .text(1...8192), standard: "none",
    summary: "An original to stand in for: a full http or https URL, or `<source>/<path>`.")

  private static let placeholderBox: [Parameter] = [
    Parameter(
      .w, .integer(1...2048), standard: "that of `src`, scaled to fit 2048 px",
      summary: "Width in px, before `dpr`; required without `src`."),
    Parameter(
      .h, .integer(1...2048), standard: "that of `src`, scaled to fit 2048 px",
      summary: "Height in px, before `dpr`; required without `src`."),
    Parameter(
      .fit, .keyword(["contain", "cover"]), standard: "contain", summary: "How `src` fills the box of `w` and `h`."),
    Parameter(.dpr, ratio, standard: "1", summary: "Multiplies the size."),
  ]

  /// Of what has no original whose own format could be kept.
  private static let flatFormat = Parameter(
    .format, .keyword(["auto", "avif", "jpeg", "jpg", "png", "webp", "gif"]), standard: "negotiated by `Accept`",
    summary: "Of the output; `auto` is negotiated.")

  static let quality = Parameter(
    .quality, .quality, standard: "80",
    summary:
      "Of lossy encoders, on the scale of JPEG: a number means the same fidelity in every format; with `format=png` it makes a palette PNG."
  )

  static let variant = Parameter(
    .v, .text(0...64), standard: "none", summary: "Any text; enters the cache key and does nothing else.")

  static let marks: [Parameter] = [
    Parameter(
      .mark, .text(1...8192), standard: "none",
      summary: "A picture to draw over the output: a full http or https URL, or `<source>/<path>`."),
    Parameter(
      .markW, .length(1...8192), standard: "15%", summary: "Width of the mark in px, or of the output's width in %."),
    Parameter(
      .markH, .length(1...8192), standard: "from `mark-w` and the aspect ratio",
      summary: "Height of the mark in px, or of the output's height in %."),
    Parameter(
      .markSize, .length(1...8192), standard: "none",
      summary: "Sets `mark-w` and `mark-h`, where they are not given themselves."),
    Parameter(
      .markFit, .keyword(fits), standard: "contain", summary: "How the mark fills the box of `mark-w` and `mark-h`."),
    Parameter(.markAlign, .alignment, standard: "top,left", summary: "Where on the output the mark lies."),
    Parameter(
      .markPad, .length(0...8192), standard: "2%",
      summary: "Space to the edges in px, or of the output's smaller side in %; with `mark-repeat` between copies."),
    Parameter(.markOpacity, .decimal(.zero, .one), standard: "1", summary: "1 is the mark as it is, 0 nothing of it."),
    Parameter(
      .markRotate, .decimal(FixedPoint(millionths: -360_000_000), FixedPoint(millionths: 360_000_000)), standard: "0",
      summary: "Degrees clockwise; the mark's box is then that of the turned mark."),
    Parameter(
      .markRepeat, .keyword(["true", "x", "y"]), standard: "none",
      summary: "Repeats the mark over the output, on both axes or one."),
  ]

  // MARK: Rows of one endpoint

  /// Of an output, in px.
  static let longestSide = 8192

  private static let side = Parameter.Kind.integer(1...longestSide)
  private static let ratio = Parameter.Kind.decimal(FixedPoint(millionths: 100_000), FixedPoint(millionths: 4_000_000))
  private static let factor = Parameter.Kind.decimal(.zero, FixedPoint(millionths: 10_000_000))
  private static let fits = ["contain", "cover", "crop", "pad", "scale-down", "squeeze"]

  private static let fit = Parameter(
    .fit, .keyword(fits + ["aspect-crop"]), standard: "contain",
    summary: "How the original fills the box of `w` and `h`; `aspect-crop` keeps the box's shape and never enlarges.")

  private static let gravity = Parameter(
    .gravity, .gravity, standard: "center", summary: "What `cover` and `crop` keep, and where `pad` puts the image.")

  private static let background = Parameter(
    .background, .color, standard: "white for `pad`, else none",
    summary: "Colour under transparency and around `pad`.")

  private static let outputFormat = Parameter(
    .format, .keyword(["auto", "avif", "jpeg", "jpg", "png", "webp", "gif", "svg", "nocompress"]),
    standard: "negotiated by `Accept`",
    summary:
      "Of the output; `auto` is negotiated, `nocompress` is without loss, `svg` passes an SVG on, without what could run or refer to something outside of it."
  )

  private static let adjustments: [Parameter] = [
    Parameter(
      .blur, .decimal(.zero, FixedPoint(millionths: 250_000_000)), standard: "0",
      summary: "Gaussian radius in px of the output, twice its standard deviation."),
    Parameter(.sharpen, factor, standard: "0", summary: "Strength of an unsharp mask."),
    Parameter(.brightness, factor, standard: "1", summary: "Multiplier."),
    Parameter(.contrast, factor, standard: "1", summary: "Multiplier of the distance from middle grey."),
    Parameter(.saturation, factor, standard: "1", summary: "Multiplier; 0 is greyscale."),
    Parameter(.gamma, factor, standard: "1", summary: "Below 1 lightens midtones, above darkens."),
    Parameter(
      .rotate, .keyword(["0", "90", "180", "270"]), standard: "0", summary: "Degrees clockwise, before the resize."),
    Parameter(
      .flip, .keyword(["h", "v", "hv"]), standard: "none",
      summary: "Mirrors horizontally, vertically or both, before `rotate`."),
    Parameter(
      .trim, .trim, standard: "none",
      summary: "Cuts the edges of the original, or its uniform border, before `flip` and `rotate`."),
    Parameter(.border, .border, standard: "none", summary: "Widths in px of a border around the output."),
    Parameter(.borderColor, .color, standard: "black", summary: "Colour of `border`."),
    Parameter(.anim, .keyword(["true", "false"]), standard: "true", summary: "`false` takes the first frame only."),
    Parameter(
      .metadata, .keyword(["none", "copyright", "keep"]), standard: "none",
      summary: "What is kept of EXIF, XMP and IPTC."),
    Parameter(
      .onerror, .keyword(["redirect"]), standard: "none",
      summary:
        "Redirects to the original where it cannot be transformed: named by its full URL, on a host that the workspace names; never where a mark is drawn."
    ),
  ]
}
