import Testing

@testable import EdgeHandler

@Suite struct GridFlowTests {
  private static let logo = "http://cdn.example/logo.png"

  private func host() throws -> ScriptedHost {
    var host = try ScriptedHost(
      """
      { "namespace": "acme",
        "sources": {
          "bound": { "kind": "http", "prefix": "http://bound.example/" },
          "open": { "kind": "http", "prefix": "http://open.example/" } },
        "marks": { "logo": { "image": "\(Self.logo)", "w": "50%", "pad": 0, "autoApplySources": ["bound"] } } }
      """)
    for name in ["a", "b", "c", "d", "e"] {
      host.serve("http://open.example/\(name).jpg", .image(.jpeg, 400, 300))
      host.serve("http://bound.example/\(name).jpg", .image(.jpeg, 400, 300))
    }
    host.serve(Self.logo, .image(.png, 100, 100, hasAlpha: true))
    return host
  }

  private func cells(_ exchange: Exchange) -> [Placed] {
    guard case .composed(_, _, _, let placed, _)? = exchange.plans.last?.picture else { return [] }
    return placed
  }

  private func marks(_ placed: Placed) -> Int {
    guard case .decoded(_, _, let operations) = placed.picture else { return -1 }
    return operations.filter { if case .overlay = $0 { true } else { false } }.count
  }

  @Test func composesAllOriginalsFetchedAtOnce() throws {
    var host = try host()
    let target = "/grid?src=open/a.jpg&src=open/b.jpg&src=open/c.jpg&w=400&h=300&type=row&gap=5"
    let exchange = host.get(target)
    #expect(exchange.status == 200)
    #expect(exchange["Cache-Control"] == "public, max-age=31536000, immutable")
    #expect(host.outputs.values.allSatisfy { $0.lifetimeSeconds == 31_536_000 })
    guard case .all(let flows)? = exchange.effects.dropFirst().first else {
      Issue.record("the originals are not fetched at once")
      return
    }
    #expect(flows.count == 3)
    #expect(cells(exchange).map(\.x) == [0, 135, 270])
    #expect(host.get(target)["Cache-Status"] == "imgedge; hit")
    host.outputs = [:]
    host.performsLastFlowFirst = true
    #expect(cells(host.get(target)).map(\.x) == [0, 135, 270])
  }

  @Test func whatCannotBeHadIsLeftOut() throws {
    var host = try host()
    host.serve("http://open.example/b.jpg", .status(404), .image(.jpeg, 400, 300))
    let target = "/grid?src=open/a.jpg&src=open/b.jpg&src=open/c.jpg&w=400&h=300&type=row"
    let exchange = host.get(target)
    #expect(exchange.status == 200)
    #expect(cells(exchange).map(\.x) == [0, 200])
    #expect(exchange["Cache-Control"] == "public, max-age=60")
    #expect(exchange["ETag"] == nil)
    #expect(exchange["Cache-Status"] == "imgedge; fwd=miss")
    #expect(exchange.answer.notes == ["a grid lacks source 2 of 3: source-not-found"])
    // Nothing is kept of it.
    #expect(host.outputs.values.allSatisfy { $0.lifetimeSeconds == 0 })
    host.outputs = [:]
    let complete = host.get(target)
    #expect(cells(complete).count == 3)
    #expect(complete["ETag"] != nil)
  }

  @Test func whoeverWaitedForAPartialGridKnowsIt() throws {
    var host = try host()
    host.lookUps = [
      .collapsed(StoredOutput(body: Blob(id: 9), byteCount: 5, mediaType: "image/png", lifetimeSeconds: 0))
    ]
    let exchange = host.get("/grid?src=open/a.jpg&src=open/b.jpg&size=100", [("If-None-Match", "*")])
    #expect(exchange.status == 200)
    #expect(exchange["Cache-Control"] == "public, max-age=60")
    #expect(exchange["ETag"] == nil)
  }

