/// What an HEVC bitstream says of the size of its pictures (ITU-T H.265, sections 7.3.1 and 7.3.2.2).
struct HEVCHeaders {
  /// The largest that a sequence parameter set names.
  private(set) var size: (width: Int, height: Int)?
  private(set) var pictures = 0
  /// Whether all units could be told apart.
  private(set) var isWhole = true

  /// - Parameter configuration: the content of an `hvcC` box (ISO/IEC 14496-15, section 8.3.3.1).
  init(configuration: UnsafeRawBufferPointer) {
    guard let arrays = configuration.bigEndian(1, at: 22) else {
      isWhole = false
      return
    }
    var place = 23
    for _ in 0..<arrays {
      guard let count = configuration.bigEndian(2, at: place + 1) else { return }
      place += 3
      for _ in 0..<min(count, 256) {
        guard let length = configuration.bigEndian(2, at: place), let unit = configuration.part(place + 2, length)
        else { return }
        note(unit)
        place += 2 + length
      }
    }
  }

  static func lengthBytes(configuration: UnsafeRawBufferPointer) -> Int {
    (configuration.bigEndian(1, at: 21) ?? 3) & 3 + 1
  }

  /// Units of an item, each with its length before it.
  mutating func add(_ item: UnsafeRawBufferPointer, lengthBytes: Int) {
    var place = 0
    for _ in 0..<4096 {
      guard place < item.count else { return }
      guard let length = item.bigEndian(lengthBytes, at: place), let unit = item.part(place + lengthBytes, length)
      else { break }
      note(unit)
      place += lengthBytes + length
    }
    isWhole = false
  }

  private mutating func note(_ unit: UnsafeRawBufferPointer) {
    guard let header = unit.first else { return }
    switch header >> 1 & 63 {
    case 33:
      guard let found = Self.size(of: unit) else {
        isWhole = false
        return
      }
      size = (max(size?.width ?? 0, found.width), max(size?.height ?? 0, found.height))
    // A slice; the first of a picture says so.
    case 0...31:
      if let flags = unit.bigEndian(1, at: 2), flags & 0x80 != 0 { pictures += 1 }
    default: break
    }
  }

  private static func size(of unit: UnsafeRawBufferPointer) -> (width: Int, height: Int)? {
    var bits = BitReader(withoutEmulationPrevention(unit.dropFirst(2).prefix(1024)))
    bits.skip(4)
    guard let layers = bits.bits(3) else { return nil }
    // The nesting flag; profile, tier and level of the whole.
    bits.skip(1 + 96)
    if layers > 0 {
      var present: [(profile: Int, level: Int)] = []
      for _ in 0..<8 {
        guard let profile = bits.bit(), let level = bits.bit() else { return nil }
        present.append((profile, level))
      }
      for layer in present.prefix(layers) { bits.skip(layer.profile * 88 + layer.level * 8) }
    }
    guard bits.golomb() != nil, let chroma = bits.golomb() else { return nil }
    if chroma == 3 { bits.skip(1) }
    guard let width = bits.golomb(), let height = bits.golomb() else { return nil }
    return (width, height)
  }

  /// Section 7.3.1.1: a 3 behind two zeroes is not meant.
  private static func withoutEmulationPrevention(_ bytes: some Collection<UInt8>) -> [UInt8] {
    var payload: [UInt8] = []
    var zeroes = 0
    for byte in bytes {
      if zeroes >= 2, byte == 3 {
        zeroes = 0
        continue
      }
      zeroes = byte == 0 ? zeroes + 1 : 0
      payload.append(byte)
    }
    return payload
  }
}
