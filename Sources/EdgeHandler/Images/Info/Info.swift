/// What is known of an original: the one result that all variants of `/info` and the placeholders share.
struct Info: Sendable {
  /// All that `/info` can be asked for.
  let json: JSON

  enum Field: Int, CaseIterable, Sendable {
    case metadata, blurhash, thumbhash, colors, palette

    /// Without `select`.
    static let standard: [Field] = [.metadata, .blurhash, .colors, .palette]

    var name: String {
      switch self {
      case .metadata: "metadata"
      case .blurhash: "blurhash"
      case .thumbhash: "thumbhash"
      case .colors: "colors"
      case .palette: "palette"
      }
    }

    static let grammar = "one or more of metadata, blurhash, thumbhash, colors and palette, with commas between"

    static var pattern: String {
      let names = ListText.join(allCases.map { $0.name }, separator: "|")
      return "^(\(names))(,(\(names)))*$"
    }

    static func list(parsing text: String) -> [Field]? {
      var fields: [Field] = []
      for word in text.bytes.split(separator: 0x2C, omittingEmptySubsequences: false) {
        guard let field = allCases.first(where: { word.elementsEqual($0.name.utf8) }) else { return nil }
        fields.append(field)
      }
      return fields
    }
  }

  private static let mostColors = 8
  /// Enough for a small spot of colour to have a box of its own.
  private static let boxes = 64
  /// A few pixels are no waves: the BlurHash of a single one would be nearly white.
  private static let blurHashSide = 64

  init(_ original: Original, _ raster: Raster) {
    let header = original.header
    let size = header.orientedSize
    let (boxes, weight) = ColorBox.split(raster, into: Self.boxes)
    let pixels = raster.width * raster.height * weight
    let colors = ColorClusters.distinct(boxes, atMost: Self.mostColors).map { Self.json($0, of: pixels) }
    let palette = Palette(ColorClusters.sorted(boxes.map { $0.cluster }))
    json = .object([
      JSON.Member(
        Field.metadata.name,
        .object([
          JSON.Member("bytes", .int(original.byteCount)),
          JSON.Member("contentType", .string(Self.mediaType(original.contentType) ?? header.format.mediaType)),
          JSON.Member("format", .string(header.format.name)),
          JSON.Member("width", .int(size.width)),
          JSON.Member("height", .int(size.height)),
          JSON.Member("pages", .int(max(1, header.frames))),
          JSON.Member("hasAlpha", .bool(header.hasAlpha)),
          JSON.Member("orientation", .int(header.orientation)),
        ])),
      JSON.Member(Field.blurhash.name, .string(BlurHash(raster.repeated(toAbout: Self.blurHashSide)).text)),
      JSON.Member(Field.thumbhash.name, .string(ThumbHash(raster).text)),
      JSON.Member(Field.colors.name, .array(colors)),
      JSON.Member(
        Field.palette.name,
        .object(
          Palette.Kind.allCases.map { kind in
            let swatch = palette[kind].map { JSON.object([JSON.Member("hex", .string($0.hex))]) }
            return JSON.Member(kind.name, swatch ?? .null)
          })),
    ])
  }

  private static func json(_ cluster: ColorCluster, of pixels: Int) -> JSON {
    let color = cluster.color
    let range = Int64(max(color.red, color.green, color.blue)) - Int64(min(color.red, color.green, color.blue))
    return .object([
      // Of 4096 pixels at most, so that four decimals tell any two areas of whole pixels apart.
      JSON.Member("area", .fixedPoint(rounded(Int64(cluster.count), over: Int64(pixels), digits: 4))),
      JSON.Member("hex", .string(color.hex)),
      JSON.Member("intensity", .fixedPoint(rounded(range, over: 255, digits: 2))),
    ])
  }

  private static func rounded(_ value: Int64, over whole: Int64, digits: Int) -> FixedPoint {
    var scale: Int64 = 1
    for _ in 0..<digits { scale *= 10 }
    let steps = (2 * value * scale + whole) / max(1, 2 * whole)
    return FixedPoint(millionths: steps * (FixedPoint.scale / scale))
  }

