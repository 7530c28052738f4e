import CDeflateLibrary
import EdgeHandler

/// The chunks of a PNG (PNG 3, section 5). libpng inflates every compressed text and profile, of which there can be any number, each
/// of a thousand times its size; and it keeps every text.
enum PNGStructure {
  private static let maximumChunks = 1_000_000
  /// The count of chunks other than `IDAT` up to which unknown ones are kept too.
  private static let maximumAncillaries = 256

  static func read(_ bytes: UnsafeRawBufferPointer) throws(PixelFailure) -> Structure {
    guard bytes.bigEndian(4, at: 8) == 13, bytes.name(at: 12) == "IHDR", let width = bytes.bigEndian(4, at: 16),
      let height = bytes.bigEndian(4, at: 20), width > 0, height > 0, let depth = bytes.bigEndian(1, at: 24),
      let interlacing = bytes.bigEndian(1, at: 28)
    else { throw .undecodable }
    var structure = Structure(decoded: PixelSize(width: width, height: height))
    // Interlaced, all pixels are decoded before the first is shown.
    if interlacing != 0 { structure.unbroken = Double(structure.decoded.area) * (depth == 16 ? 40 : 25) }
    var ancillaries = Ancillaries()
    var color = Color()
    var pixels: Int?
    var lateEXIF: Range<Int>?
    var dropped: [Range<Int>] = []
    var place = 33
    var (count, ancillaryCount) = (0, 0)
    // Whether the end has come, and the checksums of the pixels were right until then.
    var (isWhole, hasSoundPixels) = (false, true)
    while let length = bytes.bigEndian(4, at: place), let name = bytes.bigEndian(4, at: place + 4) {
      count += 1
      guard count <= maximumChunks else { throw .undecodable }
      guard name != Chunk.end else {
        isWhole = hasSoundPixels
        break
      }
      guard let data = bytes.part(place + 8, length) else { break }
      let end = min(place + 12 + length, bytes.count)
      if name == Chunk.data, hasSoundPixels { hasSoundPixels = isSound(bytes, at: place, length) }
      if name == Chunk.data { pixels = pixels ?? place }
      // What stands behind the pixels says nothing of their colour (section 5.6).
      if pixels == nil, Chunk.ofColor.contains(name), isSound(bytes, at: place, length) { color.note(name, data) }
      if !Chunk.ofPixels.contains(name) {
        ancillaryCount += 1
        if name == Chunk.exif, pixels != nil, !ancillaries.hasEXIF { lateEXIF = place..<end }
        if !ancillaries.keeps(name, data) || ancillaryCount > maximumAncillaries {
          if let last = dropped.last, last.upperBound == place {
            dropped[dropped.count - 1] = last.lowerBound..<end
          } else {
            dropped.append(place..<end)
          }
        }
      }
      place = end
    }
    structure.color = color.signal
    if let lateEXIF, let pixels, !dropped.contains(where: { $0.overlaps(lateEXIF) }) {
      // libpng has told all that it tells before it comes to what stands behind the pixels.
      let before = dropped.filter { $0.upperBound <= pixels }
      let behind = dropped.filter { $0.lowerBound >= pixels } + [lateEXIF]
      structure.replacement =
        UnsafeRawBufferPointer(rebasing: bytes[..<pixels]).without(before) + bytes[lateEXIF]
        + UnsafeRawBufferPointer(rebasing: bytes[pixels...]).without(
          behind.sorted { $0.lowerBound < $1.lowerBound }.map { $0.lowerBound - pixels..<$0.upperBound - pixels })
    } else if !dropped.isEmpty {
      structure.replacement = bytes.without(dropped)
    }
    if !isWhole {
      structure.cut = .png
      // It is inflated and compressed once more, as fast as that can be done.
      structure.unbroken += Double(structure.decoded.area) * 60
    }
    return structure
  }

  /// Whether the checksum of a chunk is right (section 5.5).
  private static func isSound(_ bytes: UnsafeRawBufferPointer, at place: Int, _ length: Int) -> Bool {
    guard let summed = bytes.part(place + 4, length + 4), let sum = bytes.bigEndian(4, at: place + 8 + length) else {
      return false
    }
    return Int(libdeflate_crc32(0, summed.baseAddress, summed.count)) == sum
  }

  /// What chunks say of colour. The first of a kind counts, and of kinds `cICP`, then `iCCP`, `sRGB`, `gAMA` and `cHRM` (section 4.3).
  private struct Color {
    private var codePoints: ColorSignal?
    private var isSRGB = false
    private var exponent: Double?
    private var primaries: ColorSignal.Primaries?
    /// About what libpng takes for no difference, so that pictures whose writer meant sRGB stay as they are.
    private static let exponentsOfSRGB = 2.095...2.32

