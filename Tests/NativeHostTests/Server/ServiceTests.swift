import EdgeHandler
import Glibc
import NIOCore
import Net
import Synchronization
import TestSupport
import Testing

@testable import Server

/// An origin whose answers a test holds back.
private final class Gate: Sendable {
  private let isOpen = Mutex(false)
  let arrivals = Mutex(0)
  /// Connections that their other side has closed while they were held.
  let departures = Mutex(0)

  func open() { isOpen.withLock { $0 = true } }

  /// Returns when the gate opens; `false` when the other side has gone before.
  func pass(_ connection: TestConnection) -> Bool {
    arrivals.withLock { $0 += 1 }
    while !isOpen.withLock({ $0 }) {
      if connection.isClosed(withinMilliseconds: 5) {
        departures.withLock { $0 += 1 }
        return false
      }
    }
    return true
  }
}

extension TestConnection {
  fileprivate func isClosed(withinMilliseconds milliseconds: Int32) -> Bool {
    var entry = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
    guard poll(&entry, 1, milliseconds) > 0 else { return false }
    var byte: UInt8 = 0
    return recv(descriptor, &byte, 1, Int32(MSG_PEEK)) <= 0
  }
}

@Suite(.ownThread) struct ServiceTests {
  private let gate = Gate()
  private let origin: TestOrigin

  init() throws {
    let picture = try Self.sample("logo.png")
    origin = try TestOrigin { [gate] connection in
      guard connection.readRequest() != nil, gate.pass(connection) else { return }
      Self.answer(connection, with: picture, field: "Connection: close\r\n")
    }
  }

  private static func answer(_ connection: TestConnection, with picture: ByteBuffer, field: String = "") {
    connection.send("HTTP/1.1 200 OK\r\nContent-Length: \(picture.readableBytes)\r\n\(field)\r\n")
    connection.send(Array(picture.readableBytesView))
  }

  private static func sample(_ name: String) throws -> ByteBuffer {
    try #require(SamplePictures(folder: Repository.file("Sources/NativeHost/Server/Samples").path)[name])
  }

  private func start(
    _ change: (inout Service.Settings) -> Void = { _ in }
  ) async throws -> (service: Service, port: Int) {
    var settings = Service.Settings()
    settings.origins.allowedNetworks = ["127.0.0.0/8"]
    settings.server.port = 0
    let workspaces = ["acme", "beta"].map {
      #"{"namespace": "\#($0)", "sources": {"o": {"kind": "http", "prefix": "\#(origin.url)/"}}}"#
    }
    let json = "{\"workspaces\": [\(workspaces.joined(separator: ","))]}"
    settings.configuration = try Configuration(json: Array(json.utf8))
    // A gate may stay closed for long where all tests run at once, and a connection without a request.
    settings.server.requestTimeout = .seconds(300)
    settings.server.idleTimeout = .seconds(300)
    settings.origins.connectTimeoutMilliseconds = 300_000
    settings.configuration.limits.fetchTimeoutMilliseconds = 300_000
    settings.configuration.limits.transformTimeoutMilliseconds = 300_000
    change(&settings)
    let service = try Service(settings, samples: SamplePictures(pictures: ["logo.png": Self.sample("logo.png")]))
    let port = try await offPool { try service.start() }
    return (service, port)
  }

  private func stop(_ service: Service) async throws {
    try await offPool { try service.stop(grace: .seconds(30)) }
    origin.stop()
  }

  private static func request(_ target: String, of workspace: String = "acme") -> String {
    "GET \(target) HTTP/1.1\r\nHost: \(workspace).localhost\r\n\r\n"
  }

  /// The share of the workspace `a`.
  private static let share = Share(workspace: "acme")

  private func waiters(_ service: Service) -> Int { service.host.claims.withLock { $0.waiterCount } }

