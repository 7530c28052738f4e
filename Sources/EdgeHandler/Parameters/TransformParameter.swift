/// The parameters of `/transform`, in the order of the documentation.
enum TransformParameter: Int, CaseIterable, Sendable {
  case src, w, h, size, dpr, fit, gravity, background, quality, format
  case blur, sharpen, brightness, contrast, saturation, gamma
  case rotate, flip, trim, border, borderColor, anim, metadata, onerror, v

  /// One row each, by raw value.
  static let table: [Parameter] = allCases.map { $0.row }

  private static let side = Parameter.Kind.integer(1...8192)
  private static let factor = Parameter.Kind.decimal(.zero, FixedPoint(millionths: 10_000_000))

  private var row: Parameter {
    switch self {
    case .src:
      Parameter(
        name: "src", kind: .text(1...8192), standard: "required",
        summary: "The original: a full http or https URL, or `<source>/<path>`.")
    case .w:
      Parameter(
        name: "w", kind: Self.side, standard: "from `h` and the aspect ratio",
        summary: "Width of the output in px, before `dpr`.")
    case .h:
      Parameter(
        name: "h", kind: Self.side, standard: "from `w` and the aspect ratio",
        summary: "Height of the output in px, before `dpr`.")
    case .size:
      Parameter(
        name: "size", kind: Self.side, standard: "none",
        summary: "Sets `w` and `h`, where they are not given themselves.")
    case .dpr:
      Parameter(
        name: "dpr", kind: .decimal(FixedPoint(millionths: 100_000), FixedPoint(millionths: 4_000_000)), standard: "1",
        summary: "Multiplies `w`, `h`, and `trim` and `border` in px.")
    case .fit:
      Parameter(
        name: "fit", kind: .keyword(["contain", "cover", "crop", "pad", "scale-down", "squeeze"]), standard: "contain",
        summary: "How the original fills the box of `w` and `h`.")
    case .gravity:
      Parameter(
        name: "gravity", kind: .gravity, standard: "center",
        summary: "What `cover` and `crop` keep, and where `pad` puts the image.")
    case .background:
      Parameter(
        name: "background", kind: .color, standard: "white for `pad`, else none",
        summary: "Colour under transparency and around `pad`.")
    case .quality:
      Parameter(
        name: "quality", kind: .integer(1...100), standard: "80",
        summary: "Of lossy encoders; with `format=png` it makes a palette PNG.")
    case .format:
      Parameter(
        name: "format", kind: .keyword(["avif", "jpeg", "jpg", "png", "webp", "gif", "nocompress"]),
        standard: "negotiated by `Accept`",
        summary: "Of the output; `nocompress` is without loss.")
    case .blur:
      Parameter(
        name: "blur", kind: .decimal(.zero, FixedPoint(millionths: 250_000_000)), standard: "0",
        summary: "Gaussian radius in px of the output.")
    case .sharpen:
      Parameter(
        name: "sharpen", kind: Self.factor, standard: "0",
        summary: "Strength of an unsharp mask.")
    case .brightness:
      Parameter(
        name: "brightness", kind: Self.factor, standard: "1",
        summary: "Multiplier.")
    case .contrast:
      Parameter(
        name: "contrast", kind: Self.factor, standard: "1",
        summary: "Multiplier of the distance from middle grey.")
    case .saturation:
      Parameter(
        name: "saturation", kind: Self.factor, standard: "1",
        summary: "Multiplier; 0 is greyscale.")
    case .gamma:
      Parameter(
        name: "gamma", kind: Self.factor, standard: "1",
        summary: "Below 1 lightens midtones, above darkens.")
    case .rotate:
      Parameter(
        name: "rotate", kind: .keyword(["0", "90", "180", "270"]), standard: "0",
        summary: "Degrees clockwise, before the resize.")
    case .flip:
      Parameter(
        name: "flip", kind: .keyword(["h", "v", "hv"]), standard: "none",
        summary: "Mirrors horizontally, vertically or both, before `rotate`.")
    case .trim:
      Parameter(
        name: "trim", kind: .trim, standard: "none",
        summary: "Cuts the edges of the original, or its uniform border, before `flip` and `rotate`.")
    case .border:
      Parameter(
        name: "border", kind: .border, standard: "none",
        summary: "Widths in px of a border around the output.")
    case .borderColor:
      Parameter(
        name: "border-color", kind: .color, standard: "black",
        summary: "Colour of `border`.")
    case .anim:
      Parameter(
        name: "anim", kind: .keyword(["true", "false"]), standard: "true",
        summary: "`false` takes the first frame only.")
    case .metadata:
      Parameter(
        name: "metadata", kind: .keyword(["none", "copyright", "keep"]), standard: "none",
        summary: "What is kept of EXIF, XMP and IPTC.")
    case .onerror:
      Parameter(
        name: "onerror", kind: .keyword(["redirect"]), standard: "none",
        summary: "Redirects to the original where it cannot be transformed.")
    case .v:
      Parameter(
        name: "v", kind: .text(0...64), standard: "none",
        summary: "Any text; enters the cache key and does nothing else.")
    }
  }
}
