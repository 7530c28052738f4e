import EdgeHandler

/// A ``CacheKey`` in 32 bytes: an index of a million files is made of these.
struct OutputDigest: Hashable, Sendable {
  /// Big-endian.
  private let words: (UInt64, UInt64, UInt64, UInt64)

  /// `nil` unless the key has 64 lower-case hexadecimal digits, as every SHA-256 has.
  init?(_ key: CacheKey) {
    self.init(hex: key.hex.utf8)
  }

  init?(hex: some Sequence<UInt8>) {
    var words: [4 of UInt64] = [0, 0, 0, 0]
    var count = 0
    for digit in hex {
      let value: UInt8
      switch digit {
      case 0x30...0x39: value = digit - 0x30
      case 0x61...0x66: value = digit - 0x61 + 10
      default: return nil
      }
      guard count < 64 else { return nil }
      words[count >> 4] = words[count >> 4] << 4 | UInt64(value)
      count += 1
    }
    guard count == 64 else { return nil }
    self.words = (words[0], words[1], words[2], words[3])
  }

  var hex: String {
    let digits = Array("0123456789abcdef".utf8)
    var text: [UInt8] = []
    text.reserveCapacity(64)
    for word in [words.0, words.1, words.2, words.3] {
      for shift in stride(from: 60, through: 0, by: -4) { text.append(digits[Int(word >> UInt64(shift) & 15)]) }
    }
    return String(decoding: text, as: UTF8.self)
  }

  static func == (left: Self, right: Self) -> Bool {
    left.words == right.words
  }

  /// One word is enough: all bits of a SHA-256 are equally good.
  func hash(into hasher: inout Hasher) {
    hasher.combine(words.0)
  }
}