  @Test func identicalMissesInFlightAreMadeOnce() async throws {
    let (service, port) = try await start()
    let clients = try (0..<20).map { _ in try TestClient(port: port) }
    for client in clients { client.send(Self.request("/o/logo.png?w=50")) }
    try await until { waiters(service) == 19 }
    gate.open()
    let answers = try await offPool { try clients.map { try $0.receive() } }
    #expect(answers.allSatisfy { $0.status == 200 && $0.body == answers[0].body && !$0.body.isEmpty })
    #expect(answers.count { $0.field("cache-status") == "imgedge; fwd=miss; stored" } == 1)
    #expect(answers.count { $0.field("cache-status") == "imgedge; fwd=miss; collapsed" } == 19)
    #expect(origin.requestHeads.count == 1)
    let hit = try await offPool { try clients[0].get("/o/logo.png?w=50") }
    #expect(hit.field("cache-status") == "imgedge; hit")
    let again = try await offPool { try clients[0].get("/o/logo.png?w=50") }
    #expect(again.body == hit.body && again.field("etag") == hit.field("etag"))
    for client in clients { client.close() }
    try await stop(service)
  }

  @Test func workThatNobodyWaitsForIsCancelled() async throws {
    let (service, port) = try await start()
    let client = try TestClient(port: port)
    client.send(Self.request("/o/logo.png?w=50"))
    try await until { gate.arrivals.withLock { $0 } == 1 }
    client.close()
    try await until { gate.departures.withLock { $0 } == 1 }
    try await until { service.host.work == 0 && service.host.claims.withLock { $0.count } == 0 }
    gate.open()
    let answer = try await offPool { try TestClient(port: port).get("/o/logo.png?w=50") }
    #expect(answer.field("cache-status") == "imgedge; fwd=miss; stored")
    try await stop(service)
  }

  @Test func workGoesOnForThoseWhoWaitWhenItsCallerGoes() async throws {
    let (service, port) = try await start()
    let (first, second, third) = (
      try TestClient(port: port), try TestClient(port: port), try TestClient(port: port)
    )
    first.send(Self.request("/o/logo.png?w=50"))
    try await until { gate.arrivals.withLock { $0 } == 1 }
    second.send(Self.request("/o/logo.png?w=50"))
    third.send(Self.request("/o/logo.png?w=50"))
    try await until { waiters(service) == 2 }
    first.close()
    third.close()
    try await until { waiters(service) == 1 }
    gate.open()
    let answer = try await offPool { try second.receive() }
    #expect(answer.field("cache-status") == "imgedge; fwd=miss; collapsed")
    #expect(origin.requestHeads.count == 1)
    second.close()
    try await stop(service)
  }

  @Test func whenTheLastOfThemGoesTooItIsCancelled() async throws {
    let (service, port) = try await start()
    let (first, second) = (try TestClient(port: port), try TestClient(port: port))
    first.send(Self.request("/o/logo.png?w=50"))
    try await until { gate.arrivals.withLock { $0 } == 1 }
    second.send(Self.request("/o/logo.png?w=50"))
    try await until { waiters(service) == 1 }
    first.close()
    second.close()
    try await until { gate.departures.withLock { $0 } == 1 }
    try await until { service.host.work == 0 && service.host.claims.withLock { $0.count } == 0 }
    try await stop(service)
  }

  @Test func failuresAreSharedAndNotKept() async throws {
    let (service, port) = try await start()
    let clients = try (0..<5).map { _ in try TestClient(port: port) }
    origin.stop()
    for client in clients { client.send(Self.request("/o/logo.png?w=50")) }
    let answers = try await offPool { try clients.map { try $0.receive() } }
    #expect(answers.allSatisfy { $0.status == 502 && $0.body.contains("source-unreachable") })
    #expect(service.host.claims.withLock { $0.count } == 0)
    #expect(service.host.work == 0)
    for client in clients { client.close() }
    try await offPool { try service.stop(grace: .seconds(30)) }
  }

