import TestSupport
import Testing

@testable import EdgeHandler

/// What several outputs of a bound source show together, in the original's own coordinates: nothing of what its mark covers on the
/// original at its own size.
@Suite struct BoundMarkTests {
  private typealias Rule = @Sendable (MarkSettings, PixelSize, TransformPlan) -> PixelOperation

  private static let rule: Rule = { settings, mark, plan in
    BoundMarkPlacement(settings, mark: mark, on: plan.projection).operation(Blob(id: 2), opacity: .one)
  }

  /// What a mark of a URL obeys, and those of presets once did: counted on whatever the output shows.
  private static let ruleOfURLs: Rule = { settings, mark, plan in
    MarkPlacement(settings, mark: mark, on: plan.projection.content).operation(Blob(id: 2), opacity: .one)
  }

  // MARK: Random questions

  private struct Case {
    var original: PixelSize
    var mark: PixelSize
    var preset: String
    var transforms: [String]
    var interests: [(Double, Double)]
  }

  private static let alignments = [
    "top,left", "top", "top,right", "left", "center", "right", "bottom,left", "bottom", "bottom,right",
  ]
  private static let repetitions = ["", "&mark-repeat=true", "&mark-repeat=x", "&mark-repeat=y"]
  private static let sizes = [
    "", "&mark-w=20%25&mark-h=20%25&mark-fit=squeeze", "&mark-w=7%25", "&mark-h=30%25", "&mark-size=40%25",
    "&mark-w=24",
    "&mark-w=60&mark-h=20&mark-fit=cover", "&mark-size=33&mark-fit=pad", "&mark-w=50%25&mark-h=10%25&mark-fit=crop",
    "&mark-size=90&mark-fit=scale-down", "&mark-w=8192", "&mark-w=100%25&mark-fit=squeeze&mark-h=9",
  ]
  private static let pads = ["", "&mark-pad=0", "&mark-pad=10%25", "&mark-pad=3", "&mark-pad=25"]
  private static let originals = [
    (200, 120), (64, 200), (101, 97), (150, 150), (1000, 600), (1237, 2011), (7, 5), (3000, 40), (1, 900),
  ].map { PixelSize(width: $0.0, height: $0.1) }
  private static let marks = [(300, 100), (40, 160), (100, 100), (17, 13), (600, 60)]
    .map { PixelSize(width: $0.0, height: $0.1) }

  /// - Parameter crops: whether there are transforms that cut something off.
  private static func transform(_ original: PixelSize, crops: Bool, _ generator: inout SeededGenerator) -> String {
    func chance(_ one: Int) -> Bool { Int.random(in: 0..<one, using: &generator) == 0 }
    func side() -> Int {
      let own = [original.width, original.height, original.width * 2, original.height / 2 + 1]
      return chance(2) ? own[Int.random(in: 0..<4, using: &generator)] : Int.random(in: 1...900, using: &generator)
    }
    var query = "format=png"
    if chance(2) { query += "&flip=" + ["h", "v", "hv"][Int.random(in: 0..<3, using: &generator)] }
    if chance(2) { query += "&rotate=" + ["90", "180", "270"][Int.random(in: 0..<3, using: &generator)] }
    if chance(3) { query += "&border=\(Int.random(in: 0...40, using: &generator))" }
    if chance(4) { query += "&dpr=" + ["0.5", "1.3", "2"][Int.random(in: 0..<3, using: &generator)] }
    var fits = ["contain", "scale-down", "squeeze", "squeeze", "pad"]
    if crops { fits += ["cover", "cover", "crop", "crop", "aspect-crop"] }
    if !chance(4) { query += "&fit=" + fits[Int.random(in: 0..<fits.count, using: &generator)] }
    if !chance(3) { query += "&w=\(side())" }
    if !chance(3) { query += "&h=\(side())" }
    var gravities = ["top", "right", "bottom,left", "0.3x0.8"]
    if crops { gravities += ["auto", "entropy"] }
    if chance(2) { query += "&gravity=" + gravities[Int.random(in: 0..<gravities.count, using: &generator)] }
    if crops, chance(2) {
      let edges = (0..<4).map { index in
        let side = index % 2 == 0 ? original.height : original.width
        return chance(2) ? "0" : chance(2) ? "0.\(Int.random(in: 0...49, using: &generator))" : "\(side / 3)"
      }
      query += "&trim=" + edges.joined(separator: ";")
    }
    return query
  }

