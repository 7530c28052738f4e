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

  @Test(arguments: [
    ("width=300,height=200,fit=cover,quality=70", "w=300&h=200&fit=cover&quality=70"),
    ("w=300,h=200,fit=crop,q=70,f=webp,g=top", "w=300&h=200&fit=crop&quality=70&format=webp&gravity=top"),
    ("width=300,format=auto", "w=300"), ("w=300,f=baseline-jpeg", "w=300&format=jpeg"),
    ("w=300,h=300,fit=cover,g=auto", "w=300&h=300&fit=cover&gravity=auto"),
    ("w=300,h=300,fit=cover,gravity=0.1x0.9", "w=300&h=300&fit=cover&gravity=0.1x0.9"),
    ("w=300,h=300,fit=cover,g=face", "w=300&h=300&fit=cover&gravity=auto"),
    ("quality=low,f=jpeg", "quality=50&format=jpeg"),
    ("w=300,compression=fast,slow-connection-quality=50,zoom=0.5,segment=foreground,nonsense", "w=300"),
    ("anim=false,metadata=keep,dpr=2,w=100", "w=200&anim=false&metadata=keep"), ("trim=20;30;20;0", "trim=20;30;20;0"),
    ("trim.left=5,trim.top=7", "trim=7;0;0;5"), ("border.width=4,border.color=%23ff0000", "border=4&border-color=red"),
    ("border.left=3", "border=0;0;0;3"), ("rotate=90,flip=h,blur=5,sharpen=1", "rotate=90&flip=h&blur=5&sharpen=1"),
    ("brightness=1.1,contrast=0.9,saturation=0,gamma=1.5", "brightness=1.1&contrast=0.9&saturation=0&gamma=1.5"),
    ("fit=pad,w=9,h=9,background=%23fff", "fit=pad&w=9&h=9"), ("w=auto,h=50", "h=50"), (",,w=300,,", "w=300"),
  ])
  func isTheSameTransformUnderTheSameKey(options: String, query: String) throws {
    var host = try host()
    let theirs = host.get("/cdn-cgi/image/\(options)/photos/x/a.jpg")
    #expect(theirs.status == 200)
    #expect(theirs.key == host.get("/photos/x/a.jpg?" + query).key)
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
    #expect(host.get("/cdn-cgi/image/w=9/photos/x/a.jpg?v=2").key == host.get("/photos/x/a.jpg?w=9&v=2").key)
  }
}
