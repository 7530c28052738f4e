import Testing

@testable import EdgeHandler

@Suite struct ParameterSetTests {
  private static func read(
    _ query: String, _ table: [Parameter] = ParameterTable.transform,
    where isWanted: (ParameterName) -> Bool = { _ in true }
  ) throws -> ParameterSet {
    try ParameterSet(Query(parsing: query.utf8), table: table, where: isWanted)
  }

  private static func problem(_ query: String, _ table: [Parameter] = ParameterTable.transform) -> Problem? {
    do {
      _ = try read(query, table)
      return nil
    } catch {
      return error as? Problem
    }
  }

  @Test func eachKindOfValueIsRead() throws {
    let set = try Self.read(
      "w=007&dpr=1.50&fit=cover&gravity=top&background=%23f00&trim=1;0.5;0;0&border=3&v=%C3%A9+x"
        + "&mark-w=20%25&mark-align=right")
    #expect(set.integer(.w) == 7)
    #expect(set.decimal(.dpr) == FixedPoint(millionths: 1_500_000))
    #expect(set.keyword(.fit) == "cover")
    #expect(set.gravity == Gravity(parsing: "top"))
    #expect(set.color(.background) == Color(red: 255, green: 0, blue: 0))
    #expect(set.trim == Trim(parsing: "1;0.5;0;0"))
    #expect(set.border == Insets(parsingBorder: "3;3;3;3"))
    #expect(set.text(.v) == "é x")
    #expect(set.length(.markW) == .percent(FixedPoint(millionths: 20_000_000)))
    #expect(set.alignment(.markAlign) == Alignment(parsing: "right,middle"))
    #expect(set.integer(.h) == nil && set.integer(.dpr) == nil && set.color(.fit) == nil)
  }

  @Test(arguments: ["", "&&&", "W=1", "w[]=1", "utm=%zz&utm=2", "%zz=1", "select=none", "cols=99", "w%00=1"])
  func whatTheEndpointDoesNotKnowIsIgnored(query: String) throws {
    let set = try Self.read(query)
    for name in ParameterName.allCases { #expect(set[name] == nil) }
  }

  @Test(arguments: [
    ("w=1&w=1", "invalid-parameter", "w"), ("w=1&h=2&%77=3", "invalid-parameter", "w"),
    ("src=a&src=a", "ambiguous-source", "src"), ("w=", "invalid-parameter", "w"), ("w", "invalid-parameter", "w"),
    ("w=%zz", "invalid-parameter", "w"), ("w=%FF", "invalid-parameter", "w"), ("v=%00", "invalid-parameter", "v"),
    ("h=1&w=0&dpr=0", "invalid-parameter", "w"), ("w=1&w=x", "invalid-parameter", "w"),
  ])
  func theFirstFaultIsNamed(query: String, code: String, parameter: String) {
    let problem = Self.problem(query)
    #expect(problem?.code.name == code)
    #expect(problem?.parameter == parameter)
  }

  @Test func theProblemTellsTheValueAndWhatIsAllowed() {
    #expect(Self.problem("w=12345")?.detail == "w is \"12345\": it must be a whole number from 1 to 8192.")
    #expect(Self.problem("w=%C3")?.detail.hasPrefix("w is malformed percent-encoding or UTF-8: it must be") == true)
  }

  /// Never in the middle of a character: the last one has two bytes.
  @Test(arguments: [99, 100, 101, 5000])
  func aLongValueIsCut(count: Int) {
    let value = String(repeating: "x", count: count - 1) + "é"
    let shown = count == 99 ? value : String(repeating: "x", count: min(count - 1, 100)) + "…"
    #expect(Self.problem("fit=\(value)")?.detail.hasPrefix("fit is \"\(shown)\": it must be one of") == true)
  }

  @Test func whatIsNotWantedIsNotLookedAt() throws {
    let set = try Self.read("mark=&mark=a&mark-opacity=nan&w=5") { !$0.isOfMark }
    #expect(set.integer(.w) == 5)
    #expect(set.text(.mark) == nil)
  }

  @Test func aRepeatableParameterKeepsItsOrder() throws {
    let set = try Self.read("src=b&x=1&src=a&src=b", ParameterTable.grid)
    #expect(set.texts(.src) == ["b", "a", "b"])
  }

  @Test(arguments: [
    ("v=" + String(repeating: "%F0%9F%98%80", count: 64), true),
    ("v=" + String(repeating: "%F0%9F%98%80", count: 65), false),
    ("v=", true), ("v=%7F", false), ("v=%09", false),
  ])
  func aTextIsCountedInCharacters(query: String, isAllowed: Bool) {
    #expect((Self.problem(query) == nil) == isAllowed)
  }

  @Test(
    arguments: [
      (OutputFormat.jpeg, "quality=80", nil), (.jpeg, "quality=81", 81), (.avif, "", nil), (.gif, "quality=5", nil),
      (.png, "quality=80&format=png", 80), (.png, "quality=80", nil), (.webp, "quality=1", 1),
    ] as [(OutputFormat, String, Int?)])
  func aQualityThatChangesNothingIsNone(format: OutputFormat, query: String, quality: Int?) throws {
    #expect(try Self.read(query).effectiveQuality(for: format) == quality)
  }

  /// Every row of every endpoint has a text, and refuses what no kind of value is.
  @Test func noKindTakesRubbish() {
    for parameter in Endpoint.all.flatMap(\.parameters) {
      #expect(!parameter.allowed.isEmpty && !parameter.summary.isEmpty && !parameter.defaultText.isEmpty)
      for text in ["\0", String(repeating: "9", count: 9000), "\u{1}x"] {
        #expect(parameter.parse(text) == nil, "\(parameter.name.text)")
      }
    }
  }

  @Test func everyNameIsItsOwn() {
    let names = ParameterName.allCases.map(\.text)
    #expect(Set(names).count == names.count)
    #expect(ParameterName.allCases.filter(\.isOfMark).map(\.text).allSatisfy { $0.hasPrefix("mark") })
    #expect(names.filter { $0.hasPrefix("mark") }.count == ParameterName.allCases.filter(\.isOfMark).count)
  }
}
