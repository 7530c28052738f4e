import TestSupport
import Testing

@testable import EdgeHandler

@Suite struct ColorTests {
  @Test(
    "CSS's rgb() and rgba() are colours",
    arguments: [
      ("rgb(240,40,145)", "f02891ff"), ("rgb(240, 40 ,145)", "f02891ff"), ("RGB(240 40 145)", "f02891ff"),
      ("rgba(240,40,145,0.5)", "f0289180"), ("rgb(240 40 145 / 50%)", "f0289180"), ("rgb(240 40 145/.5)", "f0289180"),
      ("rgba(100%,0%,50%,1)", "ff0080ff"), ("rgb(300,-5,0)", "ff0000ff"), ("rgba(0,0,0,2)", "000000ff"),
      ("rgba(1,2,3,0)", "01020300"), ("rgb(127.5,0,0)", "800000ff"),
    ])
  func functions(text: String, canonical: String) {
    #expect(Color(parsing: text)?.canonical == canonical)
  }

  @Test(
    "what is not quite rgb() is no colour",
    arguments: [
      "rgb()", "rgb(1,2)", "rgb(1,2,3,4,5)", "rgb(1 2 3 4)", "rgb(1 2 / 3)", "rgb(1,2,3", "rgb 1,2,3)", "rgb(a,b,c)",
      "rgb(1,,3)", "rgb(1 2 3 / )", "rgb(1 2 3 / 1 / 1)", "rgb(1,2,3/0.5)", "hsl(1,2,3)", "rgb(1e1,2,3)", "rgb(%,1,1)",
      "rgb(99999999999999999999,0,0)",
    ])
  func noFunctions(text: String) {
    #expect(Color(parsing: text) == nil)
  }

  @Test(arguments: [
    ("fa0", "ffaa00ff"), ("#fa0", "ffaa00ff"), ("FA08", "ffaa0088"), ("#0000", "00000000"), ("123456", "123456ff"),
    ("#AbCdEf", "abcdefff"), ("12345678", "12345678"), ("#00000001", "00000001"), ("red", "ff0000ff"),
    ("REBECCAPURPLE", "663399ff"), ("Transparent", "00000000"), ("tan", "d2b48cff"), ("fade", "ffaaddee"),
  ])
  func reads(text: String, canonical: String) {
    #expect(Color(parsing: text)?.canonical == canonical)
  }

  @Test(arguments: [
    "", "#", "##fff", "f", "ff", "fffff", "fffffff", "fffffffff", "#fffffffff", "ggg", "#red", "red ", " red", "redd",
    "re", "=ff0000ff", "red=ff0000ff", "azure beige", "currentcolor", "0x123", "-12", "+123", "١٢٣",
    "ｆｆｆ", "fff\0", "\u{212A}haki", String(repeating: "f", count: 8192),
  ])
  func refuses(text: String) {
    #expect(Color(parsing: text) == nil)
  }

  @Test func aHexadecimalColorHasNoName() {
    #expect(Color(hexadecimal: "red") == nil)
    #expect(Color(hexadecimal: "#f00") == Color(parsing: "red"))
  }

  @Test func everyNameIsThatOfPillow() throws {
    // Of another author; it lacks `transparent` alone.
    let program = """
      from PIL import ImageColor
      for name in ImageColor.colormap: print(name, "%02x%02x%02xff" % ImageColor.getrgb(name))
      """
    let theirs = try PythonScript.lines(program, usesPackages: true).map { $0.split(separator: " ").map(String.init) }
    #expect(theirs.count == 148)
    for line in theirs {
      #expect(Color(parsing: line[0])?.canonical == line[1], "\(line[0])")
      #expect(Color(parsing: line[0].uppercased())?.canonical == line[1], "\(line[0])")
    }
  }

  @Test func readsWhatItWrites() {
    var generator = SeededGenerator(seed: 41)
    for _ in 0..<2000 {
      let channels = generator.bytes(4)
      let color = Color(red: channels[0], green: channels[1], blue: channels[2], alpha: channels[3])
      #expect(Color(parsing: color.canonical) == color)
      #expect(Color(parsing: "#" + color.canonical.uppercased()) == color)
      #expect(color.isOpaque == (channels[3] == 255))
      #expect(color.opaque.isOpaque)
    }
  }

  /// Half of it and half of white, rounded.
  @Test func whatIsTranslucentLiesOnWhite() {
    #expect(Color(red: 0, green: 255, blue: 100, alpha: 128).opaque == Color(red: 127, green: 255, blue: 177))
    #expect(Color.transparent.opaque == .white)
    #expect(Color(red: 1, green: 2, blue: 3).opaque == Color(red: 1, green: 2, blue: 3))
  }
}
