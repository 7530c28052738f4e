import TestSupport
import Testing

@testable import EdgeHandler

/// A machine whose libraries lack a codec.
@Suite struct CapabilitiesTests {
  private static let photo = "http://a.example/photo.jpg"
  private static let drawing = "http://a.example/drawing.avif"
  private static let accept = [("Accept", "image/avif,image/webp,*/*")]

  private func host(_ capabilities: Capabilities) throws -> ScriptedHost {
    var configuration = try Configuration(json: Array(#"{"workspaces": [{ "namespace": "acme" }]}"#.utf8))
    configuration.capabilities = capabilities
    var host = ScriptedHost(configuration)
    host.serve(Self.photo, .image(.jpeg, 300, 200))
    host.serve(Self.drawing, .image(.avif, 300, 200))
    return host
  }

  private static let withoutAVIF = Capabilities(unwritable: [.avif], unreadable: [])

  @Test("what cannot be written is not negotiated")
  func negotiation() throws {
    for target in ["/transform?src=\(Self.photo)", "/placeholder/color?color=fff&w=4&h=4"] {
      var lacking = try host(Self.withoutAVIF)
      let exchange = lacking.get(target, Self.accept, host: "acme.localhost")
      #expect(exchange["Content-Type"] == "image/webp")
      var whole = try host(.all)
      let other = whole.get(target, Self.accept, host: "acme.localhost")
      #expect(other["Content-Type"] == "image/avif")
      #expect(exchange["ETag"] != other["ETag"])
    }
  }

  @Test(
    "what cannot be written and is asked for by name is 501, before anything is fetched",
    arguments: [
      "/transform?src=\(photo)&format=avif", "/placeholder/color?color=fff&w=4&h=4&format=avif",
      "/grid?src=\(photo)&src=\(drawing)&w=40&h=40&format=avif", "/cdn-cgi/image/format=avif/\(photo)",
    ])
  func named(target: String) throws {
    var host = try host(Self.withoutAVIF)
    let exchange = host.get(target, host: "acme.localhost")
    #expect(exchange.status == 501)
    #expect(exchange.code == "not-available-here")
    #expect(exchange.json?["parameter"]?.string == "format")
  }

  @Test("what cannot be written is 501 too where it is the original's own format")
  func originalsOwn() throws {
    var host = try host(Self.withoutAVIF)
    let exchange = host.get("/cdn-cgi/image/width=40/\(Self.drawing)", host: "acme.localhost")
    #expect(exchange.code == "not-available-here")
  }

  @Test("an original that cannot be read is 501", arguments: ["/transform?src=", "/info?src="])
  func originals(target: String) throws {
    var host = try host(Capabilities(unwritable: [], unreadable: [.avif]))
    #expect(host.get(target + Self.drawing, host: "acme.localhost").code == "not-available-here")
    #expect(host.get("/transform?src=" + Self.photo, host: "acme.localhost").status == 200)
  }

  @Test("readyz says what is lacking, and is ready")
  func readiness() throws {
    var host = try host(Capabilities(unwritable: [.avif], unreadable: [.heic]))
    let exchange = host.get("/readyz", host: "acme.localhost")
    #expect(exchange.status == 200)
    #expect(exchange.bytes == Array("ready; cannot write avif, cannot read heic\n".utf8))
  }

  @Test("a setup names formats; a name that means nothing is ignored")
  func setup() throws {
    let text = #"{"unwritable": ["avif", "jxl"], "unreadable": ["heic"]}"#
    #expect(
      try Setup(json: Array(text.utf8)).configuration.capabilities
        == Capabilities(unwritable: [.avif], unreadable: [.heic]))
  }
}
