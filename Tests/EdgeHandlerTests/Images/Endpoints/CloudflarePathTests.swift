import Testing

@testable import EdgeHandler

@Suite struct CloudflarePathTests {
  private func host() throws -> ScriptedHost {
    var host = try ScriptedHost(
      #"""
      { "namespace": "acme", "sources": { "photos": { "kind": "http", "prefix": "http://a.example/" } },
        "marks": { "logo": { "image": "http://cdn.example/l.png", "autoApplySources": [] } } }
      """#)
    host.serve("http://a.example/x/a.jpg", .image(.jpeg, 1000, 600))
    host.serve("http://b.example/a.jpg?x=1", .image(.jpeg, 1000, 600))
    return host
  }

  @Test(
    "the same transform in another spelling has the same key",
    arguments: [
      ("width=300,height=200,fit=cover,quality=70", "w=300&h=200&fit=cover&quality=70"),
      ("w=300,h=200,fit=crop,q=70,g=top", "w=300&h=200&fit=crop&quality=70&gravity=top"),
      ("w=300", "w=300&fit=scale-down&quality=85"), ("w=300,quality=80", "w=300&fit=scale-down"),
      ("w=300,h=300,fit=cover,g=auto", "w=300&h=300&fit=cover&gravity=auto&quality=85"),
      ("w=300,h=300,fit=cover,gravity=0.1x0.9", "w=300&h=300&fit=cover&gravity=0.1x0.9&quality=85"),
      ("w=300,h=300,fit=cover,g=face", "w=300&h=300&fit=cover&gravity=auto&quality=85"),
      ("quality=low", "quality=50&fit=scale-down"),
      (
        "w=300,compression=fast,slow-connection-quality=50,zoom=0.5,segment=foreground,nonsense",
        "w=300&fit=scale-down&quality=85"
      ),
      ("anim=false,metadata=keep,dpr=2,w=100", "w=200&anim=false&metadata=keep&fit=scale-down&quality=85"),
      ("trim=20;30;20;0", "trim=20;30;20;0&quality=85"), ("trim.left=5,trim.top=7", "trim=7;0;0;5&quality=85"),
      ("trim.width=50,trim.left=10,trim.height=60,trim.top=20", "trim=20;w50;h60;10&quality=85"),
      ("trim.width=0.5,trim.bottom=3", "trim=0;w0.5;3;0&quality=85"),
      ("border.width=4,border.color=%23ff0000", "border=4&border-color=red&quality=85"),
      ("border.left=3", "border=0;0;0;3&quality=85"),
      ("rotate=90,flip=h,blur=5,sharpen=1", "rotate=90&flip=h&blur=5&sharpen=1&quality=85"),
      (
        "brightness=1.1,contrast=0.9,saturation=0,gamma=1.5",
        "brightness=1.1&contrast=0.9&saturation=0&gamma=1.5&quality=85"
      ),
      ("fit=pad,w=9,h=9,background=%23fff", "fit=pad&w=9&h=9&quality=85"),
      ("w=auto,h=50", "h=50&fit=scale-down&quality=85"),
      ("fit=pad,w=9,h=9,background=rgb(240,40,145)", "fit=pad&w=9&h=9&background=f02891&quality=85"),
      ("fit=pad,w=9,h=9,background=rgba%28100%25%2C0%2C0%2C.5%29", "fit=pad&w=9&h=9&background=ff000080&quality=85"),
      (",,w=300,,", "w=300&fit=scale-down&quality=85"), ("w=12000,h=9000", "w=8192&h=8192&fit=scale-down&quality=85"),
      ("w=9000,h=300,fit=aspect-crop", "w=8192&h=300&fit=aspect-crop&quality=85"),
    ])
  func isTheSameTransformUnderTheSameKey(options: String, query: String) throws {
    var host = try host()
    // In a format whose defaults a query can say, too.
    let theirs = host.get("/cdn-cgi/image/\(options),f=webp/photos/x/a.jpg")
    #expect(theirs.status == 200)
    #expect(theirs.key == host.get("/photos/x/a.jpg?format=webp&" + query).key)
  }

  @Test(
    "the defaults of this spelling hold",
    arguments: [
      ("w=50", "a.jpg", OutputFormat.jpeg, 85, Encoding.Metadata.copyright), ("w=50", "a.png", .png, 85, .none),
      ("w=50", "a.webp", .webp, 85, .none), ("w=50", "a.avif", .avif, 85, .none),
      ("w=50", "a.heic", .jpeg, 85, .copyright),
      ("w=50", "a.tiff", .jpeg, 85, .copyright), ("w=50", "a.svg", .png, 85, .none),
      ("w=50", "alpha.tiff", .png, 85, .none),
      ("w=50,q=80", "a.jpg", .jpeg, 80, .copyright), ("w=50,metadata=none", "a.jpg", .jpeg, 85, .none),
      ("w=50,metadata=keep", "a.webp", .webp, 85, .keep), ("f=auto", "a.jpg", .avif, 85, .none),
      ("f=webp", "a.jpg", .webp, 85, .none), ("f=jpeg", "a.png", .jpeg, 85, .copyright),
      ("f=png", "a.png", .png, 80, .none), ("f=baseline-jpeg", "a.jpg", .jpeg, 85, .copyright),
    ])
  func defaults(
    options: String, name: String, format: OutputFormat, quality: Int, metadata: Encoding.Metadata
  ) throws {
    var host = try host()
    for format in ImageHeader.Format.allCases {
      let name = format == .jpeg ? "jpg" : "\(format)"
      host.serve("http://a.example/a.\(name)", .image(format, 100, 60, hasAlpha: format == .svg))
      host.serve("http://a.example/alpha.\(name)", .image(format, 100, 60, hasAlpha: true))
    }
    let exchange = host.get("/cdn-cgi/image/\(options)/photos/\(name)", [("Accept", "image/avif,image/webp")])
    let encoding = try #require(exchange.plan?.encoding)
    #expect(encoding.format == format)
    #expect(encoding.quality == Quality.setting(for: quality, in: format))
    #expect(encoding.metadata == metadata)
    #expect(!encoding.palette)
    #expect(exchange["Vary"] == (options == "f=auto" ? "Accept" : nil))
  }

  @Test(
    "format=json tells the sizes without a transform",
    arguments: [
      ("w=500", 500, 300), ("w=3000", 1000, 600), ("w=100,h=100,fit=cover", 100, 100), ("rotate=90", 600, 1000),
      ("trim.left=100,trim.width=300", 300, 600), ("border=10", 1020, 620),
    ])
  func json(options: String, width: Int, height: Int) throws {
    var host = try host()
    host.serve(
      "http://a.example/x/a.jpg", .image(.jpeg, 1000, 600, sample: Raster(width: 1, height: 1, rgba: [1, 2, 3, 255])))
    let exchange = host.get("/cdn-cgi/image/\(options),format=json/photos/x/a.jpg")
    #expect(exchange.status == 200)
    #expect(exchange["Content-Type"] == "application/json")
    #expect(exchange.json?["width"]?.int == width)
    #expect(exchange.json?["height"]?.int == height)
    #expect(exchange.json?["original"]?["width"]?.int == 1000)
    #expect(exchange.json?["original"]?["format"]?.string == "image/jpeg")
    #expect(exchange.plan == nil)
    // The look at the original is that of /info.
    #expect(exchange.key == host.get("/info/photos/x/a.jpg").key)
    #expect(host.get("/cdn-cgi/image/w=0,f=json/photos/x/a.jpg").parameter == "w")
    #expect(host.get("/cdn-cgi/image/w=9000,f=json,fit=squeeze,h=9/photos/x/a.jpg").status == 400)
  }

  @Test(arguments: [
    "/cdn-cgi/image/w=9/photos/x/a.jpg", "/cdn-cgi/image/w=9//photos/x/a.jpg",
    "/cdn-cgi/image/w=9/photos/x/a.jpg?utm=1",
    "/cdn-cgi/image/w=9/photos/x/%61.jpg",
  ])
  func anAliasMayBeAnAbsolutePath(target: String) throws {
    var host = try host()
    #expect(host.get(target).fetched == ["http://a.example/x/a.jpg"])
  }

  @Test(arguments: [
    "/cdn-cgi/image/w=9/http://b.example/a.jpg?x=1", "/cdn-cgi/image/w=9/http:/b.example/a.jpg?x=1",
    "/cdn-cgi/image/w=9/http%3A%2F%2Fb.example%2Fa.jpg%3Fx=1",
  ])
  func aFullURLKeepsItsQuery(target: String) throws {
    var host = try host()
    #expect(host.get(target).fetched == ["http://b.example/a.jpg?x=1"])
  }

  @Test(
    arguments: [
      ("/cdn-cgi/image/w=0/photos/x/a.jpg", "invalid-parameter", "w"),
      ("/cdn-cgi/image/fit=fill/photos/x/a.jpg", "invalid-parameter", "fit"),
      ("/cdn-cgi/image/w=1,width=2/photos/x/a.jpg", "invalid-parameter", "w"),
      ("/cdn-cgi/image/w=1", "missing-source", "src"), ("/cdn-cgi/image/w=1/", "missing-source", "src"),
      ("/cdn-cgi/image/w=1/nowhere/a.jpg", "unknown-source", "src"),
      ("/cdn-cgi/image/w=1/photos/../a.jpg", "invalid-source", "src"),
      ("/cdn-cgi/other/w=1/photos/a.jpg", "not-found", nil),
      ("/cdn-cgi/image", "not-found", nil), ("/cdn-cgi", "not-found", nil),
      ("/cdn-cgi/image/trim.left=x/photos/a.jpg", "invalid-parameter", "trim"),
      ("/cdn-cgi/image/w=%zz/photos/a.jpg", "invalid-parameter", "w"),
    ] as [(String, String, String?)])
  func badInputIsNamed(target: String, code: String, parameter: String?) throws {
    var host = try host()
    let exchange = host.get(target)
    #expect(exchange.code == code)
    #expect(exchange.parameter == parameter)
  }

  @Test func vIsTheOnlyParameterOfAnAlias() throws {
    var host = try host()
    let plain = host.get("/cdn-cgi/image/w=9/photos/x/a.jpg").key
    #expect(host.get("/cdn-cgi/image/w=9/photos/x/a.jpg?h=9&mark=x").key == plain)
    #expect(
      host.get("/cdn-cgi/image/w=9/photos/x/a.jpg?v=2").key == host.get("/cdn-cgi/image/w=9/photos/x/a.jpg?v=2&x").key)
  }
}
