import TestSupport
import Testing

@testable import EdgeHandler

@Suite struct GravityTests {
  @Test(arguments: [
    ("center", "0.5x0.5"), ("top", "0.5x0"), ("bottom", "0.5x1"), ("left", "0x0.5"), ("right", "1x0.5"),
    ("top,left", "0x0"), ("left,top", "0x0"), ("top,right", "1x0"), ("right,top", "1x0"), ("bottom,left", "0x1"),
    ("left,bottom", "0x1"), ("bottom,right", "1x1"), ("right,bottom", "1x1"), ("auto", "auto"), ("entropy", "entropy"),
    ("0x0", "0x0"), ("1x1", "1x1"), ("0.25x.75", "0.25x0.75"), ("1.0x00.5", "1x0.5"), ("0.1234567x0", "0.123457x0"),
  ])
  func reads(text: String, canonical: String) {
    #expect(Gravity(parsing: text)?.canonical == canonical)
  }

  @Test(arguments: [
    "", ",", "top,", ",top", "top,bottom", "left,right", "top,top", "top,left,top", "top left", "top, left", "Top",
    "middle", "center,top", "auto,top", "entropy ", "x", "0x", "x0", "0.5", "0.5x0.5x0.5", "1.000001x0", "0x2",
    "-0.1x0",
    "0x-0.1", "-0x0", "1e-1x0", "nanx0", "0xnan", "infx0", "+0x0", "0 x0", "0X0", "٠x٠", "0,5x0", "0.5y0.5", "50%x50%",
    "\0", String(repeating: "0", count: 8190) + "x0", String(repeating: "top,", count: 2000) + "left",
  ])
  func refuses(text: String) {
    #expect(Gravity(parsing: text) == nil)
  }

  @Test func aPointIsReadAsItIsWritten() {
    var generator = SeededGenerator(seed: 42)
    for _ in 0..<1000 {
      let x = FixedPoint(millionths: .random(in: 0...1_000_000, using: &generator))
      let y = FixedPoint(millionths: .random(in: 0...1_000_000, using: &generator))
      #expect(Gravity(parsing: Gravity.point(x: x, y: y).canonical) == .point(x: x, y: y))
    }
  }
}
