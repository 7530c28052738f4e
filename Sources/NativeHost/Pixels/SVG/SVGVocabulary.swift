/// What is taken over of a document: everything that draws, and nothing that runs, asks for something elsewhere, or is not known.
///
/// Names are those of SVG 2 (https://www.w3.org/TR/SVG2/eltindex.html, attindex.html), Filter Effects 1 and CSS Masking 1, compared as
/// XML compares them: in another case they are other names.
enum SVGVocabulary {
  static let elements = words(
    """
    a animate animateMotion animateTransform circle clipPath defs desc ellipse feBlend feColorMatrix feComponentTransfer feComposite
    feConvolveMatrix feDiffuseLighting feDisplacementMap feDistantLight feDropShadow feFlood feFuncA feFuncB feFuncG feFuncR
    feGaussianBlur feImage feMerge feMergeNode feMorphology feOffset fePointLight feSpecularLighting feSpotLight feTile feTurbulence
    filter g image line linearGradient marker mask mpath path pattern polygon polyline radialGradient rect set stop style svg switch
    symbol text textPath title tspan use view
    """)

  /// Those whose text is shown, or read.
  static let textual: Set<String> = ["a", "desc", "style", "text", "textPath", "title", "tspan"]

  /// Those that change an attribute over time, which must itself be one that may be had.
  static let animations: Set<String> = ["animate", "animateMotion", "animateTransform", "set"]

  /// Values in which CSS can refer to something.
  static let presentation = words(
    """
    alignment-baseline baseline-shift clip clip-path clip-rule color color-interpolation color-interpolation-filters color-rendering
    cursor direction display dominant-baseline fill fill-opacity fill-rule filter flood-color flood-opacity font font-family
    font-feature-settings font-kerning font-size font-size-adjust font-stretch font-style font-variant font-variation-settings
    font-weight glyph-orientation-horizontal glyph-orientation-vertical image-rendering isolation letter-spacing lighting-color
    line-height marker marker-end marker-mid marker-start mask mask-type mix-blend-mode opacity overflow paint-order pointer-events
    shape-rendering stop-color stop-opacity stroke stroke-dasharray stroke-dashoffset stroke-linecap stroke-linejoin
    stroke-miterlimit stroke-opacity stroke-width text-anchor text-decoration text-overflow text-rendering transform
    transform-box transform-origin unicode-bidi vector-effect visibility white-space word-spacing writing-mode
    """)

  /// What a style sheet may set beside ``presentation``.
  static let properties = presentation.union(
    words(
      """
      animation animation-delay animation-direction animation-duration animation-fill-mode animation-iteration-count animation-name
      animation-play-state animation-timing-function cx cy d height inline-size offset-distance offset-rotate r rx ry
      text-align text-decoration-color text-decoration-line text-decoration-style text-indent text-orientation text-transform
      transform-style transition transition-delay transition-duration transition-property transition-timing-function width x y
      """))

  static let attributes = presentation.union(
    words(
      """
      accumulate additive amplitude aria-describedby aria-hidden aria-label aria-labelledby attributeName azimuth baseFrequency begin
      bias by calcMode class clipPathUnits cx cy d diffuseConstant divisor dur dx dy edgeMode elevation end exponent fill filterRes
      filterUnits from fx fy fr gradientTransform gradientUnits height id in in2 intercept k1 k2 k3 k4 kernelMatrix
      kernelUnitLength keyPoints keySplines keyTimes lang lengthAdjust limitingConeAngle markerHeight markerUnits markerWidth
      maskContentUnits maskUnits max media method min mode numOctaves offset operator order orient origin path pathLength
      patternContentUnits patternTransform patternUnits points pointsAtX pointsAtY pointsAtZ preserveAlpha preserveAspectRatio
      primitiveUnits r radius refX refY repeatCount repeatDur requiredExtensions requiredFeatures restart result role rotate rx ry
      scale seed slope spacing specularConstant specularExponent spreadMethod startOffset stdDeviation stitchTiles style surfaceScale
      systemLanguage tableValues targetX targetY textLength to type values version viewBox width x x1 x2 xChannelSelector y y1 y2
      yChannelSelector z zoomAndPan
      """))

  /// What an animation may change.
  static let animated = attributes.subtracting([
    "attributeName", "begin", "class", "dur", "end", "from", "id", "style", "to", "type", "values", "by", "media",
  ]).union(["transform"])

  private static func words(_ text: String) -> Set<String> {
    Set(text.split(whereSeparator: \.isWhitespace).map(String.init))
  }
}