    mutating func note(_ name: Int, _ data: UnsafeRawBufferPointer) {
      switch name {
      case Chunk.codePoints:
        guard codePoints == nil, data.count == 4, data[2] == 0, data[3] <= 1 else { return }
        codePoints = ColorSignal(primaries: Int(data[0]), transfer: Int(data[1]))
        codePoints?.isNarrow = data[3] == 0
        codePoints?.outranksProfile = true
      case Chunk.sRGB: isSRGB = true
      case Chunk.gamma:
        guard exponent == nil, data.count == 4, let value = data.bigEndian(4, at: 0) else { return }
        // Beyond are values that nobody means.
        if (10_000...1_000_000).contains(value) { exponent = 100_000 / Double(value) }
      case Chunk.chromaticities:
        guard primaries == nil, data.count == 32 else { return }
        let corners = (0..<4).map { index in
          ColorSignal.Primaries.Chromaticity(
            Double(data.bigEndian(4, at: index * 8) ?? 0) / 100_000,
            Double(data.bigEndian(4, at: index * 8 + 4) ?? 0) / 100_000)
        }
        let given = ColorSignal.Primaries(red: corners[1], green: corners[2], blue: corners[3], white: corners[0])
        if given.isUsable { primaries = given.isNear(.sRGB) ? .sRGB : given }
      default: break
      }
    }

    var signal: ColorSignal? {
      if let codePoints { return codePoints }
      guard !isSRGB, exponent != nil || primaries != nil else { return nil }
      let isUsual = exponent.map(Self.exponentsOfSRGB.contains) ?? true
      let transfer = isUsual ? ColorSignal.Transfer.sRGB : .power(exponent ?? 1)
      let signal = ColorSignal(primaries: primaries ?? .sRGB, transfer: transfer)
      return signal.isSRGB ? nil : signal
    }
  }

  private enum Chunk {
    static let data = number("IDAT")
    static let end = number("IEND")
    static let text = number("tEXt")
    static let compressedText = number("zTXt")
    static let internationalText = number("iTXt")
    static let profile = number("iCCP")
    static let exif = number("eXIf")
    static let codePoints = number("cICP")
    static let sRGB = number("sRGB")
    static let gamma = number("gAMA")
    static let chromaticities = number("cHRM")
    static let suggestedPalette = number("sPLT")
    static let ofColor: Set<Int> = [codePoints, sRGB, gamma, chromaticities]
    /// The pixels of a still or an animation, and the palette.
    static let ofPixels: Set<Int> = [data, number("PLTE"), number("tRNS"), number("fcTL"), number("fdAT")]

    private static func number(_ name: String) -> Int {
      name.utf8.reduce(0) { $0 << 8 | Int($1) }
    }
  }

  /// Which chunks beside the pixels are read.
  private struct Ancillaries {
    private var hasProfile = false
    private(set) var hasEXIF = false
    private var hasXMP = false
    private var textBytes = 0
    private static let maximumTextBytes = 65_536

    mutating func keeps(_ name: Int, _ data: UnsafeRawBufferPointer) -> Bool {
      switch name {
      // Nobody asks for these.
      case Chunk.compressedText, Chunk.suggestedPalette: return false
      case Chunk.text:
        textBytes += data.count
        return textBytes <= Self.maximumTextBytes
      case Chunk.internationalText:
        guard !hasXMP else { return false }
        hasXMP = true
        return PNGStructure.isBoundedXMP(data)
      case Chunk.profile:
        guard !hasProfile else { return false }
        hasProfile = true
        // Name, its end, compression method.
        guard let nameLength = data.prefix(80).firstIndex(of: 0), let stream = data.part(from: nameLength + 2)
        else { return false }
        return PNGStructure.inflates(stream, within: StructureLimit.profileBytes)
      case Chunk.exif:
        guard !hasEXIF else { return false }
        hasEXIF = true
        return EXIFStructure.isBounded(behindName: data)
      default: return true
      }
    }
  }

  /// Whether an `iTXt` chunk (PNG, section 11.3.3.4) holds XMP within the limits; no other `iTXt` is ever passed on.
  private static func isBoundedXMP(_ data: UnsafeRawBufferPointer) -> Bool {
    let keyword: StaticString = "XML:com.adobe.xmp\0"
    guard data.begins(with: keyword), let isCompressed = data.bigEndian(1, at: keyword.utf8CodeUnitCount),
      var rest = data.part(from: keyword.utf8CodeUnitCount + 2)
    else { return false }
    // Language and translated keyword.
    for _ in 0..<2 {
      guard let end = rest.prefix(256).firstIndex(of: 0), let after = rest.part(from: end + 1) else { return false }
      rest = after
    }
    return isCompressed == 0
      ? rest.count <= StructureLimit.textBytes : inflates(rest, within: StructureLimit.textBytes)
  }

  /// Whether a zlib stream is whole and no longer than this.
  private static func inflates(_ stream: UnsafeRawBufferPointer, within maximumBytes: Int) -> Bool {
    guard stream.count <= maximumBytes, let decompressor = libdeflate_alloc_decompressor() else { return false }
    defer { libdeflate_free_decompressor(decompressor) }
    // Most take a hundredth of what is allowed, which need not be taken for them.
    for capacity in [min(64 * stream.count, 65_536), maximumBytes] {
      let room = UnsafeMutableRawBufferPointer.allocate(byteCount: capacity, alignment: 1)
      defer { room.deallocate() }
      var count = 0
      let result = libdeflate_zlib_decompress(
        decompressor, stream.baseAddress, stream.count, room.baseAddress, room.count, &count)
      if result != LIBDEFLATE_INSUFFICIENT_SPACE { return result == LIBDEFLATE_SUCCESS }
    }
    return false
  }
}
