/// The items of a HEIF or AVIF file, by the boxes of its `meta` (ISO/IEC 14496-12, section 8.11; ISO/IEC 23008-12).
struct HEIFItems {
  struct Item {
    var type = ""
    /// Where its data are, in order.
    var extents: [UnsafeRawBufferPointer] = []
    var properties: [Property] = []
    /// What it is derived from, in order.
    var inputs: [Int] = []
    /// Pictures that belong to it, such as its alpha.
    var auxiliaries: [Int] = []
    /// Those of them by whose alpha its colours are multiplied already (ISO/IEC 23008-12, section 6.10.1.2).
    var premultipliers: [Int] = []

    func property(_ name: String) -> UnsafeRawBufferPointer? {
      properties.first { $0.name == name }?.content
    }
  }

  struct Property {
    var name: String
    var content: UnsafeRawBufferPointer
  }

  private static let maximumItems = 4096
  private static let maximumBoxes = 16_384
  private static let maximumReferences = 65_536
  private static let maximumExtents = 32

  private(set) var items: [Int: Item] = [:]
  private(set) var primary: Int
  private let file: UnsafeRawBufferPointer
  private var idat: UnsafeRawBufferPointer?
  private var properties: [Property] = []

  /// `nil` for what is not to be read: a part is missing, there twice or has more in it than any file needs.
  init?(_ file: UnsafeRawBufferPointer) {
    self.file = file
    primary = 0
    guard let metas = Self.boxes(of: file, in: 0, upTo: 256)?.filter({ $0.name == "meta" }), metas.count == 1,
      let boxes = Self.boxes(of: metas[0].content, in: 4, upTo: 64)
    else { return nil }
    var parts: [String: UnsafeRawBufferPointer] = [:]
    for box in boxes {
      guard parts.updateValue(box.content, forKey: box.name) == nil || box.name == "free" else { return nil }
    }
    idat = parts["idat"]
    guard let pitm = parts["pitm"], let version = pitm.first, let id = pitm.bigEndian(version == 0 ? 2 : 4, at: 4),
      let information = parts["iinf"], readInformation(information),
      let locations = parts["iloc"], readLocations(locations),
      let properties = parts["iprp"], readProperties(properties)
    else { return nil }
    if let references = parts["iref"], !readReferences(references) { return nil }
    primary = id
  }

  /// Whether the file has no other box than an AVIF's own, tables before data: metadata may also be in boxes of their own.
  var hasOnlyPictureBoxes: Bool {
    Self.boxes(of: file, in: 0, upTo: 256)?.map(\.name) == ["ftyp", "meta", "mdat"]
  }

  /// Where the `meta` ends.
  var endOfTables: Int {
    guard let meta = Self.boxes(of: file, in: 0, upTo: 256)?.first(where: { $0.name == "meta" }),
      let start = meta.content.baseAddress, let origin = file.baseAddress
    else { return file.count }
    return start - origin + meta.content.count
  }

  /// Calls `body` with the contiguous data of an item, whose extents can lie apart in the file.
  func withData<Value>(of item: Item, _ body: (UnsafeRawBufferPointer) -> Value) -> Value {
    if item.extents.count == 1 { return body(item.extents[0]) }
    return item.extents.reduce(into: [UInt8]()) { $0 += $1 }.withUnsafeBytes(body)
  }

  /// What all items are read from, counted as often as it is.
  var dataBytes: Int {
    items.values.reduce(0) { $0 + $1.extents.reduce(0) { $0 + $1.count } }
  }

  struct Box {
    var name: String
    var content: UnsafeRawBufferPointer
  }

  /// `nil` where there are too many. What does not fit ends them.
  static func boxes(of bytes: UnsafeRawBufferPointer, in start: Int, upTo most: Int) -> [Box]? {
    var boxes: [Box] = []
    var place = start
    while let short = bytes.bigEndian(4, at: place), let name = bytes.name(at: place + 4) {
      guard boxes.count < most else { return nil }
      var (header, length) = (8, short)
      if short == 1 {
        guard let long = bytes.bigEndian(8, at: place + 8) else { break }
        (header, length) = (16, long)
      } else if short == 0 {
        length = bytes.count - place
      }
      guard length >= header else { break }
      // The last may be cut off: of data, not all are needed.
      guard let content = bytes.part(place + header, length - header) ?? bytes.part(from: place + header) else { break }
      boxes.append(Box(name: name, content: content))
      let (next, isTooFar) = place.addingReportingOverflow(length)
      guard !isTooFar else { break }
      place = next
    }
    return boxes
  }