  private static func cases(_ count: Int, outputs: ClosedRange<Int>, crops: Bool, seed: UInt64) -> [Case] {
    var generator = SeededGenerator(seed: seed)
    return (0..<count).map { index in
      let original = originals[index % originals.count]
      let preset =
        "mark-align=" + alignments[index / 9 % 9] + repetitions[index / 81 % 4]
        + sizes[Int.random(in: 0..<sizes.count, using: &generator)]
        + pads[Int.random(in: 0..<pads.count, using: &generator)]
      let count = Int.random(in: outputs, using: &generator)
      func fraction() -> Double {
        [0, 1, Double.random(in: 0...1, using: &generator)][Int.random(in: 0..<3, using: &generator)]
      }
      return Case(
        original: original, mark: marks[Int.random(in: 0..<marks.count, using: &generator)], preset: preset,
        transforms: (0..<count).map { _ in transform(original, crops: crops, &generator) },
        interests: (0..<count).map { _ in (fraction(), fraction()) })
    }
  }

  private static func settings(_ query: String) throws -> MarkSettings {
    MarkSettings(try ParameterSet(Query(parsing: query.utf8), table: ParameterTable.marks))
  }

  private static func plan(_ query: String, _ original: PixelSize) throws -> TransformPlan {
    let set = try ParameterSet(Query(parsing: query.utf8), table: ParameterTable.transform)
    return try TransformPlan(
      TransformOptions(set, accepted: AcceptedFormats(), limits: Limits()),
      header: ImageHeader(format: .png, width: original.width, height: original.height), limits: Limits())
  }

  // MARK: Composing

  /// The middles of the pixels of a raster over the original: one to a pixel where it has at most 64 on a side.
  private static func points(_ original: PixelSize) -> [(Double, Double)] {
    let (columns, rows) = (min(original.width, 64), min(original.height, 64))
    var points: [(Double, Double)] = []
    for row in 0..<rows {
      let y = (Double(row) + 0.5) / Double(rows) * Double(original.height)
      for column in 0..<columns {
        points.append(((Double(column) + 0.5) / Double(columns) * Double(original.width), y))
      }
    }
    return points
  }

  /// Whether a point is under the mark on the original at its own size, which is reckoned in parts of a px where the smaller side has
  /// less than 1000.
  private static func own(
    _ settings: MarkSettings, _ mark: PixelSize, _ original: PixelSize
  ) -> (Double, Double) -> Bool {
    let side = min(original.width, original.height)
    let fine = side >= 1000 ? 1 : Int((1000 / Double(side)).rounded(.up))
    func finer(_ length: Length) -> Length {
      if case .pixels(let count) = length { .pixels(count * fine) } else { length }
    }
    var settings = settings
    (settings.width, settings.height) = (settings.width.map(finer), settings.height.map(finer))
    settings.pad = finer(settings.pad)
    func times(_ size: PixelSize) -> PixelSize { PixelSize(width: size.width * fine, height: size.height * fine) }
    // A turned mark is placed as a picture of its box's size, whose sides are rounded once.
    let box = settings.box(of: mark)
    settings.rotation = .zero
    let placement = MarkPlacement(settings, mark: times(box), on: times(original).bounds)
    let margin = 0.001
    func isWithin(_ place: Double, _ from: Int, _ length: Int, _ step: Int?) -> Bool {
      let (from, length) = (Double(from) / Double(fine), Double(length) / Double(fine))
      var rest = place - from
      if let step {
        let step = Double(step) / Double(fine)
        rest = rest - (rest / step).rounded(.down) * step
      }
      return rest >= margin && rest <= length - margin
    }
    return { x, y in
      isWithin(x, placement.position.x, placement.size.width, placement.stepX)
        && isWithin(y, placement.position.y, placement.size.height, placement.stepY)
    }
  }

