import EdgeHandler

/// The directories of a TIFF (revision 6.0, section 2; BigTIFF). libtiff copies the values of every tag, whichever others share them, sorts
/// all it knows for each that it does not know, and reads every page to count them.
enum TIFFStructure {
  private static let maximumEntries = 512
  private static let maximumPages = 64
  /// Bits of all samples of a pixel.
  private static let maximumPixelBits = 1024
  private static let sizes = [0, 1, 1, 2, 4, 8, 1, 1, 2, 4, 8, 4, 8, 4, 0, 0, 8, 8, 8]
  /// None, fax, LZW, Deflate and PackBits: decoders that end where the strip does.
  private static let boundedCompressions: Set<Int> = [1, 2, 3, 4, 5, 8, 32771, 32773, 32946]

  static func read(_ bytes: UnsafeRawBufferPointer) throws(PixelFailure) -> Structure {
    guard let file = File(bytes), let place = file.firstDirectory, let first = file.directory(at: place) else {
      throw .undecodable
    }
    guard first.isWithin(bytes.count), let width = first.value(256), let height = first.value(257) else {
      throw .undecodable
    }
    let picture = PixelSize(width: width, height: height)
    let part = try partSize(first, picture)
    let samples = first.value(277) ?? 1
    let bits = first.value(258) ?? 1
    guard samples <= 64, bits <= 128, samples * bits <= maximumPixelBits else { throw .undecodable }
    var structure = Structure(decoded: part.area > picture.area ? part : picture)
    // A tile may reach beyond the picture, by less than itself where somebody means it well.
    structure.isLying = part.area > max(4 * min(picture.area, 1 << 40), 1 << 22)
    structure.unbroken = Double(part.area) * Double(max(samples, 3)) * 8
    let compression = first.value(259) ?? 1
    structure.isPredictable = boundedCompressions.contains(compression)
    // JPEG, as Technical Note 2 has it.
    if compression == 7 {
      for jpeg in file.parts(of: first) {
        guard let size = JPEGStructure.size(jpeg) else { continue }
        guard size.width <= part.width + 64, size.height <= part.height + 64 else {
          structure.decoded = size
          structure.isLying = true
          break
        }
      }
    }
    if !file.isShort(from: first) {
      structure.replacement = Array(bytes)
      for index in 0..<file.offsetBytes where first.nextPlace + index < bytes.count {
        structure.replacement?[first.nextPlace + index] = 0
      }
    }
    return structure
  }

  /// Of a tile or a strip.
  private static func partSize(_ directory: Directory, _ picture: PixelSize) throws(PixelFailure) -> PixelSize {
    if let width = directory.value(322), let height = directory.value(323) {
      return PixelSize(width: width, height: height)
    }
    return PixelSize(width: picture.width, height: min(directory.value(278) ?? picture.height, picture.height))
  }

  private struct Entry {
    var tag: Int
    var count: Int
    var valueBytes: Int
    /// Where the values are.
    var place: Int
    var type: Int
  }

  private struct Directory {
    var entries: [Entry]
    var file: File
    var nextPlace: Int

    var next: Int? { file.number(file.offsetBytes, at: nextPlace) }

    /// Whether its values take no more than there is.
    func isWithin(_ byteCount: Int) -> Bool {
      entries.reduce(0) { $0 + min($1.valueBytes, 1 << 40) } <= byteCount + 65_536
    }

    /// The first number of a tag.
    func value(_ tag: Int) -> Int? {
      guard let entry = entries.first(where: { $0.tag == tag }), entry.count > 0 else { return nil }
      return file.number(TIFFStructure.sizes[entry.type], at: entry.place)
    }
  }

  private struct File {
    let bytes: UnsafeRawBufferPointer
    let isBigEndian: Bool
    let isBig: Bool

    init?(_ bytes: UnsafeRawBufferPointer) {
      self.bytes = bytes
      isBigEndian = bytes.begins(with: "MM")
      guard bytes.count >= 8 else { return nil }
      isBig = bytes[isBigEndian ? 3 : 2] == 43
    }

    var offsetBytes: Int { isBig ? 8 : 4 }
    var firstDirectory: Int? { number(offsetBytes, at: isBig ? 8 : 4) }

    func number(_ count: Int, at place: Int) -> Int? {
      isBigEndian ? bytes.bigEndian(count, at: place) : bytes.littleEndian(count, at: place)
    }

    /// `nil` where it is not there or has more entries than any needs.
    func directory(at place: Int) -> Directory? {
      guard place < bytes.count, let count = number(isBig ? 8 : 2, at: place),
        count <= TIFFStructure.maximumEntries
      else { return nil }
      let first = place + (isBig ? 8 : 2)
      let entryBytes = isBig ? 20 : 12
      var entries: [Entry] = []
      for index in 0..<count {
        let start = first + index * entryBytes
        guard let tag = number(2, at: start), let type = number(2, at: start + 2),
          let values = number(isBig ? 8 : 4, at: start + 4), type < TIFFStructure.sizes.count
        else { continue }
        let (length, isTooMuch) = values.multipliedReportingOverflow(by: TIFFStructure.sizes[type])
        let valuePlace = start + (isBig ? 12 : 8)
        let isInside = !isTooMuch && length <= offsetBytes
        guard let value = isInside ? valuePlace : number(offsetBytes, at: valuePlace) else { continue }
        entries.append(
          Entry(tag: tag, count: values, valueBytes: isTooMuch ? .max : length, place: value, type: type))
      }
      return Directory(entries: entries, file: self, nextPlace: first + count * entryBytes)
    }

    /// Whether counting the pages costs little: each is like a first, and all together are not many.
    func isShort(from first: Directory) -> Bool {
      var directory = first
      var valueBytes = 0
      for _ in 0..<TIFFStructure.maximumPages {
        valueBytes += directory.entries.reduce(0) { $0 + min($1.valueBytes, 1 << 40) }
        guard valueBytes <= bytes.count + 65_536 else { return false }
        guard let place = directory.next, place > 0 else { return true }
        guard let next = self.directory(at: place) else { return false }
        directory = next
      }
      return false
    }

    /// The bytes of every strip or tile, of so many as are looked at.
    func parts(of directory: Directory) -> [UnsafeRawBufferPointer] {
      guard let entry = directory.entries.first(where: { $0.tag == 273 || $0.tag == 324 }) else { return [] }
      let size = TIFFStructure.sizes[entry.type]
      return (0..<min(entry.count, 65_536)).compactMap { index in
        number(size, at: entry.place + index * size).flatMap { bytes.part(from: $0) }
      }
    }
  }
}