  private mutating func readInformation(_ bytes: UnsafeRawBufferPointer) -> Bool {
    guard let version = bytes.first,
      let entries = Self.boxes(of: bytes, in: version == 0 ? 6 : 8, upTo: Self.maximumItems)
    else { return false }
    for entry in entries where entry.name == "infe" {
      guard let version = entry.content.first else { return false }
      let idBytes = version > 2 ? 4 : 2
      guard let id = entry.content.bigEndian(idBytes, at: 4) else { return false }
      // Older versions say no type.
      let type = version >= 2 ? entry.content.name(at: 6 + idBytes) : nil
      guard items.updateValue(Item(type: type ?? ""), forKey: id) == nil else { return false }
    }
    return true
  }

  private mutating func readLocations(_ bytes: UnsafeRawBufferPointer) -> Bool {
    guard let version = bytes.first, version <= 2, let sizes = bytes.bigEndian(2, at: 4) else { return false }
    let (offsetBytes, lengthBytes, baseBytes) = (sizes >> 12, sizes >> 8 & 15, sizes >> 4 & 15)
    let indexBytes = version == 0 ? 0 : sizes & 15
    guard [offsetBytes, lengthBytes, baseBytes, indexBytes].allSatisfy({ $0 <= 8 }) else { return false }
    var place = 6
    func next(_ count: Int) -> Int? {
      defer { place += count }
      return count == 0 ? 0 : bytes.bigEndian(count, at: place)
    }
    guard let count = next(version < 2 ? 2 : 4), count <= Self.maximumItems else { return false }
    for _ in 0..<count {
      guard let id = next(version < 2 ? 2 : 4), let method = next(version == 0 ? 0 : 2), let reference = next(2),
        let base = next(baseBytes), let extents = next(2), extents <= Self.maximumExtents
      else { return false }
      // Other files, and parts of other items.
      guard let source = method & 15 == 0 ? file : method & 15 == 1 ? idat : nil, reference == 0 else { return false }
      guard items[id]?.extents.isEmpty ?? true else { return false }
      for _ in 0..<extents {
        guard next(indexBytes) != nil, let offset = next(offsetBytes), let length = next(lengthBytes) else {
          return false
        }
        let (start, isTooFar) = base.addingReportingOverflow(offset)
        guard !isTooFar else { return false }
        // One that is cut off is as long as it is.
        guard let extent = source.part(start, length) ?? source.part(from: start) else { continue }
        items[id]?.extents.append(extent)
      }
    }
    return true
  }

  private mutating func readProperties(_ bytes: UnsafeRawBufferPointer) -> Bool {
    guard let boxes = Self.boxes(of: bytes, in: 0, upTo: 64),
      let containers = Optional(boxes.filter { $0.name == "ipco" }), containers.count == 1,
      let found = Self.boxes(of: containers[0].content, in: 0, upTo: Self.maximumBoxes)
    else { return false }
    properties = found.map { Property(name: $0.name, content: $0.content) }
    var associations = 0
    for box in boxes where box.name == "ipma" {
      let content = box.content
      guard let version = content.first, let flags = content.bigEndian(3, at: 1),
        let count = content.bigEndian(4, at: 4)
      else { return false }
      var place = 8
      for _ in 0..<min(count, Self.maximumItems + 1) {
        let idBytes = version < 1 ? 2 : 4
        guard let id = content.bigEndian(idBytes, at: place), let number = content.bigEndian(1, at: place + idBytes)
        else { return false }
        place += idBytes + 1
        let indexBytes = flags & 1 == 1 ? 2 : 1
        for _ in 0..<number {
          guard let index = content.bigEndian(indexBytes, at: place) else { return false }
          place += indexBytes
          associations += 1
          guard associations <= Self.maximumReferences else { return false }
          let property = index & (indexBytes == 2 ? 0x7FFF : 0x7F)
          if property > 0, property <= properties.count { items[id]?.properties.append(properties[property - 1]) }
        }
      }
    }
    return true
  }

  private mutating func readReferences(_ bytes: UnsafeRawBufferPointer) -> Bool {
    guard let version = bytes.first, let boxes = Self.boxes(of: bytes, in: 4, upTo: Self.maximumItems) else {
      return false
    }
    let idBytes = version == 0 ? 2 : 4
    var references = 0
    for box in boxes {
      guard let from = box.content.bigEndian(idBytes, at: 0), let count = box.content.bigEndian(2, at: idBytes) else {
        return false
      }
      for index in 0..<count {
        guard let to = box.content.bigEndian(idBytes, at: idBytes + 2 + index * idBytes) else { return false }
        references += 1
        guard references <= Self.maximumReferences else { return false }
        switch box.name {
        case "dimg": items[from]?.inputs.append(to)
        case "auxl": items[to]?.auxiliaries.append(from)
        case "prem": items[from]?.premultipliers.append(to)
        default: break
        }
      }
    }
    return true
  }
}