  @Test func anOriginalWhosePixelsAreBadIsFoundAndLeftOut() throws {
    var host = try host()
    let good = RenderResult.output(RenderedOutput(body: Blob(id: 1), byteCount: 9, milliseconds: 1))
    host.renders = [.undecodable, good, .undecodable, good]
    let exchange = host.get("/grid?src=open/a.jpg&src=open/b.jpg&src=open/c.jpg&w=400&h=300&type=row")
    #expect(exchange.status == 200)
    #expect(cells(exchange).map(\.x) == [0, 200])
    #expect(exchange.plans.count == 5)
    #expect(exchange["Cache-Control"] == "public, max-age=60")
    host = try self.host()
    host.renders = [.undecodable, .undecodable, .undecodable]
    #expect(host.get("/grid?src=open/a.jpg&src=open/b.jpg&w=400&h=300").code == "no-usable-source")
  }

  @Test("a picture that cannot be rendered is left out; where each can be, the service has failed")
  func cellsThatFail() throws {
    var host = try host()
    let good = RenderResult.output(RenderedOutput(body: Blob(id: 1), byteCount: 9, milliseconds: 1))
    host.renders = [.failed, good, .failed, good]
    let exchange = host.get("/grid?src=open/a.jpg&src=open/b.jpg&src=open/c.jpg&w=400&h=300&type=row")
    #expect(exchange.status == 200)
    #expect(cells(exchange).map(\.x) == [0, 200])
    #expect(exchange["Cache-Control"] == "public, max-age=60")
    host = try self.host()
    host.renders = [.failed, good, good]
    #expect(host.get("/grid?src=open/a.jpg&src=open/b.jpg&w=400&h=300").code == "internal-error")
    host = try self.host()
    host.renders = [.failed, .failed, .undecodable]
    #expect(host.get("/grid?src=open/a.jpg&src=open/b.jpg&w=400&h=300").code == "no-usable-source")
  }

  @Test func noneLeftIsAProblem() throws {
    var host = try host()
    let exchange = host.get("/grid?src=open/x.jpg&src=open/y.jpg&size=100")
    #expect(exchange.status == 422)
    #expect(exchange.code == "no-usable-source")
    host.serve("http://open.example/a.jpg", .bytes(.overloaded))
    #expect(host.get("/grid?src=open/a.jpg&src=open/b.jpg&size=100").code == "overloaded")
  }

  @Test func boundPartsAreMarkedInTheirCells() throws {
    var host = try host()
    let target = "/grid?src=open/a.jpg&src=bound/b.jpg&src=bound/c.jpg&w=600&h=300&type=row"
    let exchange = host.get(target)
    #expect(cells(exchange).map(marks) == [0, 1, 1])
    #expect(exchange.fetched.filter { $0 == Self.logo }.count == 1)
    guard case .decoded(_, _, let operations)? = cells(exchange).last?.picture,
      case .overlay(.decoded(_, _, [.resize(width: 200, height: 200)]), PixelPoint(x: 0, y: 0), _)? = operations.last
    else {
      // 50 % of the picture, of which the cell shows the middle half.
      Issue.record("\(cells(exchange))")
      return
    }
  }

  @Test func aMarkOfTheURLCannotCoverThatOfABoundPart() throws {
    var host = try host()
    let target = "/grid?src=open/a.jpg&src=bound/b.jpg&size=300"
    let plain = host.get(target)
    host.outputs = [:]
    for query in ["&mark=open/e.jpg&mark-w=100%25", "&mark=x", "&mark-w=0"] {
      let exchange = host.get(target + query)
      #expect(exchange.status == 200)
      #expect(exchange.key == plain.key)
    }
    let open = host.get("/grid?src=open/a.jpg&src=open/b.jpg&size=300&mark=open/e.jpg")
    guard case .composed(_, _, _, _, let operations)? = open.plan?.picture, case .overlay? = operations.first else {
      Issue.record("the mark is not drawn over the canvas")
      return
    }
    #expect(host.get("/grid?src=open/a.jpg&src=open/b.jpg&size=300&mark=bound/e.jpg").code == "source-not-allowed")
  }

