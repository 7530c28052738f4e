import CVips
import EdgeHandler
import Glibc

/// What the libraries on this machine can do, tried on tiny pictures. libheif has its codecs in plugins, which on Debian 13 are packages that
/// libvips only recommends; without one, headers are read and every picture fails.
public enum Abilities {
  /// Tried once, when somebody asks.
  public static let lacking: Capabilities = {
    guard Vips.isReady else { return .all }
    // As if something were not there, for tests of what follows: `avif` for an encoder, `read:heic` for a decoder, with commas between.
    let pretended = (getenv("IMGEDGE_LACKS").map { String(cString: $0) } ?? "").split(separator: ",").map(String.init)
    return Capabilities(
      unwritable: OutputFormat.allCases.filter { !canWrite($0) || pretended.contains("\($0)") },
      unreadable: ImageHeader.Format.allCases.filter { !canRead($0) || pretended.contains("read:\($0)") })
  }()

  /// The package of Debian 13 that has what is lacking.
  public static func package(toWrite format: String) -> String {
    format == "avif" ? "libheif-plugin-aomenc" : "libvips42t64"
  }

  public static func package(toRead format: String) -> String {
    switch format {
    case "avif": "libheif-plugin-dav1d or libheif-plugin-aomdec"
    case "heic": "libheif-plugin-libde265"
    default: "libvips42t64"
    }
  }

  private static func canWrite(_ format: OutputFormat) -> Bool {
    // It is no encoder's: the original itself is passed on.
    guard format != .svg else { return true }
    let interruption = Interruption(deadline: .now + .seconds(30))
    guard let picture = try? VipsPicture.uniform(width: 16, height: 16, .white) else { return false }
    return (try? Film(picture).encoded(Encoding(format: format), interruption)) != nil
  }

  /// Whether a format whose codec is optional can be decoded. libvips itself has the decoders of all others, or depends on the libraries that have.
  private static func canRead(_ format: ImageHeader.Format) -> Bool {
    let sample: [UInt8]
    switch format {
    case .avif: sample = samples.avif
    case .heic: sample = samples.heic
    case .jpeg, .png, .webp, .gif, .tiff, .bmp, .ico, .svg: return true
    }
    let context = PixelContext(
      limits: PixelEngine.Limits(), forkServer: ForkServer(command: []),
      interruption: Interruption(deadline: .now + .seconds(30)))
    return withExtendedLifetime(context) {
      sample.withUnsafeBytes { bytes in
        guard let picture = EncodedPicture(bytes, context) else { return false }
        return (try? picture.open().computed(context.interruption)) != nil
      }
    }
  }

  private static let samples = (avif: decoded(AbilitySamples.avif), heic: decoded(AbilitySamples.heic))

  private static func decoded(_ hexadecimal: StaticString) -> [UInt8] {
    let digits = hexadecimal.withUTF8Buffer { $0.compactMap { Character(UnicodeScalar($0)).hexDigitValue } }
    return stride(from: 0, to: digits.count - 1, by: 2).map { UInt8(digits[$0] << 4 | digits[$0 + 1]) }
  }
}
