/// The rows of each endpoint, in the order of the documentation.
enum ParameterTable {
  static let transform: [Parameter] =
    [source] + box + [fit, gravity, background, quality, outputFormat] + adjustments + marks + [variant]

  static let info: [Parameter] = [
    source,
    Parameter(
      .select, .fields, default: "metadata,blurhash,colors,palette",
      summary: "Which fields of the body are wanted; `thumbhash` comes only when it is named."), variant,
  ]

  static let infoVariant: [Parameter] = [source, variant]

  static let blurHashPlaceholder: [Parameter] =
    [
      Parameter(.blurhash, .blurHash, default: "that of `src`", summary: "What is painted."), placeholderSource,
    ] + placeholderBox + [
      Parameter(
        .punch, .decimal(.zero, FixedPoint(millionths: 10_000_000)), default: "1",
        summary: "Multiplies the contrast of the BlurHash."),
      quality, flatFormat, variant,
    ]

  static let colorPlaceholder: [Parameter] =
    [
      Parameter(
        .color, .hexadecimalColor, default: "the colour of the largest area of `src`", summary: "What is painted."),
      placeholderSource,
    ] + placeholderBox + [quality, flatFormat, variant]

  static let gridCount = 2...5

  static let gridSources = Parameter(
    .src, .originals(gridCount), default: "required",
    summary: "The originals, in the order of the cells: each a full http or https URL, or `<source>/<path>`.")

  static let grid: [Parameter] =
    [
      gridSources,
      Parameter(.w, side, default: "required, or `size`", summary: "Width of the canvas in px, before `dpr`."),
      Parameter(.h, side, default: "required, or `size`", summary: "Height of the canvas in px, before `dpr`."),
      size,
      Parameter(.dpr, ratio, default: "1", summary: "Multiplies `w`, `h` and `gap`."),
      Parameter(
        .type, .keyword(["auto", "classic", "column", "row"]), default: "auto",
        summary: "How the canvas is divided; `auto` takes the layout that cuts the least off."),
      Parameter(
        .cols, .integer(1...5), default: "2 for `classic`, 1 for `column`",
        summary: "Columns of `classic` and `column`."),
      Parameter(.gap, .integer(0...512), default: "0", summary: "Space between cells in px, before `dpr`."),
      Parameter(
        .background, .color, default: "transparent, white in JPEG", summary: "Colour of gaps and under transparency."),
      quality, flatFormat,
    ] + marks + [variant]

  // MARK: Rows that endpoints share

  static let source = Parameter(
    .src, .original, default: "required",
    summary: "The original: a full http or https URL, or `<source>/<path>`.")

  static let box: [Parameter] = [
    Parameter(
      .w, side, default: "from `h` and the aspect ratio", summary: "Width of the output in px, before `dpr`.",
      cloudflare: ["width", "w"]),
    Parameter(
      .h, side, default: "from `w` and the aspect ratio", summary: "Height of the output in px, before `dpr`.",
      cloudflare: ["height", "h"]),
    size,
    Parameter(
      .dpr, ratio, default: "1", summary: "Multiplies `w`, `h`, and `trim` and `border` in px.", cloudflare: ["dpr"]),
  ]

  private static let size = Parameter(
    .size, side, default: "none", summary: "Sets `w` and `h`, where they are not given themselves.")

  private static let placeholderSource = Parameter(
    .src, .original, default: "none",
    summary: "An original to stand in for: a full http or https URL, or `<source>/<path>`.")

  private static let placeholderBox: [Parameter] = [
    Parameter(
      .w, .integer(1...2048), default: "that of `src`, scaled to fit 2048 px",
      summary: "Width in px, before `dpr`; required without `src`."),
    Parameter(
      .h, .integer(1...2048), default: "that of `src`, scaled to fit 2048 px",
      summary: "Height in px, before `dpr`; required without `src`."),
    Parameter(
      .fit, .keyword(["contain", "cover"]), default: "contain", summary: "How `src` fills the box of `w` and `h`."),
    Parameter(.dpr, ratio, default: "1", summary: "Multiplies the size."),
  ]

  /// The formats of an output that is drawn and not made of an original: there is no original format to keep.
  private static let flatFormat = Parameter(
    .format, .keyword(["auto", "avif", "jpeg", "jpg", "png", "webp", "gif"]), default: "negotiated by `Accept`",
    summary: "Of the output; `auto` is negotiated.")

  static let quality = Parameter(
    .quality, .quality, default: "80",
    summary:
      "Of lossy encoders, on the scale of JPEG: a number means the same fidelity in every format; with `format=png` it makes a palette PNG.",
    cloudflare: ["quality", "q"])

  static let variant = Parameter(
    .v, .text(0...64), default: "none", summary: "Any text; enters the cache key and does nothing else.")

