import EdgeHandler
import Testing

@testable import Outputs

@Suite struct OutputDigestTests {
  @Test func givesItsTextBack() throws {
    let hex = "00ff1234567890abcdef000000000000a5a5a5a5deadbeef0123456789abcdef"
    let key = try #require(CacheKey(hex: hex))
    #expect(try #require(OutputDigest(key)).hex == hex)
  }

  @Test func tellsEveryDigitApart() throws {
    let zeros = [UInt8](repeating: UInt8(ascii: "0"), count: 64)
    let zero = try #require(OutputDigest(hex: zeros))
    for position in 0..<64 {
      var digits = zeros
      digits[position] = UInt8(ascii: "1")
      #expect(try #require(OutputDigest(hex: digits)) != zero)
    }
  }

  @Test func isNilForWhatIsNoSHA256() {
    #expect(OutputDigest(CacheKey(digest: [1, 2, 3])) == nil)
    #expect(OutputDigest(hex: [UInt8](repeating: UInt8(ascii: "0"), count: 65)) == nil)
    #expect(OutputDigest(hex: [UInt8](repeating: UInt8(ascii: "A"), count: 64)) == nil)
    #expect(OutputDigest(hex: []) == nil)
  }
}
