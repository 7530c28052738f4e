/// The operator's keys for secrets, as the setting `secrets-key` says them: `ID:KEY` and, behind commas, older ones that secrets may still be
/// sealed with. A key is 32 bytes in base64; an id is a word of lower-case letters and digits.
public struct SecretKeys: Sendable {
  public var keys: [(id: String, bytes: [UInt8])]

  /// - Throws: an error that says which of them is wrong, and nothing of a key.
  public init(parsing text: String) throws(ConfigurationError) {
    keys = []
    for (index, item) in text.bytes.split(separator: UInt8(ascii: ",")).enumerated() {
      let parts = item.split(separator: UInt8(ascii: ":"), maxSplits: 1)
      let place = "key \(index + 1)"
      guard parts.count == 2, (1...32).contains(parts[0].count),
        parts[0].allSatisfy({ ASCII.isLowercaseLetter($0) || ASCII.isDigit($0) })
      else {
        throw ConfigurationError("\(place) is not ID:KEY with an id of 1 to 32 lower-case letters and digits")
      }
      let id = String(decoding: parts[0], as: UTF8.self)
      guard let bytes = Base64.decode(Array(parts[1])), bytes.count == 32 else {
        throw ConfigurationError("\(place) (\(id)) is not 32 bytes in base64")
      }
      guard !keys.contains(where: { $0.id == id }) else {
        throw ConfigurationError("\(place): its id \(id) is there twice")
      }
      keys.append((id, bytes))
    }
    guard !keys.isEmpty else { throw ConfigurationError("there is no key; wanted is ID:KEY") }
  }
}

/// A sealed text, taken apart: ``SecretsRequest`` has its form.
public struct SealedText: Sendable {
  public var keyID: String
  /// Nonce, ciphertext and tag.
  public var bytes: [UInt8]

  static let version: String = "1"
  /// Of AES-GCM, in bytes.
  public static let nonceCount = 12
  public static let tagCount = 16

  public init(keyID: String, bytes: [UInt8]) {
    self.keyID = keyID
    self.bytes = bytes
  }

  /// `nil` for what is no sealed text, or of another version.
  public init?(_ text: String) {
    let parts = text.bytes.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
    guard parts.count == 3, String(decoding: parts[0], as: UTF8.self) == Self.version else { return nil }
    var base64: [UInt8] = []
    for byte in parts[2] {
      switch byte {
      case UInt8(ascii: "-"): base64.append(UInt8(ascii: "+"))
      case UInt8(ascii: "_"): base64.append(UInt8(ascii: "/"))
      case UInt8(ascii: "+"), UInt8(ascii: "/"), UInt8(ascii: "="): return nil
      default: base64.append(byte)
      }
    }
    while base64.count % 4 != 0 { base64.append(UInt8(ascii: "=")) }
    guard let bytes = Base64.decode(base64), bytes.count >= Self.nonceCount + Self.tagCount else { return nil }
    self.init(keyID: String(decoding: parts[1], as: UTF8.self), bytes: bytes)
  }

  /// As it is stored, in base64url without padding (RFC 4648, section 5).
  public var text: String {
    var digits: [UInt8] = []
    for byte in Base64.encode(bytes).utf8 {
      switch byte {
      case UInt8(ascii: "+"): digits.append(UInt8(ascii: "-"))
      case UInt8(ascii: "/"): digits.append(UInt8(ascii: "_"))
      case UInt8(ascii: "="): break
      default: digits.append(byte)
      }
    }
    return Self.version + "." + keyID + "." + String(decoding: digits, as: UTF8.self)
  }
}
