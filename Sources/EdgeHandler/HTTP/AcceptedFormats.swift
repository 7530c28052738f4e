/// Which of the formats that are negotiated an `Accept` field names (RFC 9110, section 12.5.1).
///
/// A wildcard does not count as naming: clients send `*/*` without being able to show AVIF.
struct AcceptedFormats: Sendable, Equatable {
  var avif = false
  var webp = false

  init(avif: Bool = false, webp: Bool = false) {
    self.avif = avif
    self.webp = webp
  }

  init(field: String?) {
    guard let field else { return }
    for range in FieldValue.split(field.bytes, at: UInt8(ascii: ",")) {
      var parts = FieldValue.split(range, at: UInt8(ascii: ";"))[...]
      guard let type = parts.popFirst() else { continue }
      let name = ASCII.trimmingBlanks(type)
      let isAVIF = ASCII.equalsIgnoringCase(name, "image/avif")
      guard isAVIF || ASCII.equalsIgnoringCase(name, "image/webp"), Self.isAcceptable(parts) else { continue }
      if isAVIF { avif = true } else { webp = true }
    }
  }

  /// What an output may be in the place of AVIF: a photograph takes fewer bytes in AVIF, and many a drawing in WebP.
  func alternative(to format: OutputFormat) -> OutputFormat? {
    format == .avif && avif && webp ? .webp : nil
  }

  /// For people.
  func words(for format: OutputFormat) -> String {
    format.keyword + (alternative(to: format).map { ", or \($0.keyword) where that takes fewer bytes" } ?? "")
  }

  /// Whether an `Accept` field names a media type with a weight above 0.
  static func names(_ mediaType: String, in field: String?) -> Bool {
    guard let field else { return false }
    return FieldValue.split(field.bytes, at: UInt8(ascii: ",")).contains { range in
      var parts = FieldValue.split(range, at: UInt8(ascii: ";"))[...]
      guard let type = parts.popFirst() else { return false }
      return ASCII.equalsIgnoringCase(ASCII.trimmingBlanks(type), mediaType) && Self.isAcceptable(parts)
    }
  }

  /// Whether the weight among the parameters of a media range is not 0. Parameters behind the weight belong to no media type, and
  /// a second weight is none.
  private static func isAcceptable(_ parameters: ArraySlice<ArraySlice<UInt8>>) -> Bool {
    !(parameters.lazy.compactMap(Self.weight).first.map(Self.isZero) ?? false)
  }

  /// What stands behind `q=`; `nil` for another parameter.
  private static func weight(_ parameter: ArraySlice<UInt8>) -> ArraySlice<UInt8>? {
    let text = ASCII.trimmingBlanks(parameter)
    guard text.count >= 2, let name = text.first, name | 0x20 == 0x71, text.dropFirst().first == 0x3D else {
      return nil
    }
    return text.dropFirst(2)
  }

  /// `0`, `0.`, `0.0`, `0.00` or `0.000`.
  private static func isZero(_ weight: ArraySlice<UInt8>) -> Bool {
    weight.first == 0x30 && weight.allSatisfy { $0 == 0x2E || $0 == 0x30 }
  }
}