  /// The type alone, without its parameters; `nil` for anything that is not like one.
  private static func mediaType(_ field: String?) -> String? {
    guard let field else { return nil }
    let type = ASCII.trimmingBlanks(field.bytes.prefix { $0 != UInt8(ascii: ";") })
    guard (3...100).contains(type.count), type.contains(UInt8(ascii: "/")),
      type.allSatisfy({ (0x21...0x7E).contains($0) })
    else { return nil }
    return ASCII.lowercase(String(decoding: type, as: UTF8.self))
  }

  // MARK: Stored, and read again

  init?(stored bytes: [UInt8]) {
    guard let json = try? JSON.parse(bytes), json.members != nil else { return nil }
    self.json = json
  }

  /// The body of a variant: some of the fields, in the order of the documentation.
  func body(_ fields: [Field]) -> [UInt8] {
    let members = json.members ?? []
    return JSON.object(
      members.filter { member in fields.contains { $0.name == member.name } }
    ).serialized()
  }

  /// The size of the original after its EXIF orientation is applied.
  var size: PixelSize? {
    guard let metadata = json[Field.metadata.name], let width = metadata["width"]?.int,
      let height = metadata["height"]?.int, width >= 1, height >= 1
    else { return nil }
    return PixelSize(width: width, height: height)
  }

  /// As the transform of the original would find it, oriented; without what only a look at the pixels tells.
  var header: ImageHeader? {
    guard let size, let metadata = json[Field.metadata.name], let name = metadata["format"]?.string,
      let format = ImageHeader.Format.allCases.first(where: { $0.name == name })
    else { return nil }
    return ImageHeader(
      format: format, width: size.width, height: size.height, frames: metadata["pages"]?.int ?? 1,
      hasAlpha: metadata["hasAlpha"]?.bool ?? false)
  }

  /// In the form of Cloudflare's `format=json`.
  func description(of output: PixelSize) -> [UInt8] {
    let metadata = json[Field.metadata.name]
    var original: [JSON.Member] = []
    for (name, ours) in [("file_size", "bytes"), ("width", "width"), ("height", "height")] {
      if let value = metadata?[ours] { original.append(JSON.Member(name, value)) }
    }
    if let format = header?.format { original.append(JSON.Member("format", .string(format.mediaType))) }
    return JSON.object([
      JSON.Member("width", .int(output.width)), JSON.Member("height", .int(output.height)),
      JSON.Member("original", .object(original)),
    ]).serialized()
  }

  var blurHash: BlurHash? {
    json[Field.blurhash.name]?.string.flatMap { BlurHash(parsing: $0) }
  }

  /// The colour of the largest area; nothing for a picture without a visible pixel.
  var dominantColor: Color? {
    json[Field.colors.name]?.array?.first?["hex"]?.string.flatMap { Color(hexadecimal: $0) }
  }
}

extension Raster {
  /// With every pixel so many times in a row that each side has at most `side` px, and more than half of that.
  fileprivate func repeated(toAbout side: Int) -> Raster {
    let across = max(1, side / width)
    let down = max(1, side / height)
    guard across > 1 || down > 1 else { return self }
    var pixels: [UInt8] = []
    for y in 0..<height * down {
      for x in 0..<width * across {
        let start = (y / down * width + x / across) * 4
        pixels += rgba[start..<start + 4]
      }
    }
    return Raster(width: width * across, height: height * down, rgba: pixels) ?? self
  }
}

extension ImageHeader.Format {
  /// As ``OutputFormat/keyword``.
  var keyword: String {
    self == .jpeg ? "jpeg" : name
  }

  fileprivate var name: String {
    switch self {
    case .jpeg: "jpg"
    case .png: "png"
    case .webp: "webp"
    case .gif: "gif"
    case .avif: "avif"
    case .heic: "heic"
    case .tiff: "tiff"
    case .bmp: "bmp"
    case .ico: "ico"
    case .svg: "svg"
    }
  }

  fileprivate var mediaType: String {
    switch self {
    case .jpeg: "image/jpeg"
    case .ico: "image/x-icon"
    case .svg: "image/svg+xml"
    default: "image/" + name
    }
  }
}
