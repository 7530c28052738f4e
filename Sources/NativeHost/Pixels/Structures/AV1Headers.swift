/// What an AV1 bitstream says of the size of its pictures (AV1 Bitstream & Decoding Process Specification, sections 5.3, 5.5 and 5.9.2).
struct AV1Headers {
  /// The largest that a sequence header allows.
  private(set) var size: (width: Int, height: Int)?
  /// Whether all is known that decoding depends on: one picture, whose header names no other size.
  private(set) var isPredictable = true
  /// The colour description of the last sequence header.
  var color: Color? { sequence?.color }
  private var sequence: Sequence?
  private var pictures = 0

  /// Section 5.5.2.
  struct Color: Equatable {
    var isMonochrome = false
    /// Code points of ITU-T H.273.
    var primaries = 2
    var transfer = 2
    var isFullRange = false
  }

  /// - Parameter units: OBUs, one after the other, as an item holds them or an `av1C` box from its fifth byte on.
  init(_ units: UnsafeRawBufferPointer) {
    var place = 0
    for _ in 0..<256 {
      guard place < units.count else { return }
      guard let unit = Unit(units, at: place) else { break }
      place = unit.end
      switch unit.type {
      case 1:
        guard let sequence = Sequence(unit.payload) else { break }
        self.sequence = sequence
        size = (max(size?.width ?? 0, sequence.width), max(size?.height ?? 0, sequence.height))
      // Frame header, and frame.
      case 3, 6:
        pictures += 1
        if pictures > 1 || sequence?.mayBeOverridden(by: unit.payload) ?? true { isPredictable = false }
      // Redundant frame header, tile list.
      case 7, 8: isPredictable = false
      default: break
      }
    }
    if place < units.count { isPredictable = false }
  }

  private struct Unit {
    let type: Int
    let payload: UnsafeRawBufferPointer
    let end: Int

    init?(_ bytes: UnsafeRawBufferPointer, at start: Int) {
      guard let header = bytes.bigEndian(1, at: start), header & 0x80 == 0 else { return nil }
      type = header >> 3 & 15
      var place = start + (header & 4 == 0 ? 1 : 2)
      var length = bytes.count - place
      if header & 2 != 0 {
        // leb128(), section 4.10.5.
        length = 0
        for index in 0..<8 {
          guard let byte = bytes.bigEndian(1, at: place) else { return nil }
          place += 1
          length |= (byte & 0x7F) << (7 * index)
          if byte & 0x80 == 0 { break }
        }
      }
      guard let payload = bytes.part(place, length) else { return nil }
      self.payload = payload
      end = place + length
    }
  }

  private struct Sequence {
    var width = 0
    var height = 0
    private var isReduced = false
    private var frameNumberBits = 0
    private var presentationTimeBits = 0
    private var hasEqualIntervals = false
    /// 2: each frame says so.
    private var screenContentTools = 2
    private var integerMotion = 2
    private(set) var color: Color?

    init?(_ payload: UnsafeRawBufferPointer) {
      var bits = BitReader(payload)
      guard let profile = bits.bits(3) else { return nil }
      bits.skip(1)
      guard let isReduced = bits.bit() else { return nil }
      self.isReduced = isReduced == 1
      if self.isReduced {
        bits.skip(5)
      } else {
        guard skipTiming(&bits) else { return nil }
      }
      guard let widthBits = bits.bits(4), let heightBits = bits.bits(4), let width = bits.bits(widthBits + 1),
        let height = bits.bits(heightBits + 1)
      else { return nil }
      (self.width, self.height) = (width + 1, height + 1)
      guard !self.isReduced else {
        // From use_128x128_superblock to enable_restoration.
        bits.skip(6)
        color = Self.color(&bits, profile: profile)
        return
      }
      guard let hasFrameNumbers = bits.bit() else { return nil }
      if hasFrameNumbers == 1 {
        guard let difference = bits.bits(4), let more = bits.bits(3) else { return nil }
        frameNumberBits = difference + 2 + more + 1
      }
      // From use_128x128_superblock to enable_dual_filter.
      bits.skip(7)
      guard let hasOrder = bits.bit() else { return nil }
      if hasOrder == 1 { bits.skip(2) }
      guard let choosesTools = bits.bit() else { return nil }
      if choosesTools == 0 {
        guard let tools = bits.bit() else { return nil }
        screenContentTools = tools
      }
      if screenContentTools > 0 {
        guard let choosesMotion = bits.bit() else { return nil }
        if choosesMotion == 0 {
          guard let motion = bits.bit() else { return nil }
          integerMotion = motion
        }
      }
      // order_hint_bits_minus_1; from enable_superres to enable_restoration.
      bits.skip(hasOrder == 1 ? 6 : 3)
      color = Self.color(&bits, profile: profile)
    }

