import EdgeHandler

/// The pictures of a HEIF or AVIF: what the container says of their size (`ispe`) is what libheif believes, and what the codec's own
/// headers say is what is decoded.
enum HEIFStructure {
  /// Codecs fill up to whole blocks.
  private static let filling = 64
  private static let maximumDepth = 8

  static func read(_ bytes: UnsafeRawBufferPointer) throws(PixelFailure) -> Structure {
    guard let items = HEIFItems(bytes), let primary = items.items[items.primary] else { throw .undecodable }
    // Data that several items share would be copied for each.
    guard items.dataBytes <= bytes.count + 65_536 else { throw .undecodable }
    if codecsNotRead.contains(primary.type) { throw .unread(.codec) }
    guard let said = size(primary) ?? coded(primary, in: items).size else { throw .undecodable }
    var structure = Structure(decoded: said)
    readColor(of: primary, in: items, &structure)
    for item in items.items.values {
      switch item.type {
      case "Exif":
        let isBounded = items.withData(of: item) { data in
          data.bigEndian(4, at: 0).flatMap { data.part(from: 4 + $0) }.map(EXIFStructure.isBounded(behindName:)) ?? true
        }
        guard isBounded else { throw .undecodable }
      case "mime", "uri ", "": break
      default:
        let coded = coded(item, in: items)
        if !coded.isPredictable { structure.isPredictable = false }
        if let profile = item.property("colr"), profile.count > StructureLimit.profileBytes {
          structure.isPredictable = false
        }
        guard let said = size(item), let real = coded.size else { continue }
        if real.width > said.width + filling || real.height > said.height + filling {
          if !structure.isLying || real.area > structure.decoded.area { structure.decoded = real }
          structure.isLying = true
        }
      }
    }
    var areas: [Int: Int] = [:]
    let area = area(of: items.primary, in: items, known: &areas, depth: 0)
    structure.unbroken = Double(area) * 60
    // Tiles reach beyond the picture by less than a row and a column of them; alpha and a map of depth or brightness come on top.
    if !structure.isLying, area > 4 * min(said.area, greatestArea) + (4 << 20) { structure.isLying = true }
    return structure
  }

  /// VVC, EVC, AVC, JPEG 2000, JPEG, and samples as they are (ISO/IEC 23001-17).
  private static let codecsNotRead: Set<String> = ["vvc1", "evc1", "avc1", "j2k1", "jpeg", "unci"]

  /// What the container or, where it is silent, the codec says of colour; and what libheif leaves as it is: grey and alpha of narrow range,
  /// and colours times alpha.
  private static func readColor(of primary: HEIFItems.Item, in items: HEIFItems, _ structure: inout Structure) {
    let sequence = sequenceColor(of: primary, in: items)
    var range = sequence.map(\.isFullRange)
    let nclx = primary.properties.lazy.filter { $0.name == "colr" && $0.content.name(at: 0) == "nclx" }.first?.content
    if let nclx, let primaries = nclx.bigEndian(2, at: 4), let transfer = nclx.bigEndian(2, at: 6) {
      structure.color = ColorSignal(primaries: primaries, transfer: transfer)
      range = nclx.bigEndian(1, at: 10).map { $0 & 0x80 != 0 } ?? range
    } else if let sequence {
      structure.color = ColorSignal(primaries: sequence.primaries, transfer: sequence.transfer)
    }
    if structure.color?.isSRGB == true { structure.color = nil }
    structure.narrowBands.grey = sequence?.isMonochrome == true && range == false
    let alphas = primary.auxiliaries.filter { id in
      items.items[id]?.property("auxC").map { alphaTypes.contains(text($0)) } ?? false
    }
    if let alpha = alphas.first.flatMap({ items.items[$0] }) {
      structure.narrowBands.alpha = sequenceColor(of: alpha, in: items)?.isFullRange == false
      structure.isPremultiplied = alphas.contains(where: primary.premultipliers.contains)
    }
  }

  private static let alphaTypes: Set<String> = [
    "urn:mpeg:mpegB:cicp:systems:auxiliary:alpha", "urn:mpeg:hevc:2015:auxid:1",
  ]

