import EdgeHandler

/// The chunks of a WebP (RFC 9649, section 2). libwebp's list of frames is walked from its begin for each frame.
enum WebPStructure {
  private static let maximumChunks = 1000

  static func read(_ bytes: UnsafeRawBufferPointer, _ limits: PixelEngine.Limits) throws(PixelFailure) -> Structure {
    guard let riffLength = bytes.littleEndian(4, at: 4) else { throw .undecodable }
    let most = max(limits.maximumFrames, 1) + 1
    var canvas: PixelSize?
    var picture: (size: PixelSize, isLossless: Bool)?
    var dropped: [Range<Int>] = []
    var (place, chunks, frames, endOfFrames) = (12, 0, 0, 0)
    var hasPartialFrames = false
    let end = min(riffLength + 8, bytes.count)
    while place + 8 <= end, let name = bytes.name(at: place), let length = bytes.littleEndian(4, at: place + 4) {
      let next = place + 8 + length + length % 2
      let data = bytes.part(place + 8, length) ?? bytes.part(from: place + 8)
      guard let data else { break }
      chunks += 1
      switch name {
      case "VP8X":
        guard let width = data.littleEndian(3, at: 4), let height = data.littleEndian(3, at: 7) else { break }
        canvas = PixelSize(width: width + 1, height: height + 1)
      case "VP8 ", "VP8L":
        guard picture == nil else { break }
        picture = size(of: data, named: name).map { ($0, name == "VP8L") }
      case "ANMF":
        frames += 1
        chunks -= 1
        if try check(data, within: canvas) != canvas { hasPartialFrames = true }
        if frames == most { endOfFrames = min(next, bytes.count) }
      case "EXIF":
        if !EXIFStructure.isBounded(behindName: data) { dropped.append(place..<min(next, bytes.count)) }
      case "ICCP":
        if length > StructureLimit.profileBytes { dropped.append(place..<min(next, bytes.count)) }
      default: break
      }
      guard chunks <= maximumChunks else { throw .undecodable }
      place = next
    }
    guard let size = canvas ?? picture?.size else { throw .undecodable }
    var structure = Structure(decoded: size)
    if let picture, frames == 0 {
      // libwebp refuses what does not fit its canvas, whatever there is room for.
      guard picture.size == size else { throw .undecodable }
      structure.unbroken = Double(size.area) * (picture.isLossless ? 60 : 30)
    } else {
      structure.unbroken = Double(size.area) * 60
    }
    structure.frames = max(frames, 1)
    structure.hasPartialFrames = hasPartialFrames
    if frames > most {
      structure.replacement = file(bytes.part(0, endOfFrames) ?? bytes, without: dropped)
    } else if !dropped.isEmpty {
      structure.replacement = file(bytes, without: dropped)
    }
    return structure
  }

  /// With its length as it is now (section 2.4).
  private static func file(_ bytes: UnsafeRawBufferPointer, without dropped: [Range<Int>]) -> [UInt8] {
    var file = bytes.without(dropped.filter { $0.upperBound <= bytes.count })
    for index in 0..<4 { file[4 + index] = UInt8(truncatingIfNeeded: (file.count - 8) >> (8 * index)) }
    return file
  }

  /// One frame of an animation: place, size, duration and flags, then its own chunks. Gives its size.
  private static func check(
    _ frame: UnsafeRawBufferPointer, within canvas: PixelSize?
  ) throws(PixelFailure) -> PixelSize {
    guard let canvas, let width = frame.littleEndian(3, at: 6), let height = frame.littleEndian(3, at: 9) else {
      throw .undecodable
    }
    let said = PixelSize(width: width + 1, height: height + 1)
    guard said.width <= canvas.width, said.height <= canvas.height else { throw .undecodable }
    var place = 16
    // Before the pixels there can be their alpha.
    for _ in 0..<8 {
      guard let name = frame.name(at: place), let length = frame.littleEndian(4, at: place + 4) else { return said }
      if name == "VP8 " || name == "VP8L" {
        guard let data = frame.part(from: place + 8), let size = size(of: data, named: name) else { return said }
        guard size == said else { throw .undecodable }
        return said
      }
      place += 8 + length + length % 2
    }
    return said
  }

  /// From the headers of the two codecs (RFC 6386, section 9.1; RFC 9649, section 3.4).
  private static func size(of data: UnsafeRawBufferPointer, named name: String) -> PixelSize? {
    if name == "VP8L" {
      guard data.first == 0x2F, let bits = data.littleEndian(4, at: 1) else { return nil }
      return PixelSize(width: bits & 0x3FFF + 1, height: bits >> 14 & 0x3FFF + 1)
    }
    guard data.bigEndian(3, at: 3) == 0x9D012A, let width = data.littleEndian(2, at: 6),
      let height = data.littleEndian(2, at: 8)
    else { return nil }
    return PixelSize(width: width & 0x3FFF, height: height & 0x3FFF)
  }
}