    /// `nil` where it is cut off.
    private static func color(_ bits: inout BitReader, profile: Int) -> Color? {
      var color = Color()
      guard let isDeep = bits.bit() else { return nil }
      if profile == 2, isDeep == 1 { bits.skip(1) }
      if profile != 1 { color.isMonochrome = bits.bit() == 1 }
      guard let isDescribed = bits.bit() else { return nil }
      var matrix = 2
      if isDescribed == 1 {
        guard let primaries = bits.bits(8), let transfer = bits.bits(8), let coefficients = bits.bits(8) else {
          return nil
        }
        (color.primaries, color.transfer, matrix) = (primaries, transfer, coefficients)
      }
      if !color.isMonochrome, color.primaries == 1, color.transfer == 13, matrix == 0 {
        color.isFullRange = true
      } else {
        guard let range = bits.bit() else { return nil }
        color.isFullRange = range == 1
      }
      return color
    }

    /// From timing_info_present_flag to the last of the operating points.
    private mutating func skipTiming(_ bits: inout BitReader) -> Bool {
      var delayBits: Int?
      guard let hasTiming = bits.bit() else { return false }
      if hasTiming == 1 {
        bits.skip(64)
        guard let isEqual = bits.bit() else { return false }
        hasEqualIntervals = isEqual == 1
        if hasEqualIntervals, bits.golomb() == nil { return false }
        guard let hasModel = bits.bit() else { return false }
        if hasModel == 1 {
          guard let delay = bits.bits(5) else { return false }
          bits.skip(37)
          guard let presentation = bits.bits(5) else { return false }
          delayBits = delay + 1
          presentationTimeBits = presentation + 1
        }
      }
      guard let hasDelay = bits.bit(), let points = bits.bits(5) else { return false }
      for _ in 0...points {
        bits.skip(12)
        guard let level = bits.bits(5) else { return false }
        if level > 7 { bits.skip(1) }
        if let delayBits {
          guard let hasParameters = bits.bit() else { return false }
          if hasParameters == 1 { bits.skip(2 * delayBits + 1) }
        }
        if hasDelay == 1 {
          guard let isPresent = bits.bit() else { return false }
          if isPresent == 1 { bits.skip(4) }
        }
      }
      return true
    }

    /// Whether a frame header is not plainly one of the sequence's own size.
    func mayBeOverridden(by payload: UnsafeRawBufferPointer) -> Bool {
      guard !isReduced else { return false }
      var bits = BitReader(payload)
      guard bits.bit() == 0, let type = bits.bits(2), let isShown = bits.bit() else { return true }
      if isShown == 1 {
        if presentationTimeBits > 0, !hasEqualIntervals { bits.skip(presentationTimeBits) }
      } else {
        bits.skip(1)
      }
      guard type != 3 else { return true }
      if !(type == 0 && isShown == 1) { bits.skip(1) }
      bits.skip(1)
      var tools = screenContentTools
      if tools == 2 {
        guard let bit = bits.bit() else { return true }
        tools = bit
      }
      if tools == 1, integerMotion == 2 { bits.skip(1) }
      bits.skip(frameNumberBits)
      return bits.bit() != 0
    }
  }
}