  static let marks: [Parameter] = [
    Parameter(
      .mark, .original, default: "none",
      summary: "A picture to draw over the output: a full http or https URL, or `<source>/<path>`."),
    Parameter(
      .markW, .length(1...8192), default: "15%", summary: "Width of the mark in px, or of the output's width in %."),
    Parameter(
      .markH, .length(1...8192), default: "from `mark-w` and the aspect ratio",
      summary: "Height of the mark in px, or of the output's height in %."),
    Parameter(
      .markSize, .length(1...8192), default: "none",
      summary: "Sets `mark-w` and `mark-h`, where they are not given themselves."),
    Parameter(
      .markFit, .keyword(fits), default: "contain", summary: "How the mark fills the box of `mark-w` and `mark-h`."),
    Parameter(.markAlign, .alignment, default: "top,left", summary: "Where on the output the mark lies."),
    Parameter(
      .markPad, .length(0...8192), default: "2%",
      summary: "Space to the edges in px, or of the output's smaller side in %; with `mark-repeat` between copies."),
    Parameter(.markOpacity, .decimal(.zero, .one), default: "1", summary: "1 is the mark as it is, 0 nothing of it."),
    Parameter(
      .markRotate, .decimal(FixedPoint(millionths: -360_000_000), FixedPoint(millionths: 360_000_000)), default: "0",
      summary: "Degrees clockwise; the mark's box is then that of the turned mark."),
    Parameter(
      .markRepeat, .keyword(["true", "x", "y"]), default: "none",
      summary: "Repeats the mark over the output, on both axes or one."),
  ]

  // MARK: Rows of one endpoint

  /// The maximum side of an output, in px.
  static let longestSide = 8192

  private static let side = Parameter.Kind.integer(1...longestSide)
  private static let ratio = Parameter.Kind.decimal(FixedPoint(millionths: 100_000), FixedPoint(millionths: 4_000_000))
  private static let factor = Parameter.Kind.decimal(.zero, FixedPoint(millionths: 10_000_000))
  private static let fits = ["contain", "cover", "crop", "pad", "scale-down", "squeeze"]

  private static let fit = Parameter(
    .fit, .keyword(fits + ["aspect-crop"]), default: "contain",
    summary: "How the original fills the box of `w` and `h`; `aspect-crop` keeps the box's shape and never enlarges.",
    cloudflare: ["fit"])

  private static let gravity = Parameter(
    .gravity, .gravity, default: "center", summary: "What `cover` and `crop` keep, and where `pad` puts the image.",
    cloudflare: ["gravity", "g"])

  private static let background = Parameter(
    .background, .color, default: "white for `pad`, else none",
    summary: "Colour under transparency and around `pad`.", cloudflare: ["background"])

  private static let outputFormat = Parameter(
    .format, .keyword(["auto", "avif", "jpeg", "jpg", "png", "webp", "gif", "svg", "nocompress"]),
    default: "negotiated by `Accept`",
    summary:
      "Of the output; `auto` is negotiated, `nocompress` is without loss, `svg` passes an SVG on, without what could run or refer to something outside of it.",
    cloudflare: ["format", "f"])

  private static let adjustments: [Parameter] = [
    Parameter(
      .blur, .decimal(.zero, FixedPoint(millionths: 250_000_000)), default: "0",
      summary: "Gaussian radius in px of the output, twice its standard deviation.", cloudflare: ["blur"]),
    Parameter(.sharpen, factor, default: "0", summary: "Strength of an unsharp mask.", cloudflare: ["sharpen"]),
    Parameter(.brightness, factor, default: "1", summary: "Multiplier.", cloudflare: ["brightness"]),
    Parameter(
      .contrast, factor, default: "1", summary: "Multiplier of the distance from middle grey.", cloudflare: ["contrast"]
    ),
    Parameter(.saturation, factor, default: "1", summary: "Multiplier; 0 is greyscale.", cloudflare: ["saturation"]),
    Parameter(
      .gamma, factor, default: "1", summary: "Below 1 lightens midtones, above darkens.", cloudflare: ["gamma"]),
    Parameter(
      .rotate, .keyword(["0", "90", "180", "270"]), default: "0", summary: "Degrees clockwise, before the resize.",
      cloudflare: ["rotate"]),
    Parameter(
      .flip, .keyword(["h", "v", "hv"]), default: "none",
      summary: "Mirrors horizontally, vertically or both, before `rotate`.", cloudflare: ["flip"]),
    Parameter(
      .trim, .trim, default: "none",
      summary: "Cuts the edges of the original, or its uniform border, before `flip` and `rotate`.",
      cloudflare: ["trim"]),
    Parameter(
      .border, .border, default: "none", summary: "Widths in px of a border around the output.",
      cloudflare: ["border", "border.width"]),
    Parameter(.borderColor, .color, default: "black", summary: "Colour of `border`.", cloudflare: ["border.color"]),
    Parameter(
      .anim, .keyword(["true", "false"]), default: "true", summary: "`false` takes the first frame only.",
      cloudflare: ["anim"]),
    Parameter(
      .metadata, .keyword(["none", "copyright", "keep"]), default: "none",
      summary: "What is kept of EXIF, XMP and IPTC.", cloudflare: ["metadata"]),
    Parameter(
      .onerror, .keyword(["redirect"]), default: "none",
      summary:
        "Redirects to the original where it cannot be transformed: named by its full URL, on a host that the workspace names; never where a mark is drawn.",
      cloudflare: ["onerror"]),
  ]
}
