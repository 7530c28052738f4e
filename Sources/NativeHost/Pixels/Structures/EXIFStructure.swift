/// The directories of an EXIF block (CIPA DC-008, section 4.6), which libexif reads whole: each entry's values are copied, and entries may
/// share them.
enum EXIFStructure {
  private static let sizes = [0, 1, 1, 2, 4, 8, 1, 1, 2, 4, 8, 4, 8]
  private static let maximumEntries = 1024
  /// The tags that point to further directories: EXIF, GPS and interoperability.
  private static let pointers: Set<Int> = [0x8769, 0x8825, 0xA005]

  /// Whether reading it takes memory of about its own size. One that cannot be read takes none.
  /// - Parameter block: from the byte order on, without `Exif` and two zeroes.
  static func isBounded(_ block: UnsafeRawBufferPointer) -> Bool {
    guard let order = block.part(0, 2), let first = number(block, 4, at: 4, order) else { return true }
    var directories = [first]
    var (entries, valueBytes) = (0, 0)
    var next = 0
    while next < directories.count {
      guard directories.count <= 16 else { return false }
      let start = directories[next]
      next += 1
      guard let count = number(block, 2, at: start, order) else { continue }
      for index in 0..<count {
        let place = start + 2 + index * 12
        guard let tag = number(block, 2, at: place, order), let type = number(block, 2, at: place + 2, order),
          let components = number(block, 4, at: place + 4, order), let value = number(block, 4, at: place + 8, order)
        else { break }
        entries += 1
        let length = components * (type < sizes.count ? sizes[type] : 0)
        // What does not lie inside is not read.
        if length > 4, block.part(value, length) != nil { valueBytes += length }
        guard entries <= maximumEntries, valueBytes <= 2 * block.count else { return false }
        if pointers.contains(tag) { directories.append(value) }
      }
      if let following = number(block, 4, at: start + 2 + count * 12, order), following > 0 {
        directories.append(following)
      }
    }
    return true
  }

  /// Without the words that stand before it in some containers.
  static func isBounded(behindName segment: UnsafeRawBufferPointer) -> Bool {
    segment.begins(with: "Exif\0\0") ? segment.part(from: 6).map { isBounded($0) } ?? true : isBounded(segment)
  }

  private static func number(
    _ block: UnsafeRawBufferPointer, _ count: Int, at place: Int, _ order: UnsafeRawBufferPointer
  ) -> Int? {
    order.begins(with: "II") ? block.littleEndian(count, at: place) : block.bigEndian(count, at: place)
  }
}
