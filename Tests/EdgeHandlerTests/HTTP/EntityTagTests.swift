import TestSupport
import Testing

@testable import EdgeHandler

@Suite struct EntityTagTests {
  private static let tag = "abc"

  @Test(
    "If-None-Match is a star or a list of entity tags",
    arguments: [
      ("\"abc\"", true), ("W/\"abc\"", true), ("\"x\",\"abc\"", true), ("\"x\" , W/\"abc\" ,\"y\"", true),
      (",,\"abc\",", false),
      ("\"abc\",,\t,\"x\",", true), ("\"a,b\",\"abc\"", true), ("\"\\\",\"abc\"", true), ("w/\"abc\"", false),
      ("W/ \"abc\"", false), ("W\"abc\"", false), ("abc", false), ("\"abc", false), ("abc\"", false), ("'abc'", false),
      ("\"abc\" \"x\"", false), ("\"abc\"x", false), ("\"x\",abc", false), ("\"abc\",*", false), ("*,\"abc\"", false),
      ("\"a bc\",\"abc\"", false), ("", false), ("\"ABC\"", false), ("\"\"", false),
    ])
  func weakComparison(field: String, names: Bool) {
    let condition = EntityTagCondition(field: field)
    #expect(condition.names(Self.tag, comparison: .weak) == names)
    #expect(!condition.namesAny)
  }

  @Test("a star alone names whatever there is", arguments: ["*", " * ", "\t*"])
  func star(field: String) {
    #expect(EntityTagCondition(field: field).namesAny)
    #expect(!EntityTagCondition(field: field).names("*", comparison: .weak))
  }

  @Test("a weak tag never matches in the strong comparison")
  func strongComparison() {
    #expect(EntityTagCondition(field: "\"abc\"").names(Self.tag, comparison: .strong))
    #expect(!EntityTagCondition(field: "W/\"abc\"").names(Self.tag, comparison: .strong))
  }

  @Test("random fields name only what stands in them in quotes")
  func randomFields() {
    var generator = SeededGenerator(seed: 61)
    let pieces = ["\"abc\"", "\"", "W/", "w/", ",", " ", "*", "abc", "\\", "\u{0}", "é", "\t"]
    for _ in 0..<5000 {
      let field = (0..<7).map { _ in pieces.randomElement(using: &generator) ?? "" }.joined()
      let condition = EntityTagCondition(field: field)
      if condition.names(Self.tag, comparison: .weak) { #expect(field.contains("\"abc\"")) }
      if condition.namesAny { #expect(field.contains("*")) }
    }
  }
}
