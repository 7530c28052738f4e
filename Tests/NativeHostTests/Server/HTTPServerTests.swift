import EdgeHandler
import Glibc
import HTTPTypes
import NIOCore
import NIOPosix
import Synchronization
import Testing

@testable import Server

/// Answers with what it got; `/hold` later, when ``release()`` is called.
private final class EchoResponder: Responder {
  private let held = Mutex<[@Sendable () -> Void]>([])
  let cancelCount = Mutex(0)
  var heldCount: Int { held.withLock { $0.count } }

  func respond(
    to request: ServerRequest, on loop: any EventLoop, reply: @escaping @Sendable (ServerResponse) -> Void
  ) -> (@Sendable () -> Void)? {
    let head = request.head
    let text = "\(head.method) \(head.authority) \(head.target) \(head.isSecure) \(String(buffer: request.body))"
    let body = ByteBuffer(string: text)
    let response = ServerResponse(
      status: 200, fields: [.contentLength: String(body.readableBytes)], body: head.method == "HEAD" ? nil : body)
    guard head.target == "/hold" else {
      reply(response)
      return nil
    }
    held.withLock { $0.append { loop.execute { reply(response) } } }
    return { self.cancelCount.withLock { $0 += 1 } }
  }

  func release() {
    let replies = held.withLock { held in
      defer { held = [] }
      return held
    }
    for reply in replies { reply() }
  }

  func refuse(_ refusal: Refusal) -> ServerResponse {
    let body = ByteBuffer(string: "\(refusal)")
    return ServerResponse(status: 400, fields: [.contentLength: String(body.readableBytes)], body: body)
  }
}

@Suite(.ownThread) struct HTTPServerTests {
  private let responder = EchoResponder()

