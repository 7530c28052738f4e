import Testing

@testable import EdgeHandler

/// Tries to get a picture of a bound source without its mark.
@Suite struct MarkPolicyTests {
  private static let logo = "http://cdn.example/logo.png"

  private func host(_ version: String = "") throws -> ScriptedHost {
    var host = try ScriptedHost(
      """
      { "namespace": "acme", "allowedExternalSources": ["*:*"],
        "sources": {
          "photos": { "kind": "http", "prefix": "https://origin.example/images/" },
          "books": { "kind": "http", "prefix": "https://books.example/b%C3%BCcher/" },
          "plain": { "kind": "http", "prefix": "https://books.example/kiosk/" },
          "films": { "kind": "http", "prefix": "https://books.example/%D1%84%D0%B8%D0%BB%D1%8C%D0%BC%D1%8B/" },
          "eu": { "kind": "r2", "bucket": "pictures", "accountId": "def", "accessKeyId": "a", "secretAccessKey": "s",
                  "endpoint": "https://def.eu.r2.cloudflarestorage.com" },
          "all": { "kind": "http", "prefix": "https://origin.example/" },
          "press": { "kind": "http", "prefix": "https://origin.example/images/press/" },
          "ip": { "kind": "http", "prefix": "http://127.0.0.1:8000/bound/" },
          "shop": { "kind": "s3", "bucket": "acme-shop", "region": "eu-west-1", "prefix": "catalog/",
                    "accessKeyId": "a", "secretAccessKey": "s" },
          "depot": { "kind": "s3", "bucket": "acme-shop", "region": "eu-west-1",
                     "accessKeyId": "a", "secretAccessKey": "s" },
          "r2": { "kind": "r2", "bucket": "pictures", "accountId": "abc", "accessKeyId": "a", "secretAccessKey": "s" },
          "local": { "kind": "s3", "bucket": "bbb", "region": "x", "endpoint": "http://127.0.0.1:9000",
                     "accessKeyId": "a", "secretAccessKey": "s" },
          "open": { "kind": "http", "prefix": "https://open.example/" } },
        "marks": {
          "logo": { "image": "\(Self.logo)", "w": "20%", "align": "bottom,right", \(version)
                    "autoApplySources": ["photos", "ip", "shop", "r2", "local", "books", "plain", "films", "eu"] },
          "agency": { "image": "open/agency.png", "autoApplySources": ["press"] } } }
      """)
    host.serve(Self.logo, .image(.png, 300, 100, hasAlpha: true))
    host.serve("https://open.example/agency.png", .image(.png, 10, 10))
    host.serve("https://origin.example/images/a.jpg", .image(.jpeg, 1000, 600))
    host.serve("https://origin.example/images/press/a.jpg", .image(.jpeg, 1000, 600))
    host.serve("https://open.example/a.jpg", .image(.jpeg, 1000, 600))
    return host
  }

  private func marks(_ exchange: Exchange) -> Int {
    guard case .decoded(_, _, let operations)? = exchange.plan?.picture else { return -1 }
    return operations.filter { if case .overlay = $0 { true } else { false } }.count
  }

  @Test func everyOutputOfABoundSourceIsMarked() throws {
    for query in [
      "", "w=100", "format=nocompress", "anim=false", "metadata=keep", "onerror=redirect", "fit=pad&w=9&h=900",
      "blur=9",
      "trim=border", "format=gif", "v=1",
    ] {
      var host = try host()
      let exchange = host.get("/photos/a.jpg?" + query)
      #expect(exchange.status == 200)
      #expect(marks(exchange) == 1, "\(query)")
    }
    var host = try host()
    #expect(marks(host.get("/open/a.jpg")) == 0)
  }