  /// How many points of the mark's own place there are, and how many of them the outputs together show.
  private static func compose(_ one: Case, by rule: Rule) throws -> (own: Int, shown: Int)? {
    let settings = try settings(one.preset)
    var outputs: [MarkCoverage] = []
    for (transform, interest) in zip(one.transforms, one.interests) {
      guard let plan = try? plan(transform, one.original) else { continue }
      outputs.append(
        MarkCoverage(
          original: one.original, mark: one.mark, operations: plan.operations + [rule(settings, one.mark, plan)],
          interest: interest))
    }
    let isOwn = own(settings, one.mark, one.original)
    let places = points(one.original).filter { isOwn($0.0, $0.1) }
    guard !outputs.isEmpty, !places.isEmpty else { return nil }
    let shown = places.filter { x, y in outputs.contains { $0.sight(x, y) == .bare } }
    return (places.count, shown.count)
  }

  private static func shares(_ cases: [Case], by rule: Rule) throws -> [Double] {
    try cases.compactMap { one in
      try compose(one, by: rule).map { Double($0.shown) / Double($0.own) }
    }.sorted()
  }

  private static func expectNothingShown(_ cases: [Case]) throws {
    var counted = 0
    for one in cases {
      guard let (_, shown) = try compose(one, by: rule) else { continue }
      counted += 1
      #expect(shown == 0, "\(one.original), mark \(one.mark), \(one.preset): \(one.transforms), \(one.interests)")
    }
    #expect(counted > cases.count / 2)
  }

  @Test("flip, rotate, squeeze, dpr, pad, border and size show nothing of a mark's place, in pairs and triples")
  func transformsWithoutCrops() throws {
    try Self.expectNothingShown(Self.cases(1300, outputs: 2...3, crops: false, seed: 1))
  }

  @Test("crops and trims show nothing of it either, by gravity or by interest, however many there are")
  func crops() throws {
    try Self.expectNothingShown(Self.cases(1300, outputs: 2...6, crops: true, seed: 2))
  }

  @Test("nothing is shown of the box around a mark that is turned, by crops and without them")
  func turnedMarks() throws {
    for crops in [false, true] {
      var cases = Self.cases(400, outputs: 2...4, crops: crops, seed: 4)
      for index in cases.indices { cases[index].preset += "&mark-rotate=\([30, -90, 45, 180, 211.5][index % 5])" }
      try Self.expectNothingShown(cases)
    }
  }

  @Test("the measure finds what outputs show whose marks are counted on what each of them shows")
  func theMeasureCanFail() throws {
    // The shares that `SECURITY.md` tells.
    for (crops, median) in [(false, 0.91), (true, 0.72)] {
      let shares = try Self.shares(Self.cases(324, outputs: 2...3, crops: crops, seed: 3), by: Self.ruleOfURLs)
      #expect(abs(shares[shares.count / 2] - median) < 0.01, "\(shares[shares.count / 2])")
      #expect(shares.last == 1)
    }
  }

  // MARK: Single outputs

