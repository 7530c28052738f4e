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
    for range in field.bytes.split(separator: UInt8(ascii: ",")) {
      var parts = range.split(separator: UInt8(ascii: ";"))[...]
      guard let type = parts.popFirst() else { continue }
      let name = ASCII.trimmingBlanks(type)
      let isAVIF = ASCII.equalsIgnoringCase(name, "image/avif")
      guard isAVIF || ASCII.equalsIgnoringCase(name, "image/webp") else { continue }
      guard !parts.contains(where: Self.isZeroWeight) else { continue }
      if isAVIF { avif = true } else { webp = true }
    }
  }

  /// `q=0`, `q=0.0`, `q=0.00` or `q=0.000`.
  private static func isZeroWeight(_ parameter: ArraySlice<UInt8>) -> Bool {
    let text = ASCII.trimmingBlanks(parameter)
    var bytes = text.makeIterator()
    guard let name = bytes.next(), name | 0x20 == 0x71, bytes.next() == 0x3D else { return false }
    guard bytes.next() == 0x30 else { return false }
    while let byte = bytes.next() {
      guard byte == 0x2E || byte == 0x30 else { return false }
    }
    return true
  }
}
