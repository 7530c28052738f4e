/// Every parameter of every endpoint. One name means one thing everywhere; its range may differ between endpoints.
enum ParameterName: Int, CaseIterable, Sendable {
  case src, w, h, size, dpr, fit, gravity, background, quality, format
  case blur, sharpen, brightness, contrast, saturation, gamma
  case rotate, flip, trim, border, borderColor, anim, metadata, onerror
  case mark, markW, markH, markSize, markFit, markAlign, markPad, markOpacity, markRotate, markRepeat
  case select, blurhash, color, punch, type, cols, gap, v

  /// As it stands in a URL.
  var text: String {
    switch self {
    case .src: "src"
    case .w: "w"
    case .h: "h"
    case .size: "size"
    case .dpr: "dpr"
    case .fit: "fit"
    case .gravity: "gravity"
    case .background: "background"
    case .quality: "quality"
    case .format: "format"
    case .blur: "blur"
    case .sharpen: "sharpen"
    case .brightness: "brightness"
    case .contrast: "contrast"
    case .saturation: "saturation"
    case .gamma: "gamma"
    case .rotate: "rotate"
    case .flip: "flip"
    case .trim: "trim"
    case .border: "border"
    case .borderColor: "border-color"
    case .anim: "anim"
    case .metadata: "metadata"
    case .onerror: "onerror"
    case .mark: "mark"
    case .markW: "mark-w"
    case .markH: "mark-h"
    case .markSize: "mark-size"
    case .markFit: "mark-fit"
    case .markAlign: "mark-align"
    case .markPad: "mark-pad"
    case .markOpacity: "mark-opacity"
    case .markRotate: "mark-rotate"
    case .markRepeat: "mark-repeat"
    case .select: "select"
    case .blurhash: "blurhash"
    case .color: "color"
    case .punch: "punch"
    case .type: "type"
    case .cols: "cols"
    case .gap: "gap"
    case .v: "v"
    }
  }

  /// Whether it is one of those that a workspace's mark policy overrules.
  var isOfMark: Bool {
    (Self.mark.rawValue...Self.markRepeat.rawValue).contains(rawValue)
  }
}