  @Test func aMarkThatFailsFailsTheGrid() throws {
    var host = try host()
    host.serve(Self.logo, .status(500))
    let exchange = host.get("/grid?src=open/a.jpg&src=bound/b.jpg&size=300")
    #expect(exchange.code == "source-unreachable")
    #expect(exchange.parameter == "mark")
    host.serve("http://evil.example/r", .redirect(to: "http://bound.example/a.jpg"))
    let redirected = host.get("/grid?src=open/a.jpg&src=http://evil.example/r&size=300")
    #expect(cells(redirected).count == 1)
  }

  @Test(
    arguments: [
      ("src=open/a.jpg&size=9", "invalid-parameter", "src"), ("size=9", "missing-source", "src"),
      (
        "src=open/a.jpg&src=open/a.jpg&src=open/a.jpg&src=open/a.jpg&src=open/a.jpg&src=open/a.jpg&size=9",
        "invalid-parameter", "src"
      ),
      ("src=open/a.jpg&src=open/b.jpg&w=9", "invalid-parameter", "h"),
      ("src=open/a.jpg&src=open/b.jpg&h=9", "invalid-parameter", "w"),
      ("src=open/a.jpg&src=open/b.jpg&size=9&gap=513", "invalid-parameter", "gap"),
      ("src=open/a.jpg&src=open/b.jpg&size=9&type=row&gap=8", "invalid-parameter", "gap"),
      ("src=open/a.jpg&src=open/b.jpg&size=1&type=row", "invalid-parameter", "w"),
      ("src=open/a.jpg&src=open/b.jpg&size=9&cols=0", "invalid-parameter", "cols"),
      ("src=open/a.jpg&src=open/b.jpg&size=9&type=grid", "invalid-parameter", "type"),
      ("src=open/a.jpg&src=open/b.jpg&size=9&format=nocompress", "invalid-parameter", "format"),
      ("src=open/a.jpg&src=nowhere/b.jpg&size=9", "unknown-source", "src"),
      ("src=open/a.jpg&src=&size=9", "invalid-parameter", "src"),
      ("src=open/a.jpg&src=open/b.jpg&size=8192", "too-many-pixels", nil),
    ] as [(String, String, String?)])
  func badInputIsNamed(query: String, code: String, parameter: String?) throws {
    var host = try host()
    let exchange = host.get("/grid?" + query)
    #expect(exchange.code == code)
    #expect(exchange.parameter == parameter)
    #expect(exchange.fetched.isEmpty)
  }

  @Test func theFormatFollowsWhatShows() throws {
    var host = try host()
    let target = "/grid?src=open/a.jpg&src=open/b.jpg&w=400&h=300"
    #expect(host.get(target)["Content-Type"] == "image/jpeg")
    #expect(host.get(target + "&gap=4")["Content-Type"] == "image/png")
    #expect(host.get(target + "&gap=4&background=red")["Content-Type"] == "image/jpeg")
    #expect(host.get(target + "&gap=4", [("Accept", "image/avif")])["Content-Type"] == "image/avif")
    let jpeg = host.get(target + "&gap=4&format=jpg")
    guard case .composed(_, _, let background, _, let operations)? = jpeg.plan?.picture else {
      Issue.record("\(jpeg.plans)")
      return
    }
    #expect(background == .white)
    #expect(operations.isEmpty && jpeg.plan?.encoding.ground == .white)
  }

  @Test func theOrderOfOriginalsAndAllThatShowsIsInTheKey() throws {
    var host = try host()
    func key(_ query: String) -> CacheKey? { host.get("/grid?" + query).key }
    let base = "src=open/a.jpg&src=open/b.jpg&size=300"
    let first = key(base)
    #expect(key("w=300&h=300&type=auto&cols=3&gap=0&src=open/a.jpg&src=open/b.jpg&background=transparent") == first)
    for other in [
      "src=open/b.jpg&src=open/a.jpg&size=300", base + "&type=row", base + "&gap=1", base + "&v=1", base + "&dpr=2",
    ] {
      #expect(key(other) != first, "\(other)")
    }
  }
}
