import CAVIF
import CVips
import EdgeHandler

/// The frames of an AVIF sequence, decoded one after the other.
final class AVIFFrames {
  static let isAvailable = cavif_is_available() != 0

  let size: PixelSize
  let plays: Int
  private(set) var delaysInMilliseconds: [Int] = []
  private let reader: OpaquePointer
  private let count: Int
  private let color: ColorSignal?
  private let interruption: Interruption

  /// - Parameters:
  ///   - bytes: must stay where they are as long as this.
  ///   - color: what colours mean where no profile says so.
  init(
    _ bytes: UnsafeRawBufferPointer, _ sequence: AVIFSequence, color: ColorSignal?, _ limits: PixelEngine.Limits,
    _ interruption: Interruption
  ) throws(PixelFailure) {
    guard
      let reader = cavif_open(
        bytes.baseAddress, bytes.count, UInt32(clamping: limits.maximumPixels), UInt32(clamping: limits.maximumFrames))
    else { throw .undecodable }
    self.reader = reader
    self.interruption = interruption
    size = PixelSize(width: Int(cavif_width(reader)), height: Int(cavif_height(reader)))
    plays = sequence.plays
    self.color = color
    count = sequence.count
    // The limits were held against what the sequence says.
    guard size == sequence.size else { throw .undecodable }
  }

  deinit {
    cavif_close(reader)
  }

  /// `nil` behind the last.
  func next() throws(PixelFailure) -> VipsPicture? {
    guard !interruption.isDue else { throw .interrupted }
    guard delaysInMilliseconds.count < count else { return nil }
    let pixels = UnsafeMutableRawBufferPointer.allocate(byteCount: size.area * 4, alignment: 16)
    defer { pixels.deallocate() }
    guard cavif_next(reader, pixels.baseAddress?.assumingMemoryBound(to: UInt8.self)) == 0 else { throw .undecodable }
    let milliseconds = cavif_seconds(reader) * 1000
    delaysInMilliseconds.append(milliseconds >= 0 && milliseconds < 1e9 ? Int(milliseconds.rounded()) : 0)
    let stored = try VipsPicture(
      cvips_from_pixels(pixels.baseAddress, pixels.count, Int32(size.width), Int32(size.height), 4))
    let visible =
      cavif_has_alpha(reader) != 0 ? stored : try VipsPicture(cvips_extract_bands(stored.pointer, 0, 3))
    let picture = try VipsPicture(cvips_with_interpretation(visible.pointer, VIPS_INTERPRETATION_sRGB))
    if let color { picture.colorSignal = color }
    var profileBytes = 0
    if let profile = cavif_profile(reader, &profileBytes), profileBytes > 0 {
      vips_image_set_blob_copy(picture.pointer, VIPS_META_ICC_NAME, profile, profileBytes)
    }
    return picture
  }
}
