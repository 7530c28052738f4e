/// The name under which a browser saves an output: that of the original, with the extension of the output's format.
struct FileName: Sendable {
  /// Without an extension, at least one character and none of a path.
  private let stem: String

  /// In bytes; file systems end at 255, of which an escape takes three.
  private static let longestStem = 80

  init(_ name: String) {
    // What is no character of a name on some system, or of a field, is left out (RFC 6266, section 4.3).
    var bytes = name.utf8.filter { byte in
      switch byte {
      case 0x00...0x1F, 0x7F, UInt8(ascii: "/"), UInt8(ascii: "\\"), UInt8(ascii: ":"), UInt8(ascii: "*"),
        UInt8(ascii: "?"), UInt8(ascii: "\""), UInt8(ascii: "<"), UInt8(ascii: ">"), UInt8(ascii: "|"):
        false
      default: true
      }
    }[...]
    if let point = bytes.lastIndex(of: UInt8(ascii: ".")), point > bytes.startIndex { bytes = bytes[..<point] }
    // A leading point hides a file.
    bytes = bytes.drop { $0 == UInt8(ascii: ".") || $0 == 0x20 }
    bytes = bytes.prefix(Self.longestStem)
    // The limit may lie inside a character.
    while !bytes.isEmpty, UTF8Sequence.string(Array(bytes)) == nil { bytes = bytes.dropLast() }
    stem = bytes.isEmpty ? "image" : String(decoding: bytes, as: UTF8.self)
  }

  /// The value of `Content-Disposition` (RFC 6266): in ASCII, and in full as RFC 8187 has it where that is not the same.
  func disposition(_ format: OutputFormat) -> String {
    let suffix = "." + format.fileExtension
    let isASCII = stem.utf8.allSatisfy { $0 < 0x80 && $0 != UInt8(ascii: "%") }
    let plain = isASCII ? stem : String(decoding: stem.utf8.map(Self.plain), as: UTF8.self)
    let field = "inline; filename=\"" + plain + suffix + "\""
    return isASCII
      ? field : field + "; filename*=UTF-8''" + PercentCoding.encode(stem.utf8, keeping: .unreserved) + suffix
  }

  /// A percent sign is read as an escape by some browsers.
  private static func plain(_ byte: UInt8) -> UInt8 {
    byte < 0x80 && byte != UInt8(ascii: "%") ? byte : UInt8(ascii: "_")
  }
}

extension OutputFormat {
  fileprivate var fileExtension: String {
    self == .jpeg ? "jpg" : keyword
  }

  init?(mediaType: String) {
    guard let format = Self.allCases.first(where: { $0.mediaType == mediaType }) else { return nil }
    self = format
  }
}