  private func server(
    _ change: (inout HTTPServer.Configuration) -> Void = { _ in },
    note: @escaping @Sendable (HTTPServer.Shortage) -> Void = { _ in }
  ) async throws -> (HTTPServer, Int) {
    var configuration = HTTPServer.Configuration()
    change(&configuration)
    let server = HTTPServer(
      configuration: configuration, group: MultiThreadedEventLoopGroup.singleton, responder: responder, note: note)
    let port = try await server.start().get().port
    return (server, try #require(port))
  }

  private func answers(
    to text: String, count: Int = 1, _ change: (inout HTTPServer.Configuration) -> Void = { _ in }
  ) async throws -> [TestClient.Answer] {
    let (server, port) = try await server(change)
    let answers = try await offPool {
      let client = try TestClient(port: port)
      defer { client.close() }
      client.send(text)
      return try (0..<count).map { _ in try client.receive(isBodyless: text.hasPrefix("HEAD")) }
    }
    try await server.drain(grace: .seconds(5)).get()
    return answers
  }

  /// Whether the connection is closed after one answer.
  private func answerAndClose(
    to text: String, _ change: (inout HTTPServer.Configuration) -> Void = { _ in }
  ) async throws -> (answer: TestClient.Answer, isClosed: Bool) {
    let (server, port) = try await server(change)
    let result = try await offPool {
      let client = try TestClient(port: port)
      defer { client.close() }
      client.send(text)
      return (try client.receive(), client.isClosed())
    }
    try await server.drain(grace: .seconds(5)).get()
    return result
  }

  // MARK: Requests

  @Test func pipelinedRequestsAreAnsweredInOrder() async throws {
    let text = (0..<50).map { "GET /\($0) HTTP/1.1\r\nHost: a\r\n\r\n" }.joined()
    let answers = try await answers(to: text, count: 50)
    #expect(answers.map(\.body) == (0..<50).map { "GET a /\($0) false " })
    #expect(answers.allSatisfy { $0.field("connection") == nil && $0.field("date") != nil })
  }

  @Test func aPipelinedRequestWaitsForTheOneBefore() async throws {
    let (server, port) = try await server()
    let client = try TestClient(port: port)
    client.send("GET /hold HTTP/1.1\r\nHost: a\r\n\r\nGET /next HTTP/1.1\r\nHost: a\r\n\r\n")
    try await until { responder.heldCount == 1 }
    responder.release()
    let bodies = try await offPool { [try client.receive().body, try client.receive().body] }
    #expect(bodies == ["GET a /hold false ", "GET a /next false "])
    client.close()
    try await server.drain(grace: .seconds(5)).get()
  }

  @Test func aHeadHasNoBody() async throws {
    let text = "HEAD /1 HTTP/1.1\r\nHost: a\r\n\r\nHEAD /2 HTTP/1.1\r\nHost: a\r\n\r\n"
    let answers = try await answers(to: text, count: 2)
    #expect(answers.map(\.status) == [200, 200])
    #expect(answers.map { $0.field("content-length") } == ["16", "16"])
  }

  @Test(arguments: [
    ("GET http://b.example:81/x?y HTTP/1.1\r\nHost: a\r\n\r\n", "GET b.example:81 /x?y false "),
    ("GET HTTPS://b?y HTTP/1.1\r\nHost: a\r\n\r\n", "GET b /?y false "),
    ("OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n", "OPTIONS a * false "),
    ("GET /x HTTP/1.1\r\nHost: a\r\nX-Forwarded-Proto: https\r\n\r\n", "GET a /x false "),
    ("GET //b/x HTTP/1.1\r\nHost: a\r\n\r\n", "GET a //b/x false "),
    ("GET /http://b/x HTTP/1.1\r\nHost:\r\n\r\n", "GET  /http://b/x false "),
    ("POST /x HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nabc", "POST a /x false "),
  ])
  func targetsAndHosts(text: String, body: String) async throws {
    #expect(try await answers(to: text).map(\.body) == [body])
  }

  @Test func theProtocolIsBelievedFromATrustedProxyOnly() async throws {
    let text = "GET /x HTTP/1.1\r\nHost: a\r\nX-Forwarded-Proto: https\r\n\r\n"
    #expect(try await answers(to: text) { $0.trustsForwardedProtocol = true }.map(\.body) == ["GET a /x true "])
  }

  @Test func aURLOf60KiBReachesTheResponder() async throws {
    let target = "/" + String(repeating: "a", count: 60 << 10)
    let answers = try await answers(to: "GET \(target) HTTP/1.1\r\nHost: a\r\n\r\n")
    #expect(answers.map(\.body) == ["GET a \(target) false "])
  }

  @Test func http10ClosesUnlessAskedNotTo() async throws {
    let closing = try await answerAndClose(to: "GET /x HTTP/1.0\r\n\r\n")
    #expect(closing.answer.body == "GET  /x false ")
    #expect(closing.isClosed)
    let keeping = try await answers(
      to: "GET /x HTTP/1.0\r\nConnection: keep-alive\r\n\r\nGET /y HTTP/1.0\r\nConnection: keep-alive\r\n\r\n", count: 2
    )
    #expect(keeping.map { $0.field("connection") } == ["keep-alive", "keep-alive"])
  }

  @Test func connectionCloseIsObeyed() async throws {
    let (answer, isClosed) = try await answerAndClose(
      to: "GET /x HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\nGET /y HTTP/1.1\r\nHost: a\r\n\r\n")
    #expect(answer.field("connection") == "close")
    #expect(isClosed)
  }

  // MARK: What is refused

  @Test(arguments: [
    "GET /x HTTP/1.1\r\n\r\n",
    "GET /x HTTP/1.1\r\nHost: a\r\nHost: a\r\n\r\n",
    "GET /x\r\n\r\n",
    "GET /x HTTP/1.1\r\nHost: a\r\nNo colon\r\n\r\n",
    "GET /x HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n",
    "GET /x HTTP/1.1\r\nHost: a\r\nContent-Length: -1\r\n\r\n",
    "\u{16}\u{3}\u{1}\u{2}\0\u{1}",
  ])
  func whatIsMalformedIsRefusedAndTheConnectionClosed(text: String) async throws {
    let (answer, isClosed) = try await answerAndClose(to: text)
    #expect(answer.status == 400)
    #expect(answer.body == "malformed")
    #expect(isClosed)
  }

  @Test(
    "what is too long, and another version of HTTP, have refusals of their own",
    arguments: [
      ("GET /x HTTP/1.1\r\nHost: a\r\nX: " + String(repeating: "a", count: 100 << 10) + "\r\n\r\n", "headTooLong"),
      ("GET /x HTTP/1.1\r\nHost: a\r\n" + String(repeating: "X: y\r\n", count: 256) + "\r\n", "headTooLong"),
      ("GET /" + String(repeating: "a", count: 100 << 10) + " HTTP/1.1\r\nHost: a\r\n\r\n", "targetTooLong"),
      ("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", "versionNotSupported"),
    ])
  func refusals(text: String, refusal: String) async throws {
    let (answer, isClosed) = try await answerAndClose(to: text)
    #expect(answer.body == refusal)
    #expect(isClosed)
  }

  @Test(
    "an upgrade or an unknown method ends nothing",
    arguments: [
      "GET /1 HTTP/1.1\r\nHost: a\r\nConnection: upgrade\r\nUpgrade: h2c\r\n\r\n",
      "POST /1 HTTP/1.1\r\nHost: a\r\nConnection: upgrade\r\nUpgrade: h2c\r\nContent-Length: 3\r\n\r\nabc",
      "brew /1 HTTP/1.1\r\nHost: a\r\n\r\n",
    ])
  func connectionGoesOn(text: String) async throws {
    let answers = try await answers(to: text + "GET /2 HTTP/1.1\r\nHost: a\r\n\r\n", count: 2)
    #expect(answers.map(\.status) == [200, 200])
    #expect(answers.last?.body == "GET a /2 false ")
  }

  @Test(
    "CONNECT ends the connection, and a chunked body of HTTP/1.0 too",
    arguments: [
      "CONNECT a:80 HTTP/1.1\r\nHost: a\r\n\r\n",
      "POST /1 HTTP/1.0\r\nConnection: keep-alive\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    ])
  func connectionEnds(text: String) async throws {
    let (answer, isClosed) = try await answerAndClose(to: text + "GET /2 HTTP/1.1\r\nHost: a\r\n\r\n")
    #expect(answer.field("connection") == "close")
    #expect(isClosed)
  }

  @Test(arguments: ["Host: a", "Transfer-Encoding: chunked\r\n\r\nno number"])
  func theRefusalOfAHeadHasNoBody(rest: String) async throws {
    let (server, port) = try await server()
    try await offPool {
      let client = try TestClient(port: port)
      defer { client.close() }
      client.send("HEAD /x HTTP/1.1\r\nHost: a\r\n\(rest)\r\n\r\n")
      let answer = try client.receive(isBodyless: true)
      #expect(answer.status == 400)
      #expect(answer.field("content-length") == "9")
      #expect(client.isClosed())
    }
    try await server.drain(grace: .seconds(5)).get()
  }

  @Test func whatCameBeforeIsAnsweredFirst() async throws {
    let answers = try await answers(to: "GET /x HTTP/1.1\r\nHost: a\r\n\r\nnonsense\r\n\r\n", count: 2)
    #expect(answers.map(\.status) == [200, 400])
  }

  // MARK: Bodies

  @Test func bodiesThatAreNotWantedAreDroppedAndLargeOnesEndTheConnection() async throws {
    let small = "POST /x HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n"
    #expect(try await answers(to: small + small, count: 2).map(\.body) == ["POST a /x false ", "POST a /x false "])
    for length in ["Content-Length: 5", "Content-Length: 1\r\nExpect: 100-continue"] {
      let (answer, isClosed) = try await answerAndClose(to: "POST /x HTTP/1.1\r\nHost: a\r\n\(length)\r\n\r\n") {
        $0.body = .discard(maximumBytes: 4)
      }
      #expect(answer.field("connection") == "close")
      #expect(isClosed)
    }
    let (answer, isClosed) = try await answerAndClose(
      to: "POST /x HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nabcde\r\n"
    ) { $0.body = .discard(maximumBytes: 4) }
    #expect(answer.status == 200)
    #expect(isClosed)
  }

  @Test func bodiesAreCollectedUpToALimit() async throws {
    let collects: (inout HTTPServer.Configuration) -> Void = { $0.body = .collect(maximumBytes: 5) }
    let chunked = "POST /x HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n"
    #expect(try await answers(to: chunked, collects).map(\.body) == ["POST a /x false abcde"])
    for text in [
      "POST /x HTTP/1.1\r\nHost: a\r\nContent-Length: 6\r\n\r\n",
      "POST /x HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n6\r\nabcdef\r\n",
    ] {
      let (answer, isClosed) = try await answerAndClose(to: text, collects)
      #expect(answer.body == "bodyTooLarge")
      #expect(isClosed)
    }
  }

  @Test func aCallerThatAsksIsToldToContinue() async throws {
    let answers = try await answers(
      to: "POST /x HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\nExpect: 100-continue\r\n\r\nabc", count: 2
    ) { $0.body = .collect(maximumBytes: 5) }
    #expect(answers.map(\.status) == [100, 200])
    #expect(answers.last?.body == "POST a /x false abc")
  }

  // MARK: Life

  @Test func aRequestThatDoesNotEndIsGivenUp() async throws {
    let (server, port) = try await server { $0.requestTimeout = .milliseconds(100) }
    for text in ["", "GET /x HT", "GET /x HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\na"] {
      let isClosed = try await offPool {
        let client = try TestClient(port: port)
        defer { client.close() }
        client.send(text)
        return client.isClosed()
      }
      #expect(isClosed)
    }
    try await server.drain(grace: .seconds(5)).get()
  }

  @Test func anIdleConnectionIsClosed() async throws {
    let (server, port) = try await server { $0.idleTimeout = .milliseconds(100) }
    let isClosed = try await offPool {
      let client = try TestClient(port: port)
      defer { client.close() }
      _ = try client.get("/x")
      return client.isClosed()
    }
    #expect(isClosed)
    try await server.drain(grace: .seconds(5)).get()
  }

  @Test func aCallerThatGoesAwayCancels() async throws {
    let (server, port) = try await server()
    let client = try TestClient(port: port)
    client.send("GET /hold HTTP/1.1\r\nHost: a\r\n\r\n")
    try await until { responder.heldCount == 1 }
    client.close()
    try await until { responder.cancelCount.withLock { $0 } == 1 }
    responder.release()
    try await server.drain(grace: .seconds(5)).get()
  }

  @Test("beyond the limit a newcomer is told so, and a connection is not kept alive")
  func connectionLimit() async throws {
    let shortages = Shortages()
    let (server, port) = try await server({ $0.maximumConnections = 1 }, note: shortages.add)
    let first = try TestClient(port: port)
    try await until { server.connectionCount == 1 }
    let (turnedAway, head, silent) = (
      try TestClient(port: port), try TestClient(port: port), try TestClient(port: port)
    )
    let answers = try await offPool {
      head.send("HEAD /3 HTTP/1.1\r\nHost: a\r\n\r\n")
      // One that says nothing is not waited for long. Room is made by not keeping the connection alive.
      return [
        try turnedAway.get("/2"), try head.receive(isBodyless: true), try silent.receive(), try first.get("/1"),
      ]
    }
    #expect(answers.map(\.body) == ["overloaded", "", "overloaded", "GET acme.localhost /1 false "])
    #expect(answers.allSatisfy { $0.field("connection") == "close" })
    let areClosed = try await offPool { [first, turnedAway, head, silent].allSatisfy { $0.isClosed() } }
    #expect(areClosed)
    for client in [first, turnedAway, head, silent] { client.close() }
    try await until { server.connectionCount == 0 }
    let next = try TestClient(port: port)
    let body = try await offPool { try next.get("/4").body }
    #expect(body == "GET acme.localhost /4 false ")
    next.close()
    #expect(shortages.all == [.connections(1)])
    try await server.drain(grace: .seconds(5)).get()
  }

  @Test("those that are told that there is no room are bounded; the others wait")
  func turnedAwayLimit() async throws {
    let (server, port) = try await server {
      $0.maximumConnections = 1
      $0.maximumTurnedAway = 1
    }
    let first = try TestClient(port: port)
    try await until { server.connectionCount == 1 }
    let clients = try (0..<4).map { _ in try TestClient(port: port) }
    let answers = try await offPool {
      for client in clients { client.send("GET /x HTTP/1.1\r\nHost: a\r\n\r\n") }
      return try clients.map { client in
        defer { client.close() }
        return try client.receive().body
      }
    }
    first.close()
    #expect(answers == Array(repeating: "overloaded", count: 4))
    try await server.drain(grace: .seconds(5)).get()
  }

  private final class Shortages: Sendable {
    private let notes = Mutex<[HTTPServer.Shortage]>([])
    var all: [HTTPServer.Shortage] { notes.withLock { $0 } }
    var add: @Sendable (HTTPServer.Shortage) -> Void { { note in self.notes.withLock { $0.append(note) } } }
  }

  // MARK: Half-closure

  @Test("a caller that closes its sending half gets all answers, and then the end")
  func halfClosure() async throws {
    let (server, port) = try await server()
    let client = try TestClient(port: port)
    client.send("GET /hold HTTP/1.1\r\nHost: a\r\n\r\nGET /next HTTP/1.1\r\nHost: a\r\n\r\n")
    client.endInput()
    try await until { responder.heldCount == 1 }
    // The first bytes of the answer come before it is made.
    try await Task.sleep(for: .milliseconds(100))
    #expect(responder.cancelCount.withLock { $0 } == 0)
    responder.release()
    let bodies = try await offPool { [try client.receive().body, try client.receive().body] }
    #expect(bodies == ["GET a /hold false ", "GET a /next false "])
    let isClosed = try await offPool { client.isClosed() }
    #expect(isClosed)
    client.close()
    try await server.drain(grace: .seconds(5)).get()
  }

  @Test("an answer that is larger than the socket's buffer reaches a caller that has closed its sending half")
  func halfClosureOfLargeAnswer() async throws {
    let target = "/" + String(repeating: "a", count: 60 << 10)
    let (server, port) = try await server()
    let client = try TestClient(port: port)
    client.send(String(repeating: "GET \(target) HTTP/1.1\r\nHost: a\r\n\r\n", count: 100))
    client.endInput()
    let bodies = try await offPool { try (0..<100).map { _ in try client.receive().body } }
    #expect(bodies == Array(repeating: "GET a \(target) false ", count: 100))
    let isClosed = try await offPool { client.isClosed() }
    #expect(isClosed)
    client.close()
    try await server.drain(grace: .seconds(5)).get()
  }

  @Test("half a request at the end of the input is refused")
  func halfRequest() async throws {
    let (server, port) = try await server()
    let client = try TestClient(port: port)
    client.send("GET /x HTTP/1.1\r\nHost: a\r\n")
    client.endInput()
    let body = try await offPool { try client.receive().body }
    #expect(body == "malformed")
    client.close()
    try await server.drain(grace: .seconds(5)).get()
  }

  @Test func itsSocketsAreNotForProgramsThatThisProcessStarts() async throws {
    let (server, port) = try await server()
    let client = try TestClient(port: port)
    let isAnswered = try await offPool { try client.get("/x").status == 200 }
    #expect(isAnswered)
    // The client's own has another port on this side.
    let flags = (3..<Int32(getdtablesize())).filter { localPort($0) == port }.map { fcntl($0, F_GETFD) }
    #expect(flags == [FD_CLOEXEC, FD_CLOEXEC])
    client.close()
    try await server.drain(grace: .seconds(5)).get()
  }

  private func localPort(_ descriptor: Int32) -> Int? {
    var address = sockaddr_in()
    var length = socklen_t(MemoryLayout<sockaddr_in>.size)
    let code = withUnsafeMutablePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { getsockname(descriptor, $0, &length) }
    }
    return code == 0 && address.sin_family == AF_INET ? Int(UInt16(bigEndian: address.sin_port)) : nil
  }

  @Test func drainingAnswersWhatIsInFlightAndClosesTheRest() async throws {
    let (server, port) = try await server()
    let (idle, busy) = (try TestClient(port: port), try TestClient(port: port))
    _ = try await offPool { try idle.get("/x") }
    busy.send("GET /hold HTTP/1.1\r\nHost: a\r\n\r\n")
    try await until { responder.heldCount == 1 }
    let drained = server.drain(grace: .seconds(60))
    #expect(try await offPool { idle.isClosed() })
    #expect(throws: TestClient.Failure.self) { try TestClient(port: port) }
    responder.release()
    let answer = try await offPool { try busy.receive() }
    #expect(answer.field("connection") == "close")
    #expect(try await offPool { busy.isClosed() })
    idle.close()
    busy.close()
    try await drained.get()
  }

  @Test func drainingEndsWhenItsTimeIsOver() async throws {
    let (server, port) = try await server()
    let client = try TestClient(port: port)
    client.send("GET /hold HTTP/1.1\r\nHost: a\r\n\r\n")
    try await until { responder.heldCount == 1 }
    try await server.drain(grace: .milliseconds(50)).get()
    #expect(responder.cancelCount.withLock { $0 } == 1)
    #expect(try await offPool { client.isClosed() })
    client.close()
  }
}
