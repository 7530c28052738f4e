import CVips
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
  /// JPEG 2000, which libvips decodes by itself where it can.
  private static let compressionsOfLibvips: Set<Int> = [33003, 33004, 33005, 34712]

  /// How the samples of the first picture are to be taken.
  struct Samples: Equatable {
    /// The size of the picture, whatever its tiles reach to.
    var size: PixelSize
    /// PhotometricInterpretation: 0 and 1 are grey, 2 is RGB, 5 is ink.
    var photometric: Int
    /// Channels that are neither colour nor alpha come last.
    var colors: Int
    /// ExtraSamples of the first channel behind the colours: 1 is alpha that they are multiplied with, 2 one that they are not.
    var extra: Int?
    var isFloat: Bool
    var bits: Int
    /// libvips reads them as they are; of others libtiff makes RGB.
    var isReadByLibvips: Bool
    var orientation: Int
  }

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
    let read = try readSamples(first, of: picture, samples: samples)
    var structure = Structure(decoded: part.area > picture.area ? part : picture)
    structure.tiff = read
    structure.isPremultiplied = read.extra == 1
    // A tile may reach beyond the picture, by less than itself where somebody means it well.
    structure.isLying = part.area > max(4 * min(picture.area, 1 << 40), 1 << 22)
    structure.unbroken = Double(part.area) * Double(max(samples, 3)) * 8
    let compression = first.value(259) ?? 1
    if !read.isReadByLibvips { structure.unbroken = Double(picture.area) * 60 }
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
    if read.extra == 1, let entry = first.entries.first(where: { $0.tag == 338 }) {
      // libvips would divide by alpha itself, by one of 8 bits whatever it has, and round down.
      structure.replacement = Array(bytes)
      for index in 0..<sizes[entry.type] where entry.place + index < bytes.count {
        let isLast = index == (file.isBigEndian ? sizes[entry.type] - 1 : 0)
        structure.replacement?[entry.place + index] = isLast ? 2 : 0
      }
    }
    if !file.isShort(from: first) {
      structure.replacement = structure.replacement ?? Array(bytes)
      for index in 0..<file.offsetBytes where first.nextPlace + index < bytes.count {
        structure.replacement?[first.nextPlace + index] = 0
      }
    }
    return structure
  }

  /// What libvips and libtiff cannot read is told by name.
  private static func readSamples(
    _ directory: Directory, of size: PixelSize, samples: Int
  ) throws(PixelFailure) -> Samples {
    let photometric = directory.value(262) ?? 1
    let compression = directory.value(259) ?? 1
    let bits = directory.value(258) ?? 1
    let kind = directory.value(339) ?? 1
    guard cvips_tiff_knows(Int32(clamping: compression)) != 0 || compressionsOfLibvips.contains(compression) else {
      throw .unread(.compression)
    }
    let colors: Int
    switch photometric {
    case 0, 1, 3: colors = 1
    case 5:
      // InkSet: 1 is CMYK.
      guard samples >= 4, directory.value(332) ?? 1 == 1 else { throw .unread(.inks) }
      colors = 4
    // RGB, YCbCr, CIELAB and LogLuv.
    case 2, 6, 8, 32845: colors = 3
    case 32844: colors = 1
    default: throw .unread(.colorModel)
    }
    // libvips takes the first plane of grey and alpha for both.
    if directory.value(284) == 2, samples > 1, photometric != 2, photometric != 5 { throw .unread(.planes) }
    let isByLibtiff = compression == 6 || (photometric == 6 && compression != 7)
    // libtiff says of LogLuv what it decodes to, whatever stands there.
    if photometric < 32844 {
      guard directory.values(258).allSatisfy({ $0 == bits }) else { throw .unread(.depth) }
      // Unsigned, floating point, and undefined, which is taken for unsigned.
      guard kind == 1 || kind == 3 || kind == 4, kind != 3 || bits == 32 else {
        throw .unread(kind == 3 ? .floats : .sampleType)
      }
      let known: Set<Int> =
        isByLibtiff
        ? [8] : kind == 3 ? [32] : samples == 1 && photometric != 8 ? [1, 2, 4, 8, 16, 32] : [8, 16, 32]
      guard known.contains(bits), !(photometric == 3 && bits > 8), !(photometric == 8 && bits > 16) else {
        throw .unread(.depth)
      }
    }
    let orientation = directory.value(274) ?? 1
    return Samples(
      size: size, photometric: photometric, colors: colors, extra: samples > colors ? directory.value(338) : nil,
      isFloat: kind == 3,
      bits: bits, isReadByLibvips: !isByLibtiff, orientation: (1...8).contains(orientation) ? orientation : 1)
  }

  /// The size of a tile or a strip.
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

    /// So many numbers of a tag as samples of a pixel can be.
    func values(_ tag: Int) -> [Int] {
      guard let entry = entries.first(where: { $0.tag == tag }) else { return [] }
      let size = TIFFStructure.sizes[entry.type]
      return (0..<min(entry.count, 64)).compactMap { file.number(size, at: entry.place + $0 * size) }
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
