/// What a path asks for, and the original that it names, if it names one.
struct Route: Sendable {
  enum Endpoint: Sendable, Equatable {
    case transform
    case info(InfoVariant)
    case placeholder(PlaceholderRequest.Kind)
    case grid
    /// What it spells is in ``Route/pathSource``, translated by ``CloudflarePath``.
    case cloudflare
    case openAPI

    var name: String {
      switch self {
      case .transform: "transform"
      case .info(.all): "info"
      case .info(.metadata): "info/metadata"
      case .info(.blurhash): "info/blurhash"
      case .info(.colors): "info/colors"
      case .placeholder(let kind): "placeholder/" + kind.name
      case .grid: "grid"
      case .cloudflare: "transform, as Cloudflare spells it"
      case .openAPI: "the API's description"
      }
    }
  }

  enum InfoVariant: Sendable, Equatable {
    case all, metadata, blurhash, colors
  }

  var endpoint: Endpoint
  /// The part of the path that names the original, as sent: percent-encoded, without a slash before it.
  var pathSource: String?

  /// `path` is as sent. `nil` where nothing is served.
  init?(path: String) {
    let (first, rest) = Self.split(path.bytes.dropFirst())
    pathSource = rest
    switch first {
    case "transform": endpoint = .transform
    case "info":
      let (name, behind) = Self.split((rest ?? "").bytes)
      switch name {
      // A source of one of these names is reached by `src`.
      case "metadata": endpoint = .info(.metadata)
      case "blurhash": endpoint = .info(.blurhash)
      case "colors": endpoint = .info(.colors)
      default:
        endpoint = .info(.all)
        return
      }
      pathSource = behind
    case "placeholder":
      let (name, behind) = Self.split((rest ?? "").bytes)
      switch name {
      case "blurhash": endpoint = .placeholder(.blurHash)
      case "color": endpoint = .placeholder(.color)
      default: return nil
      }
      pathSource = behind
    case "grid":
      guard rest == nil else { return nil }
      endpoint = .grid
    case "cdn-cgi":
      let (name, behind) = Self.split((rest ?? "").bytes)
      guard name == "image", behind != nil else { return nil }
      endpoint = .cloudflare
      pathSource = behind
    case "api":
      guard rest == "openapi.json" else { return nil }
      endpoint = .openAPI
      pathSource = nil
    default:
      // Root sugar: anything that is no endpoint, with a path behind it.
      guard rest != nil, !first.utf8.isEmpty, !Label.reserved.contains(where: { $0 == first }) else { return nil }
      endpoint = .transform
      pathSource = String(decoding: path.bytes.dropFirst(), as: UTF8.self)
    }
  }

  /// At the first slash; `nil` where nothing is behind it.
  private static func split(_ path: ArraySlice<UInt8>) -> (first: String, rest: String?) {
    let end = path.firstIndex(of: 0x2F) ?? path.endIndex
    let rest = path[end...].dropFirst()
    return (String(decoding: path[..<end], as: UTF8.self), rest.isEmpty ? nil : String(decoding: rest, as: UTF8.self))
  }
}
