/// One row of the table of endpoints. Routing, the words that no source can be named, OpenAPI and the reference are made from these rows; what an
/// endpoint does is chosen by its ``name`` in ``EndpointDecider``, where the compiler demands a case for each.
struct Endpoint: Sendable {
  enum Name: Sendable, Equatable {
    case transform
    case info(InfoVariant)
    case placeholder(ResolvedPlaceholder.Kind)
    case grid
    /// Its path is translated by ``CloudflarePath``.
    case cloudflare
    case openAPI
  }

  enum InfoVariant: Sendable, Equatable {
    case all, metadata, blurhash, colors
  }

  /// Whether the path names an original behind the endpoint.
  enum PathSource: Sendable {
    case never, optional, required
  }

  var name: Name
  /// The path without an original.
  var path: String
  var pathSource: PathSource
  var summary: String
  var parameters: [Parameter]
  /// The media types of a success.
  var mediaTypes: [String]
  /// Whether the description of the API and the reference list the endpoint as one of its own.
  var isDescribed = true

  private static let images = OutputFormat.rasters.map { $0.mediaType }
  private static let json = ["application/json"]

  /// In the order of the reference.
  static let all = [
    Endpoint(
      name: .transform, path: "/transform", pathSource: .optional, summary: "An original, made into an output.",
      parameters: ParameterTable.transform, mediaTypes: OutputFormat.allCases.map { $0.mediaType }),
    Endpoint(
      name: .info(.all), path: "/info", pathSource: .optional,
      summary: "What an original is: metadata, BlurHash, colours and palette.", parameters: ParameterTable.info,
      mediaTypes: json),
    Endpoint(
      name: .info(.metadata), path: "/info/metadata", pathSource: .optional,
      summary: "The metadata of `/info` alone.", parameters: ParameterTable.infoVariant, mediaTypes: json),
    Endpoint(
      name: .info(.blurhash), path: "/info/blurhash", pathSource: .optional,
      summary: "The BlurHash of `/info` alone.", parameters: ParameterTable.infoVariant, mediaTypes: json),
    Endpoint(
      name: .info(.colors), path: "/info/colors", pathSource: .optional,
      summary: "The colours and the palette of `/info` alone.", parameters: ParameterTable.infoVariant,
      mediaTypes: json),
    Endpoint(
      name: .placeholder(.blurHash), path: "/placeholder/blurhash", pathSource: .optional,
      summary: "A BlurHash, painted; or that of an original.", parameters: ParameterTable.blurHashPlaceholder,
      mediaTypes: images),
    Endpoint(
      name: .placeholder(.color), path: "/placeholder/color", pathSource: .optional,
      summary: "A plain colour; or that of the largest area of an original.",
      parameters: ParameterTable.colorPlaceholder, mediaTypes: images),
    Endpoint(
      name: .grid, path: "/grid", pathSource: .never, summary: "Several originals on one canvas.",
      parameters: ParameterTable.grid, mediaTypes: images),
    Endpoint(
      name: .cloudflare, path: "/cdn-cgi/image", pathSource: .required,
      summary: "A transform, as Cloudflare spells it.", parameters: [], mediaTypes: images, isDescribed: false),
    Endpoint(
      name: .openAPI, path: "/api/openapi.json", pathSource: .never, summary: "The description of the API.",
      parameters: [], mediaTypes: json, isDescribed: false),
  ]

  static let described = all.filter { $0.isDescribed }

  /// The first segments of all paths, and those that mean something on every host.
  static let reservedNames: [String] = {
    var names = ["healthz", "readyz", "metrics"]
    for endpoint in all {
      let first = endpoint.path.bytes.dropFirst()
      let name = String(decoding: first[..<(first.firstIndex(of: 0x2F) ?? first.endIndex)], as: UTF8.self)
      if !names.contains(where: { $0 == name }) { names.append(name) }
    }
    return names
  }()
}