  @Test func moreMissesThanThereIsRoomForAreTurnedAway() async throws {
    let (service, port) = try await start { $0.maximumWork = 1 }
    let (first, second) = (try TestClient(port: port), try TestClient(port: port))
    first.send(Self.request("/o/logo.png?w=50"))
    try await until { gate.arrivals.withLock { $0 } == 1 }
    let refused = try await offPool { try second.get("/o/logo.png?w=51") }
    #expect(refused.status == 503)
    #expect(refused.field("retry-after") == "1")
    #expect(refused.body.contains("overloaded"))
    #expect(try await offPool { try second.get("/readyz").status } == 503)
    #expect(try await offPool { try second.get("/healthz").status } == 200)
    gate.open()
    #expect(try await offPool { try first.receive().status } == 200)
    try await until { service.host.work == 0 }
    #expect(try await offPool { try second.get("/o/logo.png?w=51").status } == 200)
    #expect(try await offPool { try second.get("/readyz").status } == 200)
    first.close()
    second.close()
    try await stop(service)
  }

  @Test("a workspace is served while another's misses take all the room, of which the last gives way")
  func misses() async throws {
    let picture = try Self.sample("logo.png")
    let quick = try TestOrigin { connection in
      while connection.readRequest() != nil { Self.answer(connection, with: picture) }
    }
    let (service, port) = try await start { settings in
      settings.maximumWork = 4
      let json = """
        {"workspaces": [{"namespace": "acme", "sources": {"o": {"kind": "http", "prefix": "\(origin.url)/"}}},
         {"namespace": "beta", "sources": {"o": {"kind": "http", "prefix": "\(quick.url)/"}}}]}
        """
      settings.configuration.workspaces = (try? Configuration(json: Array(json.utf8)))?.workspaces ?? []
    }
    let clients = try (0..<4).map { _ in try TestClient(port: port) }
    for (number, client) in clients.enumerated() {
      client.send(Self.request("/o/logo.png?w=\(50 + number)"))
      try await until { gate.arrivals.withLock { $0 } == number + 1 }
    }
    let other = try TestClient(port: port)
    #expect(try await offPool { try other.get("/o/logo.png?w=60").status } == 503)
    #expect(try await offPool { try other.get("/readyz").status } == 200)
    for width in 60..<70 {
      #expect(try await offPool { try other.get("/o/logo.png?w=\(width)", host: "beta.localhost").status } == 200)
    }
    let displaced = try await offPool { try clients[3].receive() }
    #expect(displaced.status == 503 && displaced.body.contains("overloaded"))
    #expect(displaced.field("retry-after") == "1")
    try await until { gate.departures.withLock { $0 } == 1 }
    #expect(service.host.work == 3)
    gate.open()
    for client in clients.prefix(3) { #expect(try await offPool { try client.receive().status } == 200) }
    try await until { service.host.work == 0 && service.host.claims.withLock { $0.count } == 0 }
    for client in clients + [other] { client.close() }
    quick.stop()
    try await stop(service)
  }

  @Test func aMissIsTurnedAwayBeforeItsOriginalIsFetched() async throws {
    let (service, port) = try await start {
      $0.threads = 1
      $0.maximumQueued = 0
    }
    let client = try TestClient(port: port)
    gate.open()
    #expect(try await offPool { try client.get("/o/logo.png?w=50").status } == 200)
    let blobs = [Workbench.original: try TestPictures.bytes("f.png")]
    let cancel = service.host.pixels.render(.long(timeoutMilliseconds: 60_000), blobs: blobs, of: Self.share) { _ in }
    let refused = try await offPool { try client.get("/o/logo.png?w=51") }
    #expect(refused.status == 503)
    #expect(refused.field("retry-after") == "1")
    #expect(origin.requestHeads.count == 1)
    #expect(try await offPool { try client.get("/readyz").status } == 200, "another workspace would find room")
    #expect(try await offPool { try client.get("/o/logo.png?w=50").field("cache-status") } == "imgedge; hit")
    #expect(try await offPool { try client.get("/o/logo.png?w=50", host: "beta.localhost").status } == 200)
    cancel()
    try await until { service.host.pixels.hasRoom(for: Self.share) }
    #expect(try await offPool { try client.get("/o/logo.png?w=51").status } == 200)
    client.close()
    try await stop(service)
  }

  @Test func originalsForWhichThereIsNoRoomAreTurnedAway() async throws {
    let bytes = try Self.sample("logo.png").readableBytes
    let (service, port) = try await start {
      $0.threads = 1
      $0.configuration.limits.maximumOriginalBytes = bytes
      $0.origins.maximumHeldBytes = bytes * 2 - 1
    }
    gate.open()
    // Nothing is drawn meanwhile: the first waits with its original.
    let blobs = [Workbench.original: try TestPictures.bytes("f.png")]
    let cancel = service.host.pixels.render(.long(timeoutMilliseconds: 600_000), blobs: blobs, of: Self.share) { _ in }
    let (first, second) = (try TestClient(port: port), try TestClient(port: port))
    first.send(Self.request("/o/logo.png?w=50"))
    try await until { service.host.origins.heldByteCount == bytes }
    let refused = try await offPool { try second.get("/o/logo.png?w=51") }
    #expect(refused.status == 503)
    #expect(refused.field("retry-after") == "1")
    #expect(origin.requestHeads.count == 2)
    cancel()
    #expect(try await offPool { try first.receive().status } == 200)
    try await until { service.host.origins.heldByteCount == 0 }
    #expect(try await offPool { try second.get("/o/logo.png?w=51").status } == 200)
    first.close()
    second.close()
    try await stop(service)
  }

  /// A slow origin lets many begin, whose originals then come at once.
  @Test func whatHasBegunDoesNotWaitInAnEndlessQueue() async throws {
    let (service, port) = try await start {
      $0.threads = 1
      $0.maximumQueued = 1
    }
    let blobs = [Workbench.original: try TestPictures.bytes("f.png")]
    let clients = try (0..<5).map { _ in try TestClient(port: port) }
    for (number, client) in clients.enumerated() { client.send(Self.request("/o/logo.png?w=\(50 + number)")) }
    try await until { gate.arrivals.withLock { $0 } == clients.count }
    let cancel = service.host.pixels.render(.long(timeoutMilliseconds: 60_000), blobs: blobs, of: Self.share) { _ in }
    gate.open()
    // One waits for the thread; the others are answered while it does.
    try await until { service.host.work == 1 }
    cancel()
    let statuses = try await offPool { try clients.map { try $0.receive().status } }
    #expect(statuses.count { $0 == 503 } == 4 && statuses.count { $0 == 200 } == 1)
    for client in clients { client.close() }
    try await stop(service)
  }

  @Test func stoppingEndsWhatIsInFlight() async throws {
    let (service, port) = try await start()
    let client = try TestClient(port: port)
    client.send(Self.request("/o/logo.png?w=50"))
    try await until { gate.arrivals.withLock { $0 } == 1 }
    async let stopped: Void = stop(service)
    try await until { !service.host.context.isReady }
    gate.open()
    let answer = try await offPool { try client.receive() }
    #expect(answer.status == 200)
    #expect(answer.field("connection") == "close")
    client.close()
    try await stopped
    #expect(throws: TestClient.Failure.self) { try TestClient(port: port) }
  }

  @Test func samplePicturesAreFoundByNameOnly() async throws {
    let (service, port) = try await start { $0.configuration = .demo }
    let statuses = try await offPool {
      let client = try TestClient(port: port)
      defer { client.close() }
      return try ["logo.png", "nothing.png", "%2e%2e/Service.swift", "/etc/passwd", "logo.png/x", "%00"].map {
        try client.get("/samples/\($0)?w=9", host: "demo.localhost").status
      }
    }
    #expect(statuses == [200, 404, 400, 400, 404, 400])
    try await stop(service)
  }
}
