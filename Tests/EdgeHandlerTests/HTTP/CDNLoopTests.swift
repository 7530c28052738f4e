import Testing

@testable import EdgeHandler

@Suite struct CDNLoopTests {
  private static let photo = "http://a.example/photo.jpg"

  private func host() throws -> ScriptedHost {
    var host = try ScriptedHost(#"{ "namespace": "acme" }"#)
    host.serve(Self.photo, .redirect(to: "/other.jpg"))
    host.serve("http://a.example/other.jpg", .image(.jpeg, 100, 60))
    return host
  }

  @Test func originsAreToldWhoAsks() throws {
    var host = try host()
    for target in ["/transform?src=", "/info?src=", "/placeholder/color?src="] {
      let exchange = host.get(target + Self.photo)
      #expect(exchange.fetches.count == 2)
      #expect(exchange.fetches.allSatisfy { $0.fields.contains(.init(name: "cdn-loop", value: "localhost")) })
    }
  }

  @Test(arguments: [
    "localhost", "LocalHost", "other.example, localhost; v=1", "a;b=c ,\tlocalhost ", "localhost;x=\"a,b\"",
  ])
  func whatComesBackIsRefused(field: String) throws {
    var host = try host()
    let exchange = host.get("/transform?src=" + Self.photo, [("CDN-Loop", field)])
    #expect(exchange.code == "source-not-allowed")
    #expect(exchange.effects.isEmpty)
  }

  @Test(arguments: ["", "other.example", "localhost.example", "x localhost.", ",,;", "other;localhost"])
  func whatComesThroughOthersIsNot(field: String) throws {
    var host = try host()
    #expect(host.get("/transform?src=" + Self.photo, [("CDN-Loop", field)]).status == 200)
  }
}