  @Test("a plain output has the mark where the settings say, to the pixel where it has the original's size")
  func plainOutputs() throws {
    for alignment in Self.alignments {
      for repetition in Self.repetitions {
        for size in Self.sizes {
          let settings = try Self.settings("mark-align=" + alignment + repetition + size)
          for mark in Self.marks {
            let original = PixelSize(width: 1237, height: 2011)
            let plan = try Self.plan("format=png", original)
            #expect(
              Self.normal(Self.rule(settings, mark, plan))
                == Self.normal(
                  MarkPlacement(settings, mark: mark, on: original.bounds).operation(Blob(id: 2), opacity: .one)),
              "\(alignment) \(repetition) \(size) \(mark)")
          }
        }
      }
    }
  }

  /// Copies that are drawn again and again may begin with any of them.
  private static func normal(_ operation: PixelOperation) -> PixelOperation {
    guard case .tile(let picture, let at, let stepX, let stepY, let opacity) = operation else { return operation }
    func first(_ place: Int, _ step: Int?) -> Int { step.map { (place % $0 + $0) % $0 } ?? place }
    return .tile(
      picture, at: PixelPoint(x: first(at.x, stepX), y: first(at.y, stepY)), stepX: stepX, stepY: stepY,
      opacity: opacity)
  }

  @Test("a resized output has a mark in % where the settings say on it, to two pixels")
  func resizedOutputs() throws {
    for (index, alignment) in Self.alignments.enumerated() {
      for original in Self.originals where min(original.width, original.height) >= 40 {
        let settings = try Self.settings("mark-align=" + alignment + "&mark-w=20%25&mark-pad=5%25")
        let mark = Self.marks[index % Self.marks.count]
        let plan = try Self.plan("format=png&w=800", original)
        let today = MarkPlacement(settings, mark: mark, on: plan.size.bounds)
        guard case .overlay(let picture, let at, _) = Self.rule(settings, mark, plan),
          case .decoded(_, _, let operations) = picture, let size = PlanCheck.size(mark, after: operations)
        else {
          Issue.record("no mark")
          continue
        }
        let note = Comment(rawValue: "\(original) \(mark) \(alignment): \(at) \(size), not \(today)")
        #expect(abs(at.x - today.position.x) <= 2 && abs(at.y - today.position.y) <= 2, note)
        #expect(abs(size.width - today.size.width) <= 2 && abs(size.height - today.size.height) <= 2, note)
      }
    }
  }

  @Test("every output has a whole mark, on the original and in about its own proportions")
  func everyOutputHasAWholeMark() throws {
    for one in Self.cases(3000, outputs: 1...1, crops: true, seed: 4) {
      guard let plan = try? Self.plan(one.transforms[0], one.original) else { continue }
      let settings = try Self.settings(one.preset)
      let operation = Self.rule(settings, one.mark, plan)
      let note = Comment(rawValue: "\(one.original), mark \(one.mark), \(one.preset): \(one.transforms[0])")
      let faults = PlanCheck.size(
        .composed(width: plan.size.width, height: plan.size.height, background: .white, [], [operation]),
        originals: one.mark)
      #expect(faults == plan.size, note)
      let content = plan.projection.content
      switch operation {
      case .overlay(let picture, let at, _):
        let size = try #require(PlanCheck.size(picture, originals: one.mark))
        #expect(at.x >= content.x && at.x + size.width <= content.x + content.width, note)
        #expect(at.y >= content.y && at.y + size.height <= content.y + content.height, note)
      case .tile(let picture, let at, let stepX, let stepY, _):
        var copy = try #require(PlanCheck.size(picture, originals: one.mark))
        var steps = (stepX.map(Double.init), stepY.map(Double.init))
        // A period with several copies, which is scaled to its length.
        if case .composed(let width, let height, _, _, let operations) = picture, operations.count == 2,
          case .tile(let inner, _, let innerX, let innerY, _)? = operations.first
        {
          steps.0 = innerX.map { Double($0 * copy.width) / Double(width) }
          steps.1 = innerY.map { Double($0 * copy.height) / Double(height) }
          copy = try #require(PlanCheck.size(inner, originals: one.mark))
        }
        func holds(_ at: Int, _ size: Int, _ step: Double?, _ start: Int, _ length: Int) -> Bool {
          guard let step else { return at >= start && at + size <= start + length }
          let first = Double(at) + (Double(start - at) / step).rounded(.up) * step
          return first + Double(size) <= Double(start + length) + 1
        }
        #expect(holds(at.x, copy.width, steps.0, content.x, content.width), note)
        #expect(holds(at.y, copy.height, steps.1, content.y, content.height), note)
      default: Issue.record("no mark is drawn: \(note)")
      }
    }
  }

  @Test(
    "a length in px covers no smaller share of any output than of the original", arguments: ["", "&mark-repeat=true"])
  func lengthsInPixels(repetition: String) throws {
    let original = PixelSize(width: 1000, height: 600)
    let settings = try Self.settings("mark-w=120&mark-align=bottom,right&mark-pad=12" + repetition)
    let mark = PixelSize(width: 300, height: 100)
    func share(_ query: String) throws -> Double {
      let plan = try Self.plan(query, original)
      let coverage = MarkCoverage(
        original: original, mark: mark, operations: plan.operations + [Self.rule(settings, mark, plan)])
      let points = Self.points(original)
      return Double(points.count { coverage.sight($0.0, $0.1) == .marked }) / Double(points.count)
    }
    let own = try share("format=png")
    for query in [
      "w=8000", "w=5000&h=8000&fit=squeeze", "w=333", "w=50", "rotate=90&h=7000", "w=10&h=4000&fit=squeeze",
    ] {
      #expect(try share("format=png&" + query) >= own, "\(query)")
    }
    // Alone it stays readable where there is room.
    if repetition.isEmpty { #expect(try share("format=png&w=250") > 10 * own) }
  }

  @Test("an original counts as it is seen: after its EXIF orientation", arguments: 1...8)
  func orientation(orientation: Int) throws {
    let host = try ScriptedHost(
      """
      { "namespace": "acme", "sources": { "photos": { "kind": "http", "prefix": "http://a.example/" } },
        "marks": { "m": { "image": "http://b.example/m.png", "align": "bottom,right", "autoApplySources": ["photos"] } } }
      """)
    for (query, expected) in [("", PixelPoint(x: 0, y: 0)), ("&flip=h", PixelPoint(x: 1, y: 0))] {
      var host = host
      let isTurned = orientation >= 5
      host.serve(
        "http://a.example/a.jpg",
        .image(.jpeg, isTurned ? 1200 : 2000, isTurned ? 2000 : 1200, orientation: orientation))
      host.serve("http://b.example/m.png", .image(.png, 300, 100))
      let exchange = host.get("/photos/a.jpg?v=1" + query)
      guard case .decoded(_, _, let operations)? = exchange.plan?.picture,
        case .overlay(_, let at, _)? = operations.last
      else {
        Issue.record("no mark is drawn")
        continue
      }
      // 300 × 100 px, 24 px from the edges.
      #expect(at == PixelPoint(x: expected.x == 0 ? 2000 - 24 - 300 : 24, y: 1200 - 24 - 100))
    }
  }

  @Test("a cell of a grid counts as a crop of its original")
  func cellsOfGrids() throws {
    var host = try ScriptedHost(
      """
      { "namespace": "acme", "sources": { "photos": { "kind": "http", "prefix": "http://a.example/" } },
        "marks": { "m": { "image": "http://b.example/m.png", "align": "center", "w": "40%", "autoApplySources": ["photos"] } } }
      """)
    host.serve("http://a.example/a.jpg", .image(.jpeg, 2000, 1000))
    host.serve("http://b.example/m.png", .image(.png, 300, 100))
    let exchange = host.get("/grid?src=photos/a.jpg&src=photos/a.jpg&type=column&w=1000&h=2000&format=png")
    guard case .composed(_, _, _, let cells, _)? = exchange.plan?.picture else {
      Issue.record("no grid")
      return
    }
    #expect(cells.count == 2)
    for cell in cells {
      // 1000 × 1000 px of 2000 × 1000: the mark is as on the whole, 800 × 267 px, and not 400 × 133 px.
      guard case .decoded(_, _, let operations) = cell.picture, case .overlay(let picture, let at, _)? = operations.last
      else {
        Issue.record("no mark is drawn")
        continue
      }
      #expect(at == PixelPoint(x: 100, y: 366) || at == PixelPoint(x: 100, y: 367))
      #expect(PlanCheck.size(picture, originals: PixelSize(width: 300, height: 100))?.width == 800)
    }
  }
}
