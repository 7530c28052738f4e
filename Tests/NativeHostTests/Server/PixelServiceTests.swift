import EdgeHandler
import NIOCore
import NIOPosix
import Testing

@testable import Pixels
@testable import Server

@Suite(.ownThread) struct PixelServiceTests {
  private static let share = Share(workspace: "acme")
  private static let secret = "0123456789abcdef0123456789abcdef"

  /// A service that listens, with an engine that can be looked at.
  private struct Running {
    let server: HTTPServer
    let engine: PixelEngine
    let port: Int
    let held: HeldBytesProbe
  }

  private typealias HeldBytesProbe = @Sendable () -> Int

  private func start(
    threads: Int = 1, maximumQueued: Int = 0, requestTimeout: TimeAmount = .seconds(15),
    _ change: (inout PixelService.Settings) -> Void = { _ in }
  ) async throws -> Running {
    var settings = PixelService.Settings(secret: Self.secret)
    settings.port = 0
    change(&settings)
    var limits = PixelEngine.Limits()
    limits.maximumQueued = maximumQueued
    let engine = PixelEngine(threads: threads, limits: limits, svgWorker: [Workbench.worker] + SVGWorker.arguments)
    var configuration = PixelService.configuration(settings)
    configuration.requestTimeout = requestTimeout
    guard case .collect(_, let admission) = configuration.body, let held = admission.held else { throw NeverTrue() }
    let server = HTTPServer(
      configuration: configuration, group: MultiThreadedEventLoopGroup.singleton,
      responder: PixelResponder(engine: engine, limits: settings.limits))
    let port = try #require(try await server.start().get().port)
    return Running(server: server, engine: engine, port: port, held: { held.count })
  }

  private static func head(_ target: String, _ byteCount: Int) -> String {
    "POST \(target) HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer \(secret)\r\n"
      + "Content-Type: application/octet-stream\r\nContent-Length: \(byteCount)\r\n\r\n"
  }

  private static func body(_ work: JSON, _ blobs: [Blob: ByteBuffer] = [:]) -> [UInt8] {
    let list = blobs.flatMap { [$0.key.wire, JSON.int($0.value.readableBytes)] }
    let text = JSON.object([
      JSON.Member("work", work), JSON.Member("share", share.wire), JSON.Member("blobs", .array(list)),
    ]).serialized()
    let length = UInt32(text.count)
    let head = (0..<4).map { UInt8(truncatingIfNeeded: length >> (8 * $0)) }
    return blobs.reduce(head + text) { $0 + Array($1.value.readableBytesView) }
  }

  private static func answer(
    _ port: Int, _ target: String, _ work: JSON, _ blobs: [Blob: ByteBuffer] = [:]
  ) async throws -> TestClient.Answer {
    let body = body(work, blobs)
    return try await offPool {
      let client = try TestClient(port: port)
      defer { client.close() }
      client.send(head(target, body.count))
      client.send(body)
      return try client.receive()
    }
  }

  @Test("readiness says whether one more work would find room") func readiness() async throws {
    let running = try await start()
    let client = try TestClient(port: running.port)
    let status: @Sendable () throws -> Int = { try client.get("/readyz", host: "localhost").status }
    #expect(try await offPool(status) == 200)
    let blobs = [Workbench.original: try TestPictures.bytes("f.png")]
    // One on the thread, and one on that which is kept for a newcomer.
    let cancels = [Self.share, Share(workspace: "other")].map { share in
      running.engine.render(.long(timeoutMilliseconds: 60_000), blobs: blobs, of: share) { _ in }
    }
    #expect(try await offPool(status) == 503)
    for cancel in cancels { cancel() }
    try await until { running.engine.hasRoom(for: nil) }
    #expect(try await offPool(status) == 200)
    client.close()
    try await running.server.drain(grace: .seconds(5)).get()
  }

