import EdgeHandler
import Glibc
import Synchronization
import Testing

@testable import Net

/// Small exchanges with a service. `wasm/tests/exchange.test.mjs` has the same for Deno.
@Suite(.ownThread) struct ExchangeTests {
  /// Loopback is open to nobody but the operator.
  private let client = OriginClient(configuration: OriginClient.Configuration())

  private func exchange(
    _ url: String, method: String = "POST", body: [UInt8] = Array("{}".utf8), reach: ExchangeRequest.Reach = .operators,
    timeoutMilliseconds: Int = 60_000, delayMilliseconds: Int = 0, client: OriginClient? = nil
  ) async -> ExchangeResult {
    let request = ExchangeRequest(
      method: method, url: url, fields: [.init(name: "content-type", value: "application/json")], body: body,
      reach: reach, timeoutMilliseconds: timeoutMilliseconds, delayMilliseconds: delayMilliseconds)
    return await withCheckedContinuation { continuation in
      _ = (client ?? self.client).exchange(request) { continuation.resume(returning: $0) }
    }
  }

  /// Reads the whole request and gives its body to `serve`.
  private static func server(_ serve: @escaping @Sendable (TestConnection, [UInt8]) -> Void) throws -> TestOrigin {
    try TestOrigin { connection in
      while let head = connection.readRequest() {
        let length = head.lowercased().firstMatch(of: /content-length: ([0-9]+)/).flatMap { Int($0.1) } ?? 0
        var body: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 1 << 16)
        while body.count < length {
          let count = recv(connection.descriptor, &buffer, min(buffer.count, length - body.count), 0)
          guard count > 0 else { return }
          body += buffer[..<count]
        }
        serve(connection, body)
      }
    }
  }

  private static func answering(_ text: String) throws -> TestOrigin {
    try server { connection, _ in
      connection.send(text)
      Glibc.shutdown(connection.descriptor, Int32(SHUT_RDWR))
    }
  }

  @Test("an exchange sends what it is told and nothing else")
  func plain() async throws {
    let bodies = Mutex<[[UInt8]]>([])
    let origin = try Self.server { connection, body in
      bodies.withLock { $0.append(body) }
      connection.send("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}")
    }
    #expect(await exchange(origin.url) == .response(status: 200, retryAfter: nil, body: Array("{}".utf8)))
    #expect(bodies.withLock { $0 } == [Array("{}".utf8)])
    let lines = try #require(origin.requestHeads.first).split(separator: "\r\n").map { $0.lowercased() }
    #expect(lines.first == "post /image http/1.1")
    #expect(
      Set(lines.dropFirst()) == [
        "host: 127.0.0.1:\(origin.port)", "content-type: application/json", "content-length: 2",
      ])
  }

  @Test(
    "methods, with content and without",
    arguments: [
      ("GET", 0, nil), ("PUT", 0, "0"), ("DELETE", 0, nil), ("PATCH", 3, "3"), ("POST", 2_000_000, "2000000"),
    ])
  func methods(method: String, count: Int, length: String?) async throws {
    let received = Mutex(-1)
    let origin = try Self.server { connection, body in
      received.withLock { $0 = body.count }
      connection.send("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}")
    }
    let result = await exchange(origin.url, method: method, body: Array(repeating: 0, count: count))
    #expect(result == .response(status: 200, retryAfter: nil, body: Array("{}".utf8)))
    let head = try #require(origin.requestHeads.first)
    #expect(head.hasPrefix("\(method) /image HTTP/1.1\r\n"))
    #expect(head.firstMatch(of: /Content-Length: ([0-9]+)/).map { String($0.1) } == length)
    #expect(received.withLock { $0 } == count)
    #expect(!head.lowercased().contains("expect"))
  }

  @Test("an exchange leaves nothing on the handle for the fetch after it")
  func handlesAreUsedAgain() async throws {
    let client = OriginClient()
    let origin = try Self.server { connection, _ in
      connection.send("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")
    }
    for _ in 0..<2 {
      #expect(
        await exchange(origin.url, method: "PUT", body: Array("abc".utf8), client: client)
          == .response(status: 200, retryAfter: nil, body: Array("ok".utf8)))
      #expect(await client.fetch(origin.url).body == "ok")
    }
    let lines = origin.requestHeads.map { $0.split(separator: "\r\n") }
    #expect(lines.map { $0.first.map { $0.prefix(4) } } == ["PUT ", "GET ", "PUT ", "GET "])
    #expect(lines[1].count == 2, "\(lines[1])")
  }

  @Test("each exchange has a connection of its own")
  func ownConnections() async throws {
    let origin = try Self.server { connection, _ in connection.send("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}") }
    for method in ["POST", "GET", "POST"] {
      #expect(
        await exchange(origin.url, method: method, body: [])
          == .response(status: 200, retryAfter: nil, body: Array("{}".utf8)))
    }
    #expect(origin.connectionCount == 3)
  }

  @Test("any status is an answer, and no redirect is followed", arguments: [201, 302, 400, 404, 429, 500, 503])
  func statuses(status: Int) async throws {
    let origin = try Self.answering(
      "HTTP/1.1 \(status) X\r\nLocation: /elsewhere\r\nRetry-After: 7\r\nContent-Length: 4\r\n\r\nwhat")
    #expect(await exchange(origin.url) == .response(status: status, retryAfter: "7", body: Array("what".utf8)))
    #expect(origin.requestHeads.count == 1)
  }

  @Test(
    "what is no whole answer is unanswered",
    arguments: [
      "garbage\r\n\r\n", "", "HTTP/1.1 200 OK\r\nContent-", "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nshort",
      "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n9\r\nshort",
      "HTTP/1.1 200 OK\r\nContent-Length: 4194305\r\n\r\n",
      "HTTP/1.1 200 OK\r\nX: " + String(repeating: "x", count: 70_000),
    ])
  func unanswered(text: String) async throws {
    let origin = try Self.answering(text)
    #expect(await exchange(origin.url) == .unanswered)
    #expect(origin.requestHeads.count == 1)
  }

  @Test("a body is bounded")
  func bounded() async throws {
    let endless = try TestOrigin { connection in
      _ = connection.readRequest()
      connection.send("HTTP/1.1 200 OK\r\n\r\n")
      while connection.send(String(repeating: "x", count: 1 << 16)) {}
    }
    #expect(await exchange(endless.url) == .unanswered)
    let body = String(repeating: "x", count: ExchangeRequest.maximumBytes)
    let longest = try Self.answering("HTTP/1.1 200 OK\r\nContent-Length: \(body.utf8.count)\r\n\r\n" + body)
    #expect(await exchange(longest.url) == .response(status: 200, retryAfter: nil, body: Array(body.utf8)))
  }

  @Test(
    "an exchange that gets no answer in time is unanswered",
    arguments: ["", "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nx"])
  func timeout(text: String) async throws {
    let origin = try TestOrigin { connection in
      _ = connection.readRequest()
      connection.send(text)
      connection.waitForClose()
    }
    #expect(await exchange(origin.url, timeoutMilliseconds: 300) == .unanswered)
  }

  @Test("an exchange that is cancelled ends")
  func cancelled() async throws {
    let origin = try TestOrigin { connection in
      _ = connection.readRequest()
      connection.waitForClose()
    }
    let request = ExchangeRequest(
      method: "POST", url: origin.url, fields: [], body: [], reach: .operators, timeoutMilliseconds: 60_000)
    let results = Mutex<[ExchangeResult]>([])
    let cancel = client.exchange(request) { result in results.withLock { $0.append(result) } }
    try await until { origin.requestHeads.count == 1 }
    cancel()
    try await until { results.withLock { $0 } == [.unanswered] }
    var delayed = request
    delayed.delayMilliseconds = 200
    let cancelDelayed = client.exchange(delayed) { result in results.withLock { $0.append(result) } }
    cancelDelayed()
    try await until { results.withLock { $0 } == [.unanswered, .notSent] }
    // Longer than the delay.
    try await Task.sleep(for: .milliseconds(500))
    #expect(origin.requestHeads.count == 1 && results.withLock { $0.count } == 2)
  }

  @Test("the delay comes before the exchange and is not part of its time")
  func delayed() async throws {
    let origin = try Self.answering("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}")
    let start = ContinuousClock.now
    let result = await exchange(origin.url, timeoutMilliseconds: 5000, delayMilliseconds: 300)
    #expect(result == .response(status: 200, retryAfter: nil, body: Array("{}".utf8)))
    #expect(ContinuousClock.now - start >= .milliseconds(300))
  }

  @Test("what cannot be connected to is not sent")
  func refused() async throws {
    #expect(await exchange("http://127.0.0.1:\(try TestOrigin.unusedPort())/") == .notSent)
    #expect(await exchange("http://name.invalid/") == .notSent)
    #expect(await exchange("ftp://127.0.0.1/") == .notSent)
    #expect(await exchange("") == .notSent)
    let origin = try TestOrigin { connection in connection.send("no TLS here, but more than five bytes") }
    #expect(await exchange("https://127.0.0.1:\(origin.port)/") == .notSent)
  }

  @Test("TLS that nobody answers is not sent")
  func silentTLS() async throws {
    let origin = try TestOrigin { $0.waitForClose() }
    #expect(await exchange("https://127.0.0.1:\(origin.port)/", timeoutMilliseconds: 300) == .notSent)
  }

  @Test("the public reach is for addresses that are permitted")
  func reach() async throws {
    let origin = try Self.answering("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}")
    #expect(await exchange(origin.url, reach: .public) == .notSent)
    #expect(origin.connectionCount == 0)
    #expect(await exchange(origin.url, reach: .public, client: OriginClient()) != .notSent)
    #expect(origin.connectionCount == 1)
    // After an exchange of the operator's, the same handle is as strict as before.
    #expect(await exchange(origin.url, reach: .operators) != .notSent)
    #expect(await exchange(origin.url, reach: .public) == .notSent)
    #expect(origin.connectionCount == 2)
  }

  @Test("after the shutdown nothing is sent")
  func shutDown() async throws {
    let client = OriginClient()
    client.shutdown()
    #expect(await exchange("http://127.0.0.1:1/", client: client) == .notSent)
    #expect(await exchange("http://127.0.0.1:1/", delayMilliseconds: 20, client: client) == .notSent)
  }
}
