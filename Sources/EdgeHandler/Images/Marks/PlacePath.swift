/// A path in a form that compares alike where a server might take two spellings for one: in lower case, without empty segments,
/// parameters of segments (`;a=b`) and what Windows ignores at the end of a name, backslashes as slashes.
///
/// Which other characters are one depends on Unicode tables that the edge bundle has no room for: on case (`É` and `é`), on the
/// normal form (`é` is one character or `e` with an accent behind it), on compatibility (`K`, the sign for kelvin, is `k` to some).
/// So whatever stands outside ASCII may be anything else outside ASCII, and where it is of a script that has to do with ASCII, any
/// number of ASCII characters too.
struct PlacePath: Sendable {
  /// What a run of characters outside ASCII becomes: bytes that UTF-8 never has.
  private static let foreign: UInt8 = 0xFE
  private static let foreignOrASCII: UInt8 = 0xFF

  private var bytes: [UInt8]
  /// Whether the path has nothing but ASCII.
  private let isPlain: Bool
  /// Whether a segment is nothing but dots, or may be, to a server that reads overlong forms of UTF-8.
  let hidesDots: Bool

  /// - Parameter path: decoded as far as this reading goes.
  init(_ path: [UInt8]) {
    func isIgnoredAtEnd(_ byte: UInt8) -> Bool { byte == UInt8(ascii: ".") || byte == UInt8(ascii: " ") }
    var plain: [UInt8] = []
    plain.reserveCapacity(path.count + 1)
    var hidesDots = path.contains { $0 == 0xC0 || $0 == 0xC1 }
    let pieces = path.map { $0 == UInt8(ascii: "\\") ? UInt8(ascii: "/") : $0 }.split(
      separator: UInt8(ascii: "/"), omittingEmptySubsequences: false)
    for piece in pieces {
      var name = piece.prefix { $0 != UInt8(ascii: ";") }
      guard !name.isEmpty else { continue }
      while let last = name.last, isIgnoredAtEnd(last) { name = name.dropLast() }
      guard !name.isEmpty else {
        hidesDots = true
        continue
      }
      plain.append(UInt8(ascii: "/"))
      for byte in name { plain.append(ASCII.lowercase(byte)) }
    }
    let isFolder = pieces.last.map { $0.isEmpty } ?? true
    if isFolder { plain.append(UInt8(ascii: "/")) }
    isPlain = plain.allSatisfy { $0 < 0x80 }
    bytes = isPlain ? plain : Self.folded(plain)
    self.hidesDots = hidesDots
  }

  /// The same below a folder of this name.
  func below(_ folder: [UInt8]) -> PlacePath {
    var path = self
    path.bytes = [UInt8(ascii: "/")] + folder + bytes
    return path
  }

  private static func folded(_ plain: [UInt8]) -> [UInt8] {
    var folded: [UInt8] = []
    folded.reserveCapacity(plain.count)
    var position = 0
    while position < plain.count {
      guard plain[position] >= 0x80 else {
        folded.append(plain[position])
        position += 1
        continue
      }
      let run = plain[position...].prefix { $0 >= 0x80 }
      folded.append(mayBeASCII(Array(run)) ? foreignOrASCII : foreign)
      position += run.count
    }
    return folded
  }

  /// Whether anything in a run may be equal to ASCII characters, or an accent on the one before it: all but scripts that have
  /// nothing to do with Latin, as far as the first bytes of their characters tell. What is not UTF-8 may be.
  private static func mayBeASCII(_ run: [UInt8]) -> Bool {
    var position = 0
    while position < run.count {
      guard let length = UTF8Sequence.length(in: run, at: position) else { return true }
      switch (run[position], run[position + 1]) {
      // Greek and Cyrillic to Tibetan; CJK with kana and Yi; Hangul and private use; the rest of CJK.
      case (0xCE...0xE0, _), (0xE3...0xE9, _), (0xEA, 0xB0...), (0xEB...0xEE, _), (0xF0, 0xA0...): position += length
      default: return true
      }
    }
    return false
  }

  /// Whether another path begins with this one.
  func begins(_ other: PlacePath) -> Bool {
    guard !isPlain || !other.isPlain else { return other.bytes.starts(with: bytes) }
    // Every number of bytes of this path that what has been read of the other may be.
    var ends = [Bool](repeating: false, count: bytes.count + 1)
    ends[0] = true
    passOver(&ends)
    for byte in other.bytes {
      if ends.last == true { return true }
      var next = [Bool](repeating: false, count: ends.count)
      var isAlive = false
      for (index, own) in bytes.enumerated() where ends[index] {
        if own == byte || (own >= 0x80 && byte >= 0x80) { next[index + 1] = true }
        if own == Self.foreignOrASCII, byte != UInt8(ascii: "/") { next[index] = true }
        if byte == Self.foreignOrASCII, own != UInt8(ascii: "/") { next[index + 1] = true }
        isAlive = true
      }
      guard isAlive else { return false }
      if byte == Self.foreignOrASCII {
        for index in ends.indices where ends[index] { next[index] = true }
        passAll(&next)
      }
      ends = next
      passOver(&ends)
    }
    return ends.last == true
  }

  /// What may be ASCII may be nothing too: an accent that belongs to the character before it.
  private func passOver(_ ends: inout [Bool]) {
    for (index, own) in bytes.enumerated() where own == Self.foreignOrASCII && ends[index] { ends[index + 1] = true }
  }

  /// And may be any number of characters.
  private func passAll(_ ends: inout [Bool]) {
    for (index, own) in bytes.enumerated() where own != UInt8(ascii: "/") && ends[index] { ends[index + 1] = true }
  }
}