  @Test(arguments: [
    "mark=open/other.png", "mark=", "mark=nowhere/x", "mark=%FF", "mark=%zz", "mark-w=0", "mark-w=1&mark-w=2",
    "mark-opacity=0", "mark-opacity=nan", "mark-size=1&mark-align=zzz", "mark=a&mark=b", "mark-repeat=maybe",
  ])
  func theURLSaysNothingOfMarks(query: String) throws {
    var host = try host()
    let plain = host.get("/photos/a.jpg?w=300")
    host.outputs = [:]
    let tried = host.get("/photos/a.jpg?w=300&" + query)
    #expect(tried.status == 200)
    #expect(tried.key == plain.key)
    #expect(tried["ETag"] == plain["ETag"])
    #expect(marks(tried) == 1)
    #expect(tried.fetched == plain.fetched)
  }

  @Test(arguments: [
    "https://origin.example/images/a.jpg", "HTTPS://ORIGIN.example/images/a.jpg",
    "https://origin.example:443/images/a.jpg",
    "http://origin.example/images/a.jpg", "http://origin.example:80/images/a.jpg",
    "https://origin.example./images/a.jpg",
    "https://origin.example/x/../images/a.jpg", "https://origin.example/x/%2e%2E/images/a.jpg",
    "https://origin.example/%69mages/a.jpg", "https://origin.example/images/%61.jpg",
    "https://origin.example//images//a.jpg",
    "https://origin.example/images%2Fa.jpg", "https://origin.example/images%2fa.jpg",
    "https://origin.example/x%2f..%2fimages/a.jpg", "https://origin.example/Images/a.jpg",
    "https://origin.example/images;v=1/a.jpg", "https://origin.example/%2569mages/a.jpg",
    "https://origin.example\\images\\a.jpg", "https://origin.example/images%5Ca.jpg",
    "https://origin.example/images/a.jpg?x=1", "https://origin.example/./images/a.jpg#x",
    "https://origin.example/x//..%2fimages/a.jpg", "https://origin.example/images/..%2f..%2fa.jpg",
    "https://origin.example/images/b/..%2f..%2f..%2fa.jpg", "https://origin.example/%252e%252e%252fimages/a.jpg",
    "https://origin.example/y/..;/..%2fimages/a.jpg", "https://origin.example/images./a.jpg",
    "https://origin.example/images%20/a.jpg", "https://origin.example/x%5c..%5cimages/a.jpg",
    "https://origin.example/...%2fimages/a.jpg", "https://origin.example/;x/images;y=1/a.jpg",
    "https://%6frigin.example/images/a.jpg", "http://127.0.0.1:8000/bound/a.jpg", "http://127.1:8000/bound/a.jpg",
    "http://0x7f000001:8000/bound/a.jpg", "http://2130706433:8000/bound/a.jpg", "http://0177.0.0.1:8000/bound/a.jpg",
    "http://[::ffff:127.0.0.1]:8000/bound/a.jpg", "http://localhost:8000/bound/a.jpg",
    "http://x.localhost.:8000/bound/a.jpg",
    "http://[::1]:8000/bound/a.jpg", "http://0:8000/bound/a.jpg", "http://127.0.0.2:8000/bound/a.jpg",
    "https://s3.eu-west-1.amazonaws.com/acme-shop/catalog/a.jpg",
    "https://acme-shop.s3.eu-west-1.amazonaws.com/catalog/a.jpg",
    "https://acme-shop.s3.amazonaws.com/catalog/a.jpg", "https://s3.amazonaws.com/acme-shop/catalog/a.jpg",
    "https://s3-eu-west-1.amazonaws.com/acme-shop/catalog/a.jpg",
    "https://acme-shop.s3.dualstack.eu-west-1.amazonaws.com/catalog/a.jpg",
    "https://acme-shop.s3-accelerate.amazonaws.com/catalog/a.jpg",
    "http://acme-shop.s3-website-eu-west-1.amazonaws.com/catalog/a.jpg",
    "https://acme-shop.s3.eu-west-1.amazonaws.com/catalog/a.jpg?X-Amz-Signature=0",
    "https://abc.r2.cloudflarestorage.com/pictures/a.jpg", "https://pictures.abc.r2.cloudflarestorage.com/a.jpg",
    "http://127.0.0.1:9000/bbb/a.jpg", "http://2130706433:9000/bbb/%61.jpg",
    "https://origin.example/%u0069mages/a.jpg", "https://origin.example/%U0049MAGES/a.jpg",
    "https://origin.example/%2575%u0069/..%2fimages/a.jpg", "https://origin.example/%25u0069mages/a.jpg",
    "https://origin.example/x/%C0%AE%C0%AE/images/a.jpg", "https://origin.example/imag%EF%BD%85s/a.jpg",
    "https://books.example/b%C3%BCcher/a.jpg", "https://books.example/bücher/a.jpg",
    "https://books.example/B%C3%9CCHER/a.jpg", "https://books.example/bu%CC%88cher/a.jpg",
    "https://books.example/BU%CC%88CHER/a.jpg", "https://books.example/b%FCcher/a.jpg",
    "https://books.example/b%u00FCcher/a.jpg", "https://books.example/b%25C3%25BCcher/a.jpg",
    "https://books.example/b%C3%BCc%E1%B8%A9er/a.jpg", "https://books.example/%E2%84%AAiosk/a.jpg",
    "https://books.example/kio%C5%BFk/a.jpg", "https://books.example/KIOSK/%D1%84.jpg",
    "https://books.example/%D0%A4%D0%98%D0%9B%D0%AC%D0%9C%D0%AB/a.jpg",
    "https://books.example/фильмы/a.jpg", "https://books.example/b%C3%BCcher/%D1%84/b%C3%BCcher.jpg",
    "https://abc.eu.r2.cloudflarestorage.com/pictures/a.jpg",
    "https://pictures.abc.fedramp.r2.cloudflarestorage.com/a.jpg",
    "https://def.r2.cloudflarestorage.com/pictures/a.jpg", "https://pictures.def.eu.r2.cloudflarestorage.com/a.jpg",
  ])
  func everySpellingOfABoundPictureIsMarked(url: String) throws {
    var host = try host()
    let target = "/transform?src=" + PercentCoding.encode(url.utf8, keeping: .unreserved)
    let exchange = host.get(target)
    // The scripted origin has few of these; what counts is that the logo is fetched with them.
    #expect(exchange.fetched.contains(Self.logo), "\(exchange.fetched)")
    let ignored = host.get(target + "&mark=open/other.png")
    #expect(ignored.key == exchange.key)
    #expect(!ignored.fetched.contains("https://open.example/other.png"))
  }

