@testable import Pixels

/// AVIF files of one small picture and more of something else than any file needs.
extension Bomb {
  struct NoPicture: Error {}

  private static func big(_ value: Int, _ count: Int) -> [UInt8] {
    (0..<count).reversed().map { UInt8(truncatingIfNeeded: value >> (8 * $0)) }
  }

  private static func box(_ name: String, _ content: [UInt8]...) -> [UInt8] {
    let content = content.flatMap { $0 }
    return big(content.count + 8, 4) + Array(name.utf8) + content
  }

  private static func repeated(_ bytes: [UInt8], _ count: Int) -> [UInt8] {
    Array([[UInt8]](repeating: bytes, count: count).joined())
  }

  /// - Parameters:
  ///   - items: further ones, without data.
  ///   - properties: further ones, of no meaning.
  ///   - associations: how often the item is given its size.
  ///   - extents: of the item, each with all of its data.
  ///   - boxes: further ones, empty, in front of all.
  ///   - units: further ones of the AV1 stream: temporal delimiters.
  ///   - references: of the item to itself, as a thumbnail.
  static func avif(
    items: Int = 0, properties: Int = 0, associations: Int = 0, extents: Int = 1, boxes: Int = 0, units: Int = 0,
    references: Int = 0
  ) throws -> [UInt8] {
    let photo = try Array(TestPictures.bytes("photo.avif").readableBytesView)
    let picture = photo.withUnsafeBytes { bytes -> (configuration: [UInt8], data: [UInt8])? in
      guard let all = HEIFItems(bytes), let item = all.items[all.primary], let box = item.property("av1C") else {
        return nil
      }
      return (Array(box), all.withData(of: item) { Array($0) })
    }
    guard let picture else { throw NoPicture() }
    let data = repeated([0x12, 0], units) + picture.data
    func information(_ id: Int) -> [UInt8] { box("infe", [2, 0, 0, 0], big(id, 2), [0, 0], Array("av01".utf8), [0]) }
    let extent = big(0, 4) + big(data.count, 4)
    let known = box("ispe", big(0, 4), big(600, 4), big(400, 4)) + box("av1C", picture.configuration)
    let association = big(1, 2) + [255] + repeated([1], 255)
    let meta = box(
      "meta", big(0, 4), box("pitm", big(0, 4), big(1, 2)),
      box("iinf", big(0, 4), big(1 + items, 2), (1...1 + items).flatMap(information)),
      box(
        "iloc", [1, 0, 0, 0, 0x44, 0], big(1, 2), big(1, 2), [0, 1, 0, 0], big(extents, 2), repeated(extent, extents)),
      box(
        "iprp", box("ipco", known, repeated(box("free"), properties)),
        box(
          "ipma", big(0, 4), big(1 + associations, 4), big(1, 2), [2, 1, 2], repeated(association, associations))),
      box("iref", big(0, 4), repeated(box("thmb", big(1, 2), big(1, 2), big(1, 2)), references)),
      box("idat", data))
    return box("ftyp", Array("avif\0\0\0\0avifmif1".utf8)) + repeated(box("free"), boxes) + meta
  }
}
