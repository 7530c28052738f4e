import NIOPosix
import Pixels
import Testing

@testable import Server

@Suite(.ownThread) struct PixelServiceTests {
  @Test func itSaysWhetherThereIsRoom() async throws {
    var limits = PixelEngine.Limits()
    limits.maximumQueued = 0
    let engine = PixelEngine(threads: 1, limits: limits)
    let server = HTTPServer(
      configuration: HTTPServer.Configuration(), group: MultiThreadedEventLoopGroup.singleton,
      responder: PixelResponder(engine: engine))
    let port = try #require(try await server.start().get().port)
    let client = try TestClient(port: port)
    #expect(try await offPool { try client.get("/readyz").status } == 200)
    let blobs = [Workbench.original: try TestPictures.bytes("f.png")]
    let cancel = engine.render(.long(timeoutMilliseconds: 60_000), blobs: blobs) { _ in }
    #expect(try await offPool { try client.get("/readyz").status } == 503)
    cancel()
    try await until { engine.hasRoom }
    #expect(try await offPool { try client.get("/readyz").status } == 200)
    #expect(try await offPool { try client.get("/render").status } == 400)
    client.close()
    try await server.drain(grace: .seconds(5)).get()
  }
}