  @Test(arguments: [
    "https://origin.example/image/a.jpg", "https://origin.example/", "https://origin.example:8443/images/a.jpg",
    "https://other.example/images/a.jpg", "https://origin.example/x?/images/a.jpg",
    "https://x.origin.example/images/a.jpg", "https://origin.example/other%2Fimages%2Fa.jpg",
    "https://other.example/x%2f..%2fimages/a.jpg", "https://origin.example/image..s/a.jpg",
    "https://s3.eu-west-1.amazonaws.com/acme-shop/private/a.jpg", "https://acme-shop.example/catalog/a.jpg",
    "http://mylocalhost:8000/bound/a.jpg", "http://[::2]:8000/bound/a.jpg",
    "https://abc.r2.cloudflarestorage.com/other/a.jpg", "http://127.0.0.1:8001/bound/a.jpg",
    "https://books.example/other/a.jpg", "https://books.example/b%C3%BCroe/a.jpg",
    "https://books.example/films/a.jpg",
    "https://origin.example/im%D1%84ges/a.jpg",
    "https://abc.us.r2.cloudflarestorage.com.example/pictures/a.jpg", "https://books.example/x/b%C3%BCcher/a.jpg",
    "https://origin.example/im%u006/ages/a.jpg",
  ])
  func whatLiesElsewhereIsNot(url: String) throws {
    var host = try host()
    let exchange = host.get("/transform?src=" + PercentCoding.encode(url.utf8, keeping: .unreserved))
    #expect(!exchange.fetched.contains(Self.logo))
  }

