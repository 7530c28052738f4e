/// One row of the table of endpoints: what documentation is made from.
struct EndpointDescription: Sendable {
  var path: String
  var summary: String
  var parameters: [Parameter]
  /// Media types of a success.
  var mediaTypes: [String]

  /// Whether one original is named, which the path may do too.
  var namesOriginal: Bool {
    parameters.contains { $0.name == .src && !$0.isRepeatable }
  }

  private static let images = OutputFormat.rasters.map { $0.mediaType }
  private static let json = ["application/json"]

  static let all = [
    EndpointDescription(
      path: "/transform", summary: "An original, made into an output.", parameters: ParameterTable.transform,
      mediaTypes: OutputFormat.allCases.map { $0.mediaType }),
    EndpointDescription(
      path: "/info", summary: "What an original is: metadata, BlurHash, colours and palette.",
      parameters: ParameterTable.info, mediaTypes: json),
    EndpointDescription(
      path: "/info/metadata", summary: "The metadata of `/info` alone.", parameters: ParameterTable.infoVariant,
      mediaTypes: json),
    EndpointDescription(
      path: "/info/blurhash", summary: "The BlurHash of `/info` alone.", parameters: ParameterTable.infoVariant,
      mediaTypes: json),
    EndpointDescription(
      path: "/info/colors", summary: "The colours and the palette of `/info` alone.",
      parameters: ParameterTable.infoVariant, mediaTypes: json),
    EndpointDescription(
      path: "/placeholder/blurhash", summary: "A BlurHash, painted; or that of an original.",
      parameters: ParameterTable.blurHashPlaceholder, mediaTypes: images),
    EndpointDescription(
      path: "/placeholder/color", summary: "A plain colour; or that of the largest area of an original.",
      parameters: ParameterTable.colorPlaceholder, mediaTypes: images),
    EndpointDescription(
      path: "/grid", summary: "Several originals on one canvas.", parameters: ParameterTable.grid, mediaTypes: images),
  ]
}

extension Parameter {
  /// Whether a request without it is refused, whatever else it says.
  var isRequired: Bool {
    standard == "required"
  }
}
