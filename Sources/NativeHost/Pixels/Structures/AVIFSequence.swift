import EdgeHandler

/// The moving pictures of an AVIF: the tracks of its `moov` (ISO/IEC 14496-12, section 8; AV1 Image File Format, section 3). Read here for
/// their size, number and repetitions, and for a still where the file has none; they are decoded by libavif.
struct AVIFSequence {
  private struct Track {
    var size: PixelSize
    var samples: Int
    var plays: Int
    var isAlpha: Bool
    /// Boxes of the sample entry: `av1C`, `colr` and the like.
    var properties: [HEIFItems.Box]
    /// The first picture, which depends on no other.
    var first: UnsafeRawBufferPointer

    func property(_ name: String) -> UnsafeRawBufferPointer? {
      properties.first { $0.name == name }?.content
    }
  }

  private let colors: Track
  private let alpha: Track?

  var size: PixelSize { colors.size }
  var count: Int { colors.samples }
  /// 0: for ever.
  var plays: Int { colors.plays }

  /// Whether the frames behind the first can be decoded on this machine.
  static let isDecodable = AVIFFrames.isAvailable

  /// `nil` where there is no track of AV1 pictures.
  init?(_ bytes: UnsafeRawBufferPointer) {
    let tracks = Self.children(bytes, "moov").flatMap { moov in
      Self.children(moov, "trak").compactMap { Self.track($0, in: bytes) }
    }
    guard let colors = tracks.first(where: { !$0.isAlpha }) else { return nil }
    self.colors = colors
    alpha = tracks.first { $0.isAlpha && $0.size == colors.size }
  }

  private static let mostBoxes = 256

  private static func children(_ box: UnsafeRawBufferPointer, _ name: String, at start: Int = 0)
    -> [UnsafeRawBufferPointer]
  {
    (HEIFItems.boxes(of: box, in: start, upTo: mostBoxes) ?? []).filter { $0.name == name }.prefix(16).map(\.content)
  }

  private static func child(_ box: UnsafeRawBufferPointer, _ names: String...) -> UnsafeRawBufferPointer? {
    names.reduce(box) { box, name in box.flatMap { children($0, name).first } }
  }

  private static func track(_ box: UnsafeRawBufferPointer, in file: UnsafeRawBufferPointer) -> Track? {
    guard let handler = child(box, "mdia", "hdlr")?.name(at: 8), ["pict", "vide", "auxv"].contains(handler),
      let table = child(box, "mdia", "minf", "stbl"), let description = child(table, "stsd"),
      let entry = children(description, "av01", at: 8).first,
      let width = entry.bigEndian(2, at: 24), let height = entry.bigEndian(2, at: 26), width > 0, height > 0,
      let properties = HEIFItems.boxes(of: entry, in: 78, upTo: mostBoxes),
      let sizes = child(table, "stsz"), let common = sizes.bigEndian(4, at: 4), let samples = sizes.bigEndian(4, at: 8),
      samples > 0, let length = common > 0 ? common : sizes.bigEndian(4, at: 12),
      let offset = child(table, "stco")?.bigEndian(4, at: 8) ?? child(table, "co64")?.bigEndian(8, at: 8),
      let first = file.part(offset, length)
    else { return nil }
    return Track(
      size: PixelSize(width: width, height: height), samples: samples, plays: plays(box), isAlpha: handler == "auxv",
      properties: properties, first: first)
  }

  /// The edit list says whether and the track how long its one entry is repeated (ISO/IEC 23008-12, section 9.6.1).
  private static func plays(_ track: UnsafeRawBufferPointer) -> Int {
    guard let edits = child(track, "edts", "elst"), let flags = edits.bigEndian(3, at: 1) else { return 0 }
    guard flags & 1 == 1 else { return 1 }
    guard let header = child(track, "tkhd"),
      // All ones, which no `Int` has, if it is for ever.
      let all = header.first == 0 ? header.bigEndian(4, at: 20) : header.bigEndian(8, at: 28),
      let one = edits.first == 0 ? edits.bigEndian(4, at: 8) : edits.bigEndian(8, at: 8),
      one > 0, header.first != 0 || all < 0xFFFF_FFFF
    else { return 0 }
    return max(1, all / one + (all % one > 0 ? 1 : 0))
  }

