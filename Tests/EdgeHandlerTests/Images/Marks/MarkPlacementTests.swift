import TestSupport
import Testing

@testable import EdgeHandler

@Suite struct MarkPlacementTests {
  private func settings(_ query: String) throws -> MarkSettings {
    MarkSettings(try ParameterSet(Query(parsing: query.utf8), table: ParameterTable.marks))
  }

  private func placement(_ query: String, mark: (Int, Int), canvas: (Int, Int)) throws -> MarkPlacement {
    MarkPlacement(
      try settings(query), mark: PixelSize(width: mark.0, height: mark.1),
      on: PixelSize(width: canvas.0, height: canvas.1).bounds)
  }

  @Test func defaultsAre15PercentAtTheTopLeftWith2PercentAround() throws {
    let placement = try placement("", mark: (300, 100), canvas: (1000, 600))
    #expect(placement.size == PixelSize(width: 150, height: 50))
    #expect(placement.position == PixelPoint(x: 12, y: 12))
    #expect(placement.operations == [.resize(width: 150, height: 50)])
    #expect(placement.stepX == nil && placement.stepY == nil)
  }

  @Test(arguments: [
    ("mark-align=top,left", 20, 20), ("mark-align=left,top", 20, 20), ("mark-align=right", 880, 275),
    ("mark-align=bottom", 450, 530), ("mark-align=center,middle", 450, 275), ("mark-align=bottom,right", 880, 530),
    ("mark-align=middle,left", 20, 275),
  ])
  func alignmentsLieWhereTheySay(query: String, x: Int, y: Int) throws {
    let placement = try placement(query + "&mark-w=100&mark-pad=20", mark: (100, 50), canvas: (1000, 600))
    #expect(placement.position == PixelPoint(x: x, y: y))
    #expect(placement.operations.isEmpty)
  }

  @Test(arguments: [
    ("mark-w=50%25", 500, 250), ("mark-h=50%25", 600, 300), ("mark-size=200", 200, 100),
    ("mark-size=200&mark-h=50", 100, 50), ("mark-size=10%25", 100, 50),
    ("mark-w=300&mark-h=300&mark-fit=cover", 300, 300),
    ("mark-w=300&mark-h=300&mark-fit=squeeze", 300, 300), ("mark-w=300&mark-h=300&mark-fit=pad", 300, 300),
    ("mark-w=300&mark-h=300&mark-fit=scale-down", 100, 50), ("mark-w=300&mark-h=30&mark-fit=crop", 100, 30),
    ("mark-w=80%25&mark-fit=scale-down", 100, 50), ("mark-w=8192", 1000, 500), ("mark-size=8192", 1000, 500),
    ("mark-size=8192&mark-fit=squeeze", 1000, 600),
  ])
  func sizesFollowTheFits(query: String, width: Int, height: Int) throws {
    let placement = try placement(query, mark: (100, 50), canvas: (1000, 600))
    #expect(placement.size == PixelSize(width: width, height: height))
  }

  @Test func aTallMarkIsBoundedByTheHeight() throws {
    let placement = try placement("", mark: (10, 1000), canvas: (1000, 100))
    #expect(placement.size == PixelSize(width: 1, height: 100))
  }

  @Test func copiesHaveThePadBetweenThemAndBeginAtTheEdge() throws {
    let both = try placement("mark-w=100&mark-repeat=true&mark-pad=7", mark: (100, 50), canvas: (1000, 600))
    #expect(both.position == PixelPoint(x: 0, y: 0))
    #expect(both.stepX == 107 && both.stepY == 57)
    let across = try placement(
      "mark-w=100&mark-repeat=x&mark-pad=7&mark-align=bottom", mark: (100, 50), canvas: (1000, 600))
    #expect(across.position == PixelPoint(x: 450, y: 543))
    #expect(across.stepX == 107 && across.stepY == nil)
    let down = try placement("mark-w=100&mark-repeat=y&mark-pad=0", mark: (100, 50), canvas: (1000, 600))
    #expect(down.stepX == nil && down.stepY == 50)
  }

  @Test func staysOnItsAreaWhateverTheSizes() throws {
    var generator = SeededGenerator(seed: 61)
    let sides = [1, 2, 3, 7, 64, 999, 8192, 100_000]
    let lengths = ["1", "2", "13", "500", "8192", "0.0001%25", "1%25", "33.333333%25", "100%25"]
    let fits = ["contain", "cover", "crop", "pad", "scale-down", "squeeze"]
    let aligns = ["top", "left", "bottom,right", "center", "middle,right"]
    for _ in 0..<4000 {
      func pick<Element>(_ list: [Element]) -> Element { list[Int.random(in: 0..<list.count, using: &generator)] }
      var query = "mark-fit=\(pick(fits))&mark-align=\(pick(aligns))&mark-pad=\(pick(["0"] + lengths))"
      if Bool.random(using: &generator) { query += "&mark-w=" + pick(lengths) }
      if Bool.random(using: &generator) { query += "&mark-h=" + pick(lengths) }
      if Bool.random(using: &generator) { query += "&mark-repeat=" + pick(["true", "x", "y"]) }
      let mark = PixelSize(width: pick(sides), height: pick(sides))
      let area = PixelRect(x: 5, y: 9, width: pick(sides), height: pick(sides))
      let placement = MarkPlacement(try settings(query), mark: mark, on: area)
      let note = Comment(rawValue: "\(query) \(mark) \(area)")
      #expect(PlanCheck.size(mark, after: placement.operations) == placement.size, note)
      #expect(placement.position.x >= area.x && placement.position.y >= area.y, note)
      #expect(placement.position.x + placement.size.width <= area.x + area.width, note)
      #expect(placement.position.y + placement.size.height <= area.y + area.height, note)
      #expect(placement.stepX ?? placement.size.width >= placement.size.width, note)
      #expect(placement.stepY ?? placement.size.height >= placement.size.height, note)
    }
  }

  @Test(arguments: [
    "mark-w=0", "mark-w=8193", "mark-w=0%25", "mark-w=101%25", "mark-w=-1", "mark-w=1.5", "mark-w=%25",
    "mark-w=5%25%25",
    "mark-w=NaN", "mark-w=1e2", "mark-w=%D9%A1", "mark-w=", "mark-h=x", "mark-size=0", "mark-fit=fill",
    "mark-align=", "mark-align=top,bottom", "mark-align=top,top", "mark-align=left,right", "mark-align=top,left,left",
    "mark-align=up", "mark-align=Top", "mark-align=top,", "mark-pad=8193", "mark-pad=-1", "mark-pad=100.1%25",
    "mark-opacity=1.1", "mark-opacity=-0.1", "mark-opacity=half", "mark-repeat=false", "mark-repeat=xy",
  ])
  func refusesWhatIsNotAllowed(query: String) throws {
    let name = String(query.prefix { $0 != "=" })
    #expect {
      try settings(query)
    } throws: { error in
      (error as? Problem)?.code == .invalidParameter && (error as? Problem)?.parameter == name
    }
  }
}
