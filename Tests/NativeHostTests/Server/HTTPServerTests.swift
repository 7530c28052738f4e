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

  private func server(_ change: (inout HTTPServer.Configuration) -> Void = { _ in }) async throws -> (HTTPServer, Int) {
    var configuration = HTTPServer.Configuration()
    change(&configuration)
    let server = HTTPServer(
      configuration: configuration, group: MultiThreadedEventLoopGroup.singleton, responder: responder)
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
    "GET /x HTTP/1.1\r\nHost: a\r\nX: " + String(repeating: "a", count: 100 << 10) + "\r\n\r\n",
    "\u{16}\u{3}\u{1}\u{2}\0\u{1}",
  ])
  func whatIsMalformedIsRefusedAndTheConnectionClosed(text: String) async throws {
    let (answer, isClosed) = try await answerAndClose(to: text)
    #expect(answer.status == 400)
    #expect(answer.body == "malformed")
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

  @Test func beyondTheLimitConnectionsWait() async throws {
    let (server, port) = try await server { $0.maximumConnections = 1 }
    let first = try TestClient(port: port)
    let second = try TestClient(port: port)
    let answer = try await offPool {
      let answer = try first.get("/1")
      #expect(first.isClosed())
      first.close()
      return (answer, try second.get("/2"))
    }
    // Room is made by not keeping the connection alive.
    #expect(answer.0.field("connection") == "close")
    #expect(answer.1.body == "GET a.localhost /2 false ")
    second.close()
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
