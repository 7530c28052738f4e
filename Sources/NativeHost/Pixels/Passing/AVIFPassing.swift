import NIOCore

/// An AVIF of one picture, its tiles and its alpha.
///
/// Metadata are items beside it, whose places are told in tables. They stay where they are, as long as they were, and say nothing any more.
enum AVIFPassing {
  /// EXIF without a field (CIPA DC-008, section 4.5.2), behind the length of what precedes it (ISO/IEC 23008-12, annex A.2.1).
  private static let emptyEXIF: [UInt8] = [0, 0, 0, 0, 0x49, 0x49, 0x2A, 0, 8, 0, 0, 0, 0, 0, 0, 0, 0, 0]

  /// `nil` for what has previews or anything else in it, and what signals other colours than sRGB.
  static func stripped(_ bytes: UnsafeRawBufferPointer) -> PassedOriginal.Stripped? {
    guard let items = HEIFItems(bytes), items.hasOnlyPictureBoxes else { return nil }
    var picture: Set<Int> = []
    var next = [items.primary]
    while let id = next.popLast() {
      guard let item = items.items[id], item.type == "av01" || item.type == "grid", isInSRGB(item) else { return nil }
      if picture.insert(id).inserted { next += item.inputs + item.auxiliaries }
    }
    var file = [UInt8](bytes)
    var written: [Range<Int>] = []
    for (id, item) in items.items where !picture.contains(id) {
      let replacement: [UInt8]
      switch item.type {
      case "Exif": replacement = emptyEXIF
      // XMP, which is text.
      case "mime": replacement = []
      default: return nil
      }
      guard item.extents.count == 1, let place = place(of: item.extents[0], in: bytes), replacement.count <= place.count
      else { return nil }
      file.replaceSubrange(
        place,
        with: replacement + [UInt8](repeating: item.type == "mime" ? 0x20 : 0, count: place.count - replacement.count))
      written.append(place)
    }
    // What is overwritten must be nothing of the picture, nor of the tables before it.
    for place in written where place.lowerBound < items.endOfTables { return nil }
    for id in picture {
      for extent in items.items[id]?.extents ?? [] {
        guard let place = Self.place(of: extent, in: bytes), !written.contains(where: { $0.overlaps(place) }) else {
          return nil
        }
      }
    }
    return PassedOriginal.Stripped(file: ByteBuffer(bytes: file), hadMetadata: !written.isEmpty)
  }

  private static func place(of part: UnsafeRawBufferPointer, in file: UnsafeRawBufferPointer) -> Range<Int>? {
    guard let start = part.baseAddress, let origin = file.baseAddress, start >= origin else { return nil }
    let offset = start - origin
    return offset + part.count <= file.count ? offset..<offset + part.count : nil
  }

  /// Whether colours that are signalled without a profile (`nclx`; ITU-T H.273) are those that browsers take for sRGB.
  private static func isInSRGB(_ item: HEIFItems.Item) -> Bool {
    item.properties.allSatisfy { property in
      guard property.name == "colr", property.content.name(at: 0) == "nclx" else { return true }
      guard let primaries = property.content.bigEndian(2, at: 4), let transfer = property.content.bigEndian(2, at: 6)
      else { return false }
      return [1, 2].contains(primaries) && [1, 2, 6, 13].contains(transfer)
    }
  }
}
