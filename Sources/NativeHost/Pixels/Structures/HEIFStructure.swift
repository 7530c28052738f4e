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
    guard let said = size(primary) ?? coded(primary, in: items).size else { throw .undecodable }
    var structure = Structure(decoded: said)
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
