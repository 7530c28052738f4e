import CVips
import EdgeHandler
import NIOCore

/// An original that is its own output: its bytes without metadata, none of its pixels encoded anew.
///
/// Law of this folder: what is passed on shows in every browser what the engine would have encoded. Readers keep the parts of a container
/// that they know to be pixels, leave everything else out, and give `nil` for what they do not know. They are written here because
/// libraries that read a container decode or rewrite what is in it.
enum PassedOriginal {
  /// `nil` where the original cannot be passed on.
  static func bytes(of original: EncodedPicture, _ metadata: Encoding.Metadata) -> ByteBuffer? {
    guard let stripped = stripped(original), metadata == .none || !stripped.hadMetadata,
      isPlain(original)
    else { return nil }
    return stripped.file
  }

  /// A file of pixels alone.
  struct Stripped {
    var file: ByteBuffer
    /// Whether anything was left out that ``Encoding/Metadata`` may ask to be kept.
    var hadMetadata: Bool
  }

  private static func stripped(_ original: EncodedPicture) -> Stripped? {
    switch original.format {
    case .jpeg: JPEGPassing.stripped(original.bytes)
    case .png: PNGPassing.stripped(original.bytes)
    case .webp: WebPPassing.stripped(original.bytes)
    case .gif: GIFPassing.stripped(original.bytes)
    case .avif: AVIFPassing.stripped(original.bytes)
    default: nil
    }
  }

  /// By how much a channel may change for a profile to count as sRGB: profiles of it round their curves.
  private static let tolerance = 2

  /// Whether the pixels mean the same without orientation, profile and what else signals colours: what converts them is tried on a cube
  /// of colours, which must come out as they went in.
  private static func isPlain(_ original: EncodedPicture) -> Bool {
    guard let picture = try? original.open(), picture.interpretation != VIPS_INTERPRETATION_CMYK,
      original.orientation(picture) == 1
    else { return false }
    let (profile, signal) = (picture.bytes(VIPS_META_ICC_NAME), picture.colorSignal)
    guard profile != nil || signal != nil else { return true }
    let steps = stride(from: 0, through: 255, by: 15).map { UInt8($0) }
    let isGrey = picture.bands < 3
    let colors: [UInt8] =
      isGrey ? steps : steps.flatMap { red in steps.flatMap { green in steps.flatMap { [red, green, $0] } } }
    let bands = isGrey ? 1 : 3
    do throws(PixelFailure) {
      let cube = try VipsPicture(
        colors.withUnsafeBytes {
          cvips_from_pixels($0.baseAddress, $0.count, Int32(colors.count / bands), 1, Int32(bands))
        })
      let colored = try VipsPicture(
        cvips_with_interpretation(cube.pointer, isGrey ? VIPS_INTERPRETATION_B_W : VIPS_INTERPRETATION_sRGB))
      if let signal { colored.colorSignal = signal }
      profile?.withUnsafeBytes {
        vips_image_set_blob_copy(colored.pointer, VIPS_META_ICC_NAME, $0.baseAddress, $0.count)
      }
      let converted = try ColorConversion.finish(colored).pixels()
      let expected = isGrey ? colors.flatMap { [$0, $0, $0] } : colors
      return converted.count == expected.count
        && zip(converted, expected).allSatisfy { abs(Int($0) - Int($1)) <= tolerance }
    } catch {
      return false
    }
  }
}