  /// Behind version and flags, up to a zero.
  private static func text(_ property: UnsafeRawBufferPointer) -> String {
    String(decoding: (property.part(from: 4) ?? property).prefix(64).prefix { $0 != 0 }, as: UTF8.self)
  }

  /// The colour description in the AV1 data of a picture, or of the first tile of one that is made of tiles.
  private static func sequenceColor(of item: HEIFItems.Item, in items: HEIFItems) -> AV1Headers.Color? {
    var item = item
    for _ in 0..<maximumDepth {
      switch item.type {
      case "av01":
        return items.withData(of: item) { AV1Headers($0).color }
          ?? item.property("av1C").flatMap { $0.part(from: 4) }.flatMap { AV1Headers($0).color }
      default:
        guard let first = item.inputs.first.flatMap({ items.items[$0] }) else { return nil }
        item = first
      }
    }
    return nil
  }

  private static func size(_ item: HEIFItems.Item) -> PixelSize? {
    guard let extent = item.property("ispe"), let width = extent.bigEndian(4, at: 4),
      let height = extent.bigEndian(4, at: 8)
    else { return nil }
    return PixelSize(width: width, height: height)
  }

  private static func coded(
    _ item: HEIFItems.Item, in items: HEIFItems
  ) -> (size: PixelSize?, isPredictable: Bool) {
    switch item.type {
    case "av01":
      let data = items.withData(of: item) { AV1Headers($0) }
      let configuration = item.property("av1C").flatMap { $0.part(from: 4) }.map { AV1Headers($0) }
      return (larger(data.size, configuration?.size), data.isPredictable && data.size != nil)
    case "hvc1", "hev1":
      guard let configuration = item.property("hvcC") else { return (nil, false) }
      var headers = HEVCHeaders(configuration: configuration)
      items.withData(of: item) {
        headers.add($0, lengthBytes: HEVCHeaders.lengthBytes(configuration: configuration))
      }
      return (larger(headers.size, nil), headers.isWhole && headers.pictures == 1 && headers.size != nil)
    case "grid": return (items.withData(of: item) { canvas($0, at: 4) }, true)
    case "iovl": return (items.withData(of: item) { canvas($0, at: 10) }, true)
    case "iden": return (nil, true)
    default: return (nil, false)
    }
  }

  private static func larger(_ one: (width: Int, height: Int)?, _ other: (width: Int, height: Int)?) -> PixelSize? {
    guard let some = one ?? other else { return nil }
    return PixelSize(
      width: max(some.width, other?.width ?? 0), height: max(some.height, other?.height ?? 0))
  }

  /// What a derived picture says of itself (ISO/IEC 23008-12, section 6.6.2): two numbers of 16 bits or, by a flag, of 32.
  private static func canvas(_ data: UnsafeRawBufferPointer, at place: Int) -> PixelSize? {
    guard let flags = data.bigEndian(1, at: 1) else { return nil }
    let count = flags & 1 == 0 ? 2 : 4
    guard let width = data.bigEndian(count, at: place), let height = data.bigEndian(count, at: place + count) else {
      return nil
    }
    return PixelSize(width: width, height: height)
  }

  private static let greatestArea = 1 << 40
  /// To decode even a single pixel takes about as long as so many.
  private static let leastArea = 4096

  /// Pixels that are decoded for an item, in all that it is made of, as often as it is.
  private static func area(of id: Int, in items: HEIFItems, known: inout [Int: Int], depth: Int) -> Int {
    if let area = known[id] { return area }
    guard let item = items.items[id] else { return 0 }
    guard depth <= maximumDepth else { return greatestArea }
    // Whoever is derived from itself never ends.
    known[id] = greatestArea
    var sum = max(size(item)?.area ?? 0, leastArea)
    for part in item.inputs + item.auxiliaries {
      sum = min(sum, greatestArea) + min(area(of: part, in: items, known: &known, depth: depth + 1), greatestArea)
    }
    known[id] = min(sum, greatestArea)
    return min(sum, greatestArea)
  }
}