  @Test func aliasesThatReachABoundPictureCountAsItsSource() throws {
    var host = try host()
    #expect(marks(host.get("/all/images/a.jpg")) == 1)
    #expect(host.get("/depot/catalog/a.jpg").fetched.contains(Self.logo))
    #expect(!host.get("/depot/other/a.jpg").fetched.contains(Self.logo))
  }

  @Test(arguments: [
    "/photos/x%252f..%252f..%252f..%252fb.jpg", "/photos/%252e%252e/%252e%252e/b.jpg", "/shop/%252e%252e/b.jpg",
  ])
  func aNameOfABoundSourceIsBoundWhateverFollows(target: String) throws {
    var host = try host()
    #expect(host.get(target).fetched.contains(Self.logo))
  }

  @Test func nothingThatMayHoldAPreviewIsKept() throws {
    var host = try host()
    let kept = host.get("/photos/a.jpg?metadata=keep")
    #expect(kept.plan?.encoding.metadata == .copyright)
    #expect(host.get("/photos/a.jpg?metadata=copyright").key == kept.key)
    #expect(host.get("/open/a.jpg?metadata=keep").plan?.encoding.metadata == .keep)
  }

  @Test func overlappingPrefixesDrawAllMarksInTheOrderOfTheirNames() throws {
    for target in ["/press/a.jpg", "/photos/press/a.jpg", "/all/images/press/a.jpg"] {
      var host = try host()
      let exchange = host.get(target)
      #expect(marks(exchange) == 2)
      #expect(
        exchange.fetched
          == ["https://origin.example/images/press/a.jpg", "https://open.example/agency.png", Self.logo])
    }
  }

  @Test(arguments: [
    "https://origin.example/images/a.jpg", "http://origin.example/%69mages/a.jpg",
    "https://acme-shop.s3.amazonaws.com/catalog/a.jpg", "https://abc.r2.cloudflarestorage.com/pictures/a.jpg",
  ])
  func aRedirectIntoABoundSourceIsRefused(location: String) throws {
    var host = try host()
    host.serve("https://evil.example/r", .redirect(to: "https://evil.example/r2"))
    host.serve("https://evil.example/r2", .redirect(to: location))
    for target in ["/transform?src=https://evil.example/r&onerror=redirect", "/open/a.jpg?mark=https://evil.example/r"]
    {
      let exchange = host.get(target)
      #expect(exchange.code == "source-not-allowed")
      #expect(exchange.plans.isEmpty)
    }
    // Between sources with the same mark it may.
    host.serve("https://origin.example/images/old.jpg", .redirect(to: "/images/a.jpg"))
    #expect(marks(host.get("/photos/old.jpg")) == 1)
    // And not to one with another on top.
    host.serve("https://origin.example/images/older.jpg", .redirect(to: "/images/press/a.jpg"))
    #expect(host.get("/photos/older.jpg").code == "source-not-allowed")
  }

  @Test func aBoundPictureIsNoMark() throws {
    var host = try host()
    let exchange = host.get("/open/a.jpg?mark=photos/a.jpg&mark-w=100%25")
    #expect(exchange.code == "source-not-allowed")
    #expect(exchange.parameter == "mark")
    #expect(exchange.fetched.isEmpty)
  }

  @Test func theCallerIsNeverSentToABoundOriginal() throws {
    for answer in [ScriptedOriginal.bytes(.undecodable), .status(404), .failure(.timedOut)] {
      var host = try host()
      host.serve("https://origin.example/images/a.jpg", answer)
      let exchange = host.get("/photos/a.jpg?onerror=redirect")
      #expect(exchange.status != 302)
      #expect(exchange["Location"] == nil)
    }
  }

  @Test func theMarkLiesOnThePictureAndNotAroundIt() throws {
    var host = try host()
    let exchange = host.get("/photos/a.jpg?w=500&h=5000&fit=pad&gravity=top&border=0;0;700;0")
    guard case .decoded(_, _, let operations)? = exchange.plan?.picture,
      case .overlay(_, let point, _)? = operations.last
    else {
      Issue.record("\(exchange.plans)")
      return
    }
    // The picture has 500 × 300 px at the top; the mark 100 × 33 px with 6 px around it.
    #expect(point == PixelPoint(x: 394, y: 260))
  }

  @Test func aChangedPresetChangesKeyAndTag() throws {
    var host = try host()
    let before = host.get("/photos/a.jpg")
    let tag = before["ETag"] ?? ""
    #expect(host.get("/photos/a.jpg", [("If-None-Match", tag)]).status == 304)
    var changed = try self.host(#""opacity": 0.5,"#)
    let after = changed.get("/photos/a.jpg", [("If-None-Match", tag)])
    #expect(after.status == 200)
    #expect(after.key != before.key)
    #expect(changed.get("/photos/a.jpg", [("If-None-Match", tag)], method: "HEAD").status == 200)
  }

  /// Made while the redirect was allowed, it would be found for a year after.
  @Test func bindingASourceChangesTheKeyOfWhatMayHaveComeFromIt() throws {
    func keys(_ bound: String) throws -> [CacheKey?] {
      var host = try ScriptedHost(
        """
        { "namespace": "acme",
          "sources": {
            "photos": { "kind": "http", "prefix": "https://origin.example/images/" },
            "open": { "kind": "http", "prefix": "https://open.example/" },
            "shop": { "kind": "s3", "bucket": "acme-shop", "region": "x", "accessKeyId": "a", "secretAccessKey": "s" } },
          "marks": { "logo": { "image": "\(Self.logo)", "autoApplySources": [\(bound)] } } }
        """)
      return [
        "/transform?src=https://evil.example/r", "/open/r", "/transform?src=shop/a&mark=https://evil.example/r",
        "/grid?src=https://evil.example/r&src=shop/a&size=9", "/shop/a", "/info/open/r",
      ].map { host.get($0).key }
    }
    let before = try keys("")
    let after = try keys(#""photos""#)
    #expect(zip(before, after).map { $0 == $1 } == [false, false, false, false, true, true])
  }

  @Test(arguments: [
    (#""w": 0"#, "marks.logo: w:"), (#""align": "top,bottom""#, "marks.logo: align:"), (#""opacity": 2"#, "opacity:"),
    (#""repeat": true, "pad": "200%""#, "marks.logo: pad:"), (#""fit": "fill""#, "fit:"), (#""size": "x""#, "size:"),
    (#""h": null"#, "h:"), (#""quality": 1"#, "quality:"), (#""autoApplySources": ["nowhere"]"#, "autoApplySources:"),
  ])
  func aBadPresetIsNamedWhenTheConfigurationIsRead(setting: String, place: String) {
    #expect {
      try Configuration(
        json: Array(
          """
          {"workspaces": [{"namespace": "acme", "marks": {"logo": {"image": "http://a.example/l.png", \(setting)}}}]}
          """.utf8))
    } throws: { error in
      let text = (error as? ConfigurationError)?.description ?? ""
      return text.contains("workspace \"acme\"") && text.contains(place)
    }
  }

  @Test(arguments: ["nowhere/l.png", "l.png", "ftp://x/l.png", "http://b.example/l.png"])
  func aPresetsImageMustBeReachable(image: String) {
    #expect {
      try Configuration(
        json: Array(
          """
          {"workspaces": [{"namespace": "acme", "allowedExternalSources": ["a.example"],
            "marks": {"logo": {"image": "\(image)"}}}]}
          """.utf8))
    } throws: { error in
      let text = (error as? ConfigurationError)?.description ?? ""
      return text.contains("workspace \"acme\": marks.logo: image:")
    }
  }
}