  @Test("a request is admitted by its head alone: host, page, secret, path, method and media type")
  func admission() async throws {
    let running = try await start()
    let hosts = [
      ("127.0.0.1", true), ("127.0.0.1:8081", true), ("localhost", true), ("LOCALHOST:1", true),
      ("evil.example", false),
      ("127.0.0.1.evil.example", false), ("localhost.evil.example:80", false), ("[::1]", false),
    ]
    let pages = [
      ("", true), ("Origin: http://localhost\r\n", false), ("Origin: null\r\n", false),
      ("Sec-Fetch-Site: same-origin\r\n", false),
    ]
    let secrets = [
      ("Bearer \(Self.secret)", true), ("Bearer \(Self.secret.dropLast())", false), ("Bearer \(Self.secret)0", false),
      ("Bearer x\(Self.secret.dropFirst())", false), ("Basic \(Self.secret)", false), (Self.secret, false), ("", false),
    ]
    let mediaTypes = [
      ("application/octet-stream", true), ("text/plain", false), ("application/json", false),
      ("application/x-www-form-urlencoded", false), ("", false),
    ]
    var requests: [(text: String, status: Int)] = []
    for (host, isLocal) in hosts {
      for (page, isNoPage) in pages {
        for (secret, isKnown) in secrets {
          for (type, isSent) in mediaTypes {
            let status = !isLocal || !isNoPage ? 403 : !isKnown ? 401 : !isSent ? 415 : 400
            // Nothing is sent of a body, but where the head is all right.
            let text =
              "POST /render HTTP/1.1\r\nHost: \(host)\r\n\(page)Authorization: \(secret)\r\nContent-Type: \(type)\r\n"
              + "Content-Length: \(status == 400 ? 0 : 1000)\r\n\r\n"
            requests.append((text, status))
          }
        }
      }
    }
    let known = "Host: localhost\r\nAuthorization: Bearer \(Self.secret)\r\nContent-Type: application/octet-stream\r\n"
    requests += [
      ("GET /render HTTP/1.1\r\n\(known)\r\n", 405), ("OPTIONS /render HTTP/1.1\r\n\(known)\r\n", 405),
      ("POST /readyz HTTP/1.1\r\n\(known)Content-Length: 5\r\n\r\n", 404), ("GET / HTTP/1.1\r\n\(known)\r\n", 404),
      ("GET /readyz HTTP/1.1\r\nHost: localhost\r\n\r\n", 200),
      ("GET /readyz HTTP/1.1\r\nHost: a.example\r\n\r\n", 403),
      ("GET /readyz HTTP/1.1\r\nHost: localhost\r\nOrigin: http://localhost\r\n\r\n", 403),
    ]
    let port = running.port
    let wrong = try await offPool { [requests] in
      try requests.filter { request in
        let client = try TestClient(port: port)
        defer { client.close() }
        client.send(request.text)
        let answer = try client.receive()
        return answer.status != request.status || answer.body.contains(Self.secret)
      }
    }
    #expect(wrong.map(\.text) == [])
    #expect(running.held() == 0)
    try await running.server.drain(grace: .seconds(5)).get()
  }

  @Test("unfinished bodies share a bound, and give back what they took when their caller has gone")
  func bodies() async throws {
    // No time limit of the server's comes in between, however slow the machine is.
    let running = try await start(requestTimeout: .minutes(10)) {
      $0.maximumHeldBytes = 3 << 20
      $0.limits.maximumOriginalBytes = 1000
    }
    let half = [UInt8](repeating: 0, count: 2 << 20)
    let port = running.port
    for _ in 0..<2 {
      let first = try TestClient(port: port)
      try await offPool {
        first.send(Self.head("/render", half.count + 1))
        first.send(half)
      }
      try await until { running.held() == half.count }
      let status = try await offPool {
        let second = try TestClient(port: port)
        defer { second.close() }
        second.send(Self.head("/render", half.count))
        second.send(half)
        return try second.receive().status
      }
      #expect(status == 503)
      first.close()
      try await until { running.held() == 0 }
    }
    #expect(try await Self.answer(port, "/render", .null).status == 400)
    try await running.server.drain(grace: .seconds(5)).get()
  }

  @Test("an unfinished body is given up when its time is over, and gives back what it took")
  func unfinishedBody() async throws {
    let running = try await start(requestTimeout: .seconds(1))
    let client = try TestClient(port: running.port)
    try await offPool {
      client.send(Self.head("/render", 2000))
      client.send([UInt8](repeating: 0, count: 1000))
    }
    #expect(try await offPool { client.isClosed() })
    try await until { running.held() == 0 }
    client.close()
    try await running.server.drain(grace: .seconds(5)).get()
  }

