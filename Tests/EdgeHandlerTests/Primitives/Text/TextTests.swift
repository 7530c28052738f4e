import Foundation
import TestSupport
import Testing

@testable import EdgeHandler

@Suite struct FixedPointTests {
  @Test(arguments: [
    ("0", 0), ("1", 1_000_000), ("1.", 1_000_000), (".5", 500_000), ("0.5", 500_000), ("00.50", 500_000),
    ("-1.25", -1_250_000),
    ("-0", 0), ("0.0000004", 0), ("0.0000005", 1), ("0.9999999", 1_000_000), ("999999999.999999", 999_999_999_999_999),
    ("1.23456789012345678901234567890", 1_234_568),
  ])
  func reads(text: String, millionths: Int64) {
    #expect(FixedPoint(parsing: text.utf8)?.millionths == millionths)
  }

  @Test(arguments: [
    "", ".", "-", "-.", "+1", " 1", "1 ", "1e3", "1E3", "0x1", "nan", "inf", "1,5", "1.2.3", "--1", "1-", "1000000000",
    "١",
    "1\u{0}", "0." + String(repeating: "0", count: 41), String(repeating: "0", count: 10),
  ])
  func refuses(text: String) {
    #expect(FixedPoint(parsing: text.utf8) == nil)
  }

  @Test func writesWhatItReads() throws {
    var generator = SeededGenerator(seed: 8)
    for _ in 0..<5000 {
      let value = FixedPoint(
        millionths: Int64.random(in: -999_999_999_999_999...999_999_999_999_999, using: &generator))
      #expect(FixedPoint(parsing: value.description.utf8) == value)
      #expect(Double(value.description) == value.double)
    }
    for extreme in [Int64.min, Int64.max] { #expect(!FixedPoint(millionths: extreme).description.isEmpty) }
  }
}

@Suite struct UTF8SequenceTests {
  @Test func agreesWithTheStandardLibrary() {
    var generator = SeededGenerator(seed: 9)
    let pieces: [[UInt8]] = [
      [0x41], [0xC3, 0xA9], [0xE2, 0x82, 0xAC], [0xF0, 0x9F, 0x98, 0x80], [0xC0, 0xAF], [0xED, 0xA0, 0x80],
      [0xF4, 0x90, 0x80, 0x80],
      [0xE0, 0x9F, 0xBF], [0xF0, 0x8F, 0xBF, 0xBF], [0x80], [0xFF], [0xC3], [0xE2, 0x82], [0xF4, 0x8F, 0xBF, 0xBF],
      [0xEF, 0xBF, 0xBF],
    ]
    for _ in 0..<20_000 {
      var bytes: [UInt8] = []
      for _ in 0..<Int.random(in: 0...3, using: &generator) { bytes += pieces.randomElement(using: &generator) ?? [] }
      if Bool.random(using: &generator) { bytes += generator.bytes(2) }
      #expect(UTF8Sequence.string(bytes) == String(validating: bytes, as: UTF8.self), "\(bytes)")
      #expect(UTF8Sequence.repaired(bytes) == Array(String(decoding: bytes, as: UTF8.self).utf8), "\(bytes)")
    }
  }
}

@Suite struct PercentCodingTests {
  @Test func decodingUndoesEncoding() {
    var generator = SeededGenerator(seed: 10)
    for kept in [PercentCoding.Kept.unreserved, .unreservedAndSlash, .pathSegment, .path] {
      for _ in 0..<300 {
        let bytes = generator.bytes(40)
        #expect(PercentCoding.decode(PercentCoding.encode(bytes, keeping: kept).utf8) == bytes)
      }
    }
    let bytes = Array(UInt8.min...UInt8.max)
    #expect(PercentCoding.decode(PercentCoding.encode(bytes, keeping: .form).utf8, plusIsSpace: true) == bytes)
  }

  @Test(arguments: ["%", "a%", "%a", "%g0", "%0g", "%%41", "%+1", "%-1"])
  func refusesABrokenEscape(text: String) {
    #expect(PercentCoding.decode(text.utf8) == nil)
  }

  @Test func encodesAsPythonDoes() throws {
    let texts = ["a b+c~!*'()", "ä/ö&=?#%", "\u{7f}\u{1F600}", "-._~", "@:,;$[]{}|\\^`\"<>"]
    let theirs = try PythonScript.lines(
      """
      import sys, urllib.parse
      for line in sys.stdin.buffer.read().split(b"\\n"):
          print(urllib.parse.quote(line, safe=""), urllib.parse.quote(line, safe="/"))
      """, input: texts)
    let ours = texts.map {
      PercentCoding.encode($0.utf8, keeping: .unreserved) + " "
        + PercentCoding.encode($0.utf8, keeping: .unreservedAndSlash)
    }
    #expect(theirs == ours)
  }
}
