/// SHA-256 (FIPS 180-4).
///
/// Written by hand because swift-crypto's C sources do not compile for Embedded wasm.
public struct SHA256: Sendable {
  public static let digestLength = 32
  static let blockLength = 64

  private var state: InlineArray<8, UInt32> = [
    0x6A09_E667, 0xBB67_AE85, 0x3C6E_F372, 0xA54F_F53A, 0x510E_527F, 0x9B05_688C, 0x1F83_D9AB, 0x5BE0_CD19,
  ]
  /// Less than a block that has not been compressed yet.
  private var pending: [UInt8] = []
  private var byteCount: UInt64 = 0

  public init() {}

  public static func digest(_ message: [UInt8]) -> [UInt8] {
    var hash = SHA256()
    hash.update(message)
    return hash.finalize()
  }

  public mutating func update(_ bytes: some Sequence<UInt8>) {
    let input = Array(bytes)
    byteCount &+= UInt64(input.count)
    var words = state
    var position = 0
    if !pending.isEmpty {
      position = min(Self.blockLength - pending.count, input.count)
      pending.append(contentsOf: input[..<position])
      guard pending.count == Self.blockLength else { return }
      Self.compress(pending.span, at: 0, into: &words)
      pending.removeAll(keepingCapacity: true)
    }
    let span = input.span
    while input.count - position >= Self.blockLength {
      Self.compress(span, at: position, into: &words)
      position += Self.blockLength
    }
    pending.append(contentsOf: input[position...])
    state = words
  }

  /// The digest of everything so far, 32 bytes. The hash may be updated further afterwards.
  public func finalize() -> [UInt8] {
    var last = self
    var padding: [UInt8] = [0x80]
    let filled = (pending.count + 1) % Self.blockLength
    let lengthStart = Self.blockLength - 8
    let zeros = filled <= lengthStart ? lengthStart - filled : lengthStart + Self.blockLength - filled
    padding.append(contentsOf: repeatElement(0, count: zeros))
    let bitCount = byteCount &<< 3
    for shift in stride(from: 56, through: 0, by: -8) {
      padding.append(UInt8(truncatingIfNeeded: bitCount >> UInt64(shift)))
    }
    last.update(padding)
    var digest: [UInt8] = []
    digest.reserveCapacity(Self.digestLength)
    for index in 0..<8 {
      let word = last.state[index]
      digest.append(UInt8(truncatingIfNeeded: word >> 24))
      digest.append(UInt8(truncatingIfNeeded: word >> 16))
      digest.append(UInt8(truncatingIfNeeded: word >> 8))
      digest.append(UInt8(truncatingIfNeeded: word))
    }
    return digest
  }

  /// The 64 bytes from `start`, which must lie within `bytes`.
  private static func compress(_ bytes: Span<UInt8>, at start: Int, into state: inout InlineArray<8, UInt32>) {
    // The message schedule needs only the last 16 of its 64 words at a time.
    var schedule = InlineArray<16, UInt32>(repeating: 0)
    for index in 0..<16 {
      let offset = start &+ index &* 4
      schedule[index] =
        UInt32(bytes[offset]) << 24 | UInt32(bytes[offset &+ 1]) << 16 | UInt32(bytes[offset &+ 2]) << 8
        | UInt32(bytes[offset &+ 3])
    }
    var a = state[0]
    var b = state[1]
    var c = state[2]
    var d = state[3]
    var e = state[4]
    var f = state[5]
    var g = state[6]
    var h = state[7]
    for round in 0..<64 {
      if round >= 16 {
        let early = schedule[(round &+ 1) & 15]
        let late = schedule[(round &+ 14) & 15]
        let sigma0 = rotated(early, 7) ^ rotated(early, 18) ^ early >> 3
        let sigma1 = rotated(late, 17) ^ rotated(late, 19) ^ late >> 10
        schedule[round & 15] = schedule[round & 15] &+ sigma0 &+ schedule[(round &+ 9) & 15] &+ sigma1
      }
      let sum1 = rotated(e, 6) ^ rotated(e, 11) ^ rotated(e, 25)
      let choice = (e & f) ^ (~e & g)
      let first = h &+ sum1 &+ choice &+ roundConstants[round] &+ schedule[round & 15]
      let sum0 = rotated(a, 2) ^ rotated(a, 13) ^ rotated(a, 22)
      let majority = (a & b) ^ (a & c) ^ (b & c)
      h = g
      g = f
      f = e
      e = d &+ first
      d = c
      c = b
      b = a
      a = first &+ sum0 &+ majority
    }
    state[0] = state[0] &+ a
    state[1] = state[1] &+ b
    state[2] = state[2] &+ c
    state[3] = state[3] &+ d
    state[4] = state[4] &+ e
    state[5] = state[5] &+ f
    state[6] = state[6] &+ g
    state[7] = state[7] &+ h
  }
}

@inline(__always)
private func rotated(_ word: UInt32, _ count: UInt32) -> UInt32 {
  word &>> count | word &<< (32 &- count)
}

/// FIPS 180-4, section 4.2.2.
private let roundConstants: InlineArray<64, UInt32> = [
  0x428A_2F98, 0x7137_4491, 0xB5C0_FBCF, 0xE9B5_DBA5, 0x3956_C25B, 0x59F1_11F1, 0x923F_82A4, 0xAB1C_5ED5,
  0xD807_AA98, 0x1283_5B01, 0x2431_85BE, 0x550C_7DC3, 0x72BE_5D74, 0x80DE_B1FE, 0x9BDC_06A7, 0xC19B_F174,
  0xE49B_69C1, 0xEFBE_4786, 0x0FC1_9DC6, 0x240C_A1CC, 0x2DE9_2C6F, 0x4A74_84AA, 0x5CB0_A9DC, 0x76F9_88DA,
  0x983E_5152, 0xA831_C66D, 0xB003_27C8, 0xBF59_7FC7, 0xC6E0_0BF3, 0xD5A7_9147, 0x06CA_6351, 0x1429_2967,
  0x27B7_0A85, 0x2E1B_2138, 0x4D2C_6DFC, 0x5338_0D13, 0x650A_7354, 0x766A_0ABB, 0x81C2_C92E, 0x9272_2C85,
  0xA2BF_E8A1, 0xA81A_664B, 0xC24B_8B70, 0xC76C_51A3, 0xD192_E819, 0xD699_0624, 0xF40E_3585, 0x106A_A070,
  0x19A4_C116, 0x1E37_6C08, 0x2748_774C, 0x34B0_BCB5, 0x391C_0CB3, 0x4ED8_AA4A, 0x5B9C_CA4F, 0x682E_6FF3,
  0x748F_82EE, 0x78A5_636F, 0x84C8_7814, 0x8CC7_0208, 0x90BE_FFFA, 0xA450_6CEB, 0xBEF9_A3F7, 0xC671_78F2,
]