  @Test("work ends when its caller has gone, whatever it is doing", arguments: ["render", "look"])
  func callerGone(what: String) async throws {
    let running = try await start()
    var plan = RenderPlan.long(timeoutMilliseconds: 60_000)
    if what == "look", case .decoded(let blob, _, let operations) = plan.picture {
      // Its header is looked at first.
      plan.picture = .decoded(blob, frames: .all, operations)
    }
    let body = Self.body(plan.wire, [Workbench.original: try TestPictures.bytes("f.png")])
    let client = try TestClient(port: running.port)
    try await offPool {
      client.send(Self.head("/render", body.count))
      client.send(body)
    }
    try await until { !running.engine.hasRoom(for: Self.share) }
    #expect(running.held() == body.count)
    client.close()
    try await until { running.engine.hasRoom(for: Self.share) && running.held() == 0 }
    try await running.server.drain(grace: .seconds(5)).get()
  }

  @Test("no work takes longer than the service's own limit") func timeLimit() async throws {
    let running = try await start(maximumQueued: 4) { $0.limits.transformTimeoutMilliseconds = 50 }
    let plan = RenderPlan.long(timeoutMilliseconds: 86_400_000)
    let answer = try await Self.answer(
      running.port, "/render", plan.wire, [Workbench.original: try TestPictures.bytes("f.png")])
    #expect(answer.body.contains("timedOut"))
    try await running.server.drain(grace: .seconds(5)).get()
  }

  @Test("what a plan does not say of its size, the original's header does") func headersDecide() async throws {
    let running = try await start(maximumQueued: 4) {
      $0.limits.maximumOutputSide = 100
      $0.limits.maximumOutputPixels = 20_000
    }
    let encoding = Encoding(format: .png)
    let cases: [(name: String, picture: Picture, expected: String)] = [
      // 300 × 200 px.
      ("map-300x200.png", .decoded(Workbench.original, frames: .first, []), "400"),
      ("map-300x200.png", .decoded(Workbench.original, frames: .first, [.resize(width: 90, height: 60)]), "output"),
      (
        "map-300x200.png",
        .decoded(Workbench.original, frames: .first, [.crop(PixelRect(x: 0, y: 0, width: 301, height: 1))]), "400"
      ),
      ("map-60x40.png", .decoded(Workbench.original, frames: .first, [.blur(radius: .one)]), "output"),
      // 4 frames of 64 × 48 px, and so 25,000 px for each of a size of 100 × 63.
      ("anim.gif", .decoded(Workbench.original, frames: .all, [.resize(width: 80, height: 60)]), "output"),
      ("anim.gif", .decoded(Workbench.original, frames: .all, [.resize(width: 100, height: 63)]), "400"),
      ("text.txt", .decoded(Workbench.original, frames: .all, []), "undecodable"),
    ]
    for one in cases {
      let plan = RenderPlan(picture: one.picture, encoding: encoding, timeoutMilliseconds: 60_000)
      let answer = try await Self.answer(
        running.port, "/render", plan.wire, [Workbench.original: try TestPictures.bytes(one.name)])
      #expect(answer.status == (one.expected == "400" ? 400 : 200), "\(one)")
      #expect(one.expected == "400" || answer.body.contains(one.expected), "\(one)")
    }
    try await running.server.drain(grace: .seconds(5)).get()
  }

  @Test("a body is held to its form: counts of blobs, length and nesting of the text") func parcels() async throws {
    let running = try await start(maximumQueued: 4)
    var nested = JSON.null
    for _ in 0..<70 { nested = .array([nested]) }
    for work in [nested, .string(String(repeating: "x", count: 1 << 20)), .array([]), .object([])] {
      #expect(try await Self.answer(running.port, "/render", work).status == 400)
    }
    let blobs = Dictionary(uniqueKeysWithValues: (0..<65).map { (Blob(id: $0), ByteBuffer(string: "x")) })
    let many = try await Self.answer(running.port, "/render", .null, blobs)
    #expect(many.status == 400 && many.body.contains("too many"))
    try await running.server.drain(grace: .seconds(5)).get()
  }

  @Test(
    "a secret is one that can be sent and not guessed",
    arguments: [
      (secret, true), (String(repeating: "A-._~+/=", count: 8), true), (String(secret.dropLast()), false),
      (secret + " ", false), (secret + "\n", false), (secret + "é", false), ("", false),
    ])
  func secrets(text: String, isSecret: Bool) {
    #expect(PixelService.Settings.isSecret(text) == isSecret)
  }
}
