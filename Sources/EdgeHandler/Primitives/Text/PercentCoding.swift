/// Percent-encoding (RFC 3986, section 2.1).
public enum PercentCoding {
  /// Which bytes are written as they are. Bytes past ASCII and `%` never are.
  public struct Kept: Sendable {
    /// One bit for each of the codes 0–63 and 64–127.
    private let low: UInt64
    private let high: UInt64
    let spaceIsPlus: Bool

    /// Letters, digits, `-`, `.`, `_`, `~` (RFC 3986, section 2.3): what AWS signatures want of names, values and segments.
    public static let unreserved = Kept(besidesAlphanumerics: "-._~")
    /// ``unreserved`` and `/`: a whole path whose slashes separate, as for the key of an S3 object.
    public static let unreservedAndSlash = Kept(besidesAlphanumerics: "-._~/")
    /// What a segment of a path may hold (`pchar` of RFC 3986, section 3.3), so not `/`, `?`, `#` nor `%`.
    public static let pathSegment = Kept(besidesAlphanumerics: "-._~!$&'()*+,;=:@")
    /// ``pathSegment`` and `/`: a whole path whose slashes separate.
    public static let path = Kept(besidesAlphanumerics: "-._~!$&'()*+,;=:@/")
    /// A name or a value of `application/x-www-form-urlencoded` as the WHATWG URL Standard writes it: a space becomes `+`.
    public static let form = Kept(besidesAlphanumerics: "*-._", spaceIsPlus: true)

    init(besidesAlphanumerics others: StaticString, spaceIsPlus: Bool = false) {
      var low: UInt64 = 0x03FF_0000_0000_0000
      var high: UInt64 = 0x07FF_FFFE_07FF_FFFE
      others.withUTF8Buffer { bytes in
        for byte in bytes where byte < 128 && byte != UInt8(ascii: "%") {
          if byte < 64 { low |= 1 << UInt64(byte) } else { high |= 1 << UInt64(byte & 63) }
        }
      }
      self.low = low
      self.high = high
      self.spaceIsPlus = spaceIsPlus
    }

    @inline(__always)
    func contains(_ byte: UInt8) -> Bool {
      guard byte < 128 else { return false }
      return (byte < 64 ? low : high) >> UInt64(byte & 63) & 1 == 1
    }
  }

  /// `nil` where a `%` is not followed by two hexadecimal digits. The result need not be UTF-8.
  public static func decode(_ text: some Collection<UInt8>, plusIsSpace: Bool = false) -> [UInt8]? {
    decode(bytes: Array(text)[...], plusIsSpace: plusIsSpace)
  }

  static func decode(bytes text: ArraySlice<UInt8>, plusIsSpace: Bool) -> [UInt8]? {
    var output: [UInt8] = []
    output.reserveCapacity(text.count)
    var iterator = text.makeIterator()
    while let byte = iterator.next() {
      switch byte {
      case UInt8(ascii: "%"):
        guard let first = iterator.next(), let high = Hexadecimal.value(first),
          let second = iterator.next(), let low = Hexadecimal.value(second)
        else { return nil }
        output.append(high << 4 | low)
      case UInt8(ascii: "+") where plusIsSpace: output.append(UInt8(ascii: " "))
      default: output.append(byte)
      }
    }
    return output
  }

  public static func encode(_ bytes: some Collection<UInt8>, keeping kept: Kept) -> String {
    var output: [UInt8] = []
    output.reserveCapacity(bytes.count)
    appendEncoded(Array(bytes), keeping: kept, to: &output)
    return String(decoding: output, as: UTF8.self)
  }

  private static func appendEncoded(_ bytes: [UInt8], keeping kept: Kept, to output: inout [UInt8]) {
    for byte in bytes {
      if kept.contains(byte) {
        output.append(byte)
      } else if kept.spaceIsPlus, byte == UInt8(ascii: " ") {
        output.append(UInt8(ascii: "+"))
      } else {
        appendEscape(of: byte, to: &output)
      }
    }
  }

  /// A text with its bytes past ASCII escaped, as a URL has them that somebody sent as they are; the rest is left alone.
  public static func escapingNonASCII(_ bytes: some Collection<UInt8>) -> String {
    var output: [UInt8] = []
    output.reserveCapacity(bytes.count)
    for byte in bytes {
      if byte < 0x80 { output.append(byte) } else { appendEscape(of: byte, to: &output) }
    }
    return String(decoding: output, as: UTF8.self)
  }

  /// `%` and two upper-case digits.
  static func appendEscape(of byte: UInt8, to output: inout [UInt8]) {
    output.append(UInt8(ascii: "%"))
    output.append(upperCaseDigit(byte >> 4))
    output.append(upperCaseDigit(byte & 15))
  }

  private static func upperCaseDigit(_ value: UInt8) -> UInt8 {
    value < 10 ? 0x30 + value : 0x41 + (value & 15) - 10
  }
}
