import Foundation
import TestSupport
import Testing

@testable import EdgeHandler

/// RFC 8259, against Python's `json` where both are meant to agree.
@Suite struct JSONTests {
  private func parse(_ text: String) -> JSON? { try? JSON.parse(Array(text.utf8)) }

  @Test(arguments: [
    "", " ", "nul", "nulll", "True", "NaN", "Infinity", "-", "+1", "01", "-01", "1.", ".1", "1e", "1e+", "0x1", "1 2",
    "\"", "\"a",
    "\"\n\"", "\"\t\"", "\"\\x\"", "\"\\u12\"", "\"\\u12g4\"", "\"\\ud800\"", "\"\\ud800\\n\"", "\"\\ud800\\u0041\"",
    "\"\\udc00\"",
    "'a'", "[", "[1", "[1,", "[1,]", "[,1]", "[1 2]", "{", "{\"a\"", "{\"a\":", "{\"a\":1", "{\"a\":1,}", "{a:1}",
    "{1:1}", "{\"a\" 1}",
    "{\"a\":1 \"b\":2}", "{\"a\":1,\"a\":2}", "{\"a\":1,\"\\u0061\":2}", "]", "}", "[}", "{]", "/**/1", "1//",
    "\u{feff}1", "1\0", "\u{a0}1",
    "[1\u{b}]",
  ])
  func malformed(text: String) {
    #expect(throws: JSONError.self) { try JSON.parse(Array(text.utf8)) }
  }

  @Test func whatIsNotUTF8IsNotJSON() {
    for bytes: [UInt8] in [
      [0x22, 0xFF, 0x22], [0x22, 0xC0, 0xAF, 0x22], [0x22, 0xED, 0xA0, 0x80, 0x22], [0xFE, 0xFF, 0, 0x31],
    ] {
      #expect(throws: JSONError.self) { try JSON.parse(bytes) }
    }
  }

  @Test func nestingIsBounded() {
    let depth = JSON.maximumDepth
    #expect(parse(String(repeating: "[", count: depth) + String(repeating: "]", count: depth)) != nil)
    #expect(parse(String(repeating: "[", count: depth + 1) + String(repeating: "]", count: depth + 1)) == nil)
    #expect(parse(String(repeating: "[", count: 1_000_000)) == nil)
    #expect(parse(String(repeating: "{\"a\":", count: 1_000_000)) == nil)
  }

  @Test func numbersStayAsTheyWereWritten() {
    for text in ["0", "-0", "1.50", "1E400", "-1e-400", "123456789012345678901234567890.5"] {
      #expect(parse(text) == .number(text))
    }
    #expect(parse(String(repeating: "1", count: JSON.maximumNumberLength + 1)) == nil)
    #expect(parse("9223372036854775807")?.int64 == Int64.max)
    #expect(parse("-9223372036854775808")?.int64 == Int64.min)
    #expect(parse("9223372036854775808")?.int64 == nil)
    #expect(parse("1.0")?.int == nil)
    #expect(parse("1e3")?.int == nil)
    #expect(parse("-0")?.int == 0)
  }

  @Test func manyMembersAreCheckedForDuplicates() {
    let names = (0..<5000).map { "\"k\($0)\":\($0)" }
    #expect(parse("{" + names.joined(separator: ",") + "}")?.members?.count == 5000)
    #expect(parse("{" + names.joined(separator: ",") + ",\"k77\":1}") == nil)
  }

  /// Random bytes never make a parser say yes where the other says no, apart from the rules that ours adds.
  @Test func agreesWithPython() throws {
    var generator = SeededGenerator(seed: 12)
    let pieces = [
      "{", "}", "[", "]", ",", ":", "\"a\"", "\"b\"", "\"\\u00e9\"", "\"\\ud83d\\ude00\"", "1", "-7", "true",
      "false", "null", " ", "\"é😀\"",
      "\"\\n\\/\\\\\"", "{\"x\":[1,2,{}]}", "0", "\"\"",
    ]
    let texts = (0..<8000).map { _ in
      (0..<Int.random(in: 1...7, using: &generator)).map { _ in pieces.randomElement(using: &generator) ?? "" }.joined()
    }
    let theirs = try PythonScript.lines(
      """
      import json, sys
      def unique(pairs):
          if len({name for name, _ in pairs}) < len(pairs): raise ValueError
          return dict(pairs)
      for line in sys.stdin.buffer.read().split(b"\\n"):
          try: print(json.dumps(json.loads(line, object_pairs_hook=unique), ensure_ascii=False, separators=(",", ":")))
          except ValueError: print("-")
      """, input: texts)
    #expect(theirs.count == texts.count)
    var valid = 0
    for (text, theirs) in zip(texts, theirs) {
      guard let ours = parse(text) else {
        #expect(theirs == "-", "\(text)")
        continue
      }
      valid += 1
      let written = String(decoding: ours.serialized(), as: UTF8.self)
      #expect(written == theirs, "\(text)")
      #expect(try JSON.parse(ours.serialized()) == ours)
    }
    #expect(valid > 500)
  }

  @Test func everyCharacterSurvives() throws {
    var text = ""
    for scalar in (0...0x2FF).compactMap(Unicode.Scalar.init) { text.unicodeScalars.append(scalar) }
    let json = JSON.object([JSON.Member(text, .string(text))])
    #expect(try JSON.parse(json.serialized()) == json)
    let foundation = try JSONSerialization.jsonObject(with: Data(json.serialized())) as? [String: String]
    #expect(foundation.map { Array($0.values) }?.first.map { Array($0.utf8) == Array(text.utf8) } == true)
  }
}