  // MARK: The first picture as a still

  private static func box(_ name: String, _ content: [UInt8]) -> [UInt8] {
    number(content.count + 8, 4) + name.utf8 + content
  }

  private static func number(_ value: Int, _ bytes: Int) -> [UInt8] {
    (0..<bytes).reversed().map { UInt8(truncatingIfNeeded: value >> (8 * $0)) }
  }

  /// An AVIF of the first picture alone (ISO/IEC 23008-12, section 6); `nil` where the track does not say how to decode it.
  var still: [UInt8]? {
    guard let configuration = colors.property("av1C") else { return nil }
    let extent = Self.box(
      "ispe", [0, 0, 0, 0] + Self.number(size.width, 4) + Self.number(size.height, 4))
    var properties = [extent, Self.box("av1C", Array(configuration))]
    for property in colors.properties where property.name == "colr" || property.name == "pixi" {
      properties.append(Self.box(property.name, Array(property.content)))
    }
    // The item, how many properties it has, and the number of each.
    var associations: [[UInt8]] = [Self.associations(item: 1, Array(1...min(properties.count, 100)))]
    var items = [(data: colors.first, id: 1)]
    var references: [UInt8] = []
    if let alpha, let configuration = alpha.property("av1C") {
      properties.append(Self.box("av1C", Array(configuration)))
      properties.append(Self.box("auxC", [0, 0, 0, 0] + "urn:mpeg:mpegB:cicp:systems:auxiliary:alpha\0".utf8))
      associations.append(Self.associations(item: 2, [1, properties.count - 1, properties.count]))
      items.append((alpha.first, 2))
      references = Self.box("iref", [0, 0, 0, 0] + Self.box("auxl", [0, 2, 0, 1, 0, 1]))
    }
    let entries = items.map { item in
      Self.box("infe", [2, 0, 0, 0] + Self.number(item.id, 2) + [0, 0] + "av01\0".utf8)
    }
    let type = Self.box("ftyp", Array("avif\0\0\0\0avifmif1miaf".utf8))
    func meta(dataAt start: Int) -> [UInt8] {
      var place = start
      let locations = items.map { item in
        defer { place += item.data.count }
        return Self.number(item.id, 2) + [0, 0, 0, 1] + Self.number(place, 4) + Self.number(item.data.count, 4)
      }
      let parts: [[UInt8]] = [
        [0, 0, 0, 0], Self.box("hdlr", [0, 0, 0, 0, 0, 0, 0, 0] + "pict".utf8 + [UInt8](repeating: 0, count: 13)),
        Self.box("pitm", [0, 0, 0, 0, 0, 1]),
        Self.box("iloc", [0, 0, 0, 0, 0x44, 0] + Self.number(items.count, 2) + locations.flatMap { $0 }),
        Self.box("iinf", [0, 0, 0, 0] + Self.number(items.count, 2) + entries.flatMap { $0 }), references,
        Self.box(
          "iprp",
          Self.box("ipco", properties.flatMap { $0 })
            + Self.box("ipma", [0, 0, 0, 0] + Self.number(items.count, 4) + associations.flatMap { $0 })),
      ]
      return Self.box("meta", parts.flatMap { $0 })
    }
    // Its length is the same wherever the data are.
    let start = type.count + meta(dataAt: 0).count + 8
    return type + meta(dataAt: start) + Self.box("mdat", items.flatMap { Array($0.data) })
  }

  private static func associations(item: Int, _ properties: [Int]) -> [UInt8] {
    number(item, 2) + [UInt8(properties.count)] + properties.map { UInt8($0) }
  }
}
