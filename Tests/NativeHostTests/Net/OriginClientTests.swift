import EdgeHandler
import Foundation
import NIOCore
import Synchronization
import Testing

@testable import Net

extension OriginClient {
  /// May connect to loopback.
  convenience init(_ change: (inout Configuration) -> Void = { _ in }) {
    var configuration = Configuration()
    configuration.allowedNetworks = ["127.0.0.0/8", "::1/128"]
    change(&configuration)
    self.init(configuration: configuration)
  }

  func fetch(
    _ url: String, of workspace: String, timeoutMilliseconds: Int = 300_000
  ) async -> Fetched {
    let request = OutboundRequest(
      .url(url), fields: [.init(name: "x-share", value: workspace)], maximumBytes: 1 << 20,
      timeoutMilliseconds: timeoutMilliseconds)
    return await withCheckedContinuation { continuation in
      _ = fetch(request, of: Share(workspace: workspace)) { continuation.resume(returning: $0) }
    }
  }

  func fetch(
    _ url: String, fields: [OutboundRequest.Field] = [], maximumBytes: Int = 1 << 20, timeoutMilliseconds: Int = 300_000
  ) async -> Fetched {
    let request = OutboundRequest(
      .url(url), fields: fields, maximumBytes: maximumBytes, timeoutMilliseconds: timeoutMilliseconds)
    return await withCheckedContinuation { continuation in
      _ = fetch(request) { continuation.resume(returning: $0) }
    }
  }
}

extension Fetched {
  var failure: FetchFailure? {
    if case .failed(let failure) = self { failure } else { nil }
  }

  var status: Int? {
    if case .response(let status, _, _, _, _, _, _, _) = self { status } else { nil }
  }

  var location: String? {
    if case .response(_, let location, _, _, _, _, _, _) = self { location } else { nil }
  }

  var contentType: String? {
    if case .response(_, _, let contentType, _, _, _, _, _) = self { contentType } else { nil }
  }

  var body: String? {
    if case .response(_, _, _, _, _, let body, _, _) = self { String(buffer: body) } else { nil }
  }
}

private func response(_ status: String = "200 OK", _ fields: String..., body: String = "") -> String {
  let lines = ["HTTP/1.1 " + status] + fields + ["Content-Length: \(body.utf8.count)"]
  return lines.joined(separator: "\r\n") + "\r\n\r\n" + body
}

@Suite(.ownThread) struct OriginClientTests {
  let client = OriginClient()

  // MARK: Plain exchanges

  @Test func returnsBodyAndContentType() async throws {
    let origin = try TestOrigin.answering(response("200 OK", "Content-Type:  image/png ", body: "pixels"))
    let fetched = await client.fetch(origin.url)
    #expect(fetched.status == 200)
    #expect(fetched.body == "pixels")
    #expect(fetched.contentType == "image/png")
    #expect(fetched.location == nil)
  }

  @Test func sendsTheFieldsOfTheRequestAndNoOthers() async throws {
    let origin = try TestOrigin.answering(response())
    _ = await client.fetch(
      origin.url + "/a/../b%2F?x=1&y=%20#fragment",
      fields: [.init(name: "x-a", value: "1"), .init(name: "x-empty", value: "")])
    let lines = try #require(origin.requestHeads.first).split(separator: "\r\n").map(String.init)
    #expect(lines.first == "GET /image/a/../b%2F?x=1&y=%20 HTTP/1.1")
    #expect(
      Set(lines.dropFirst()) == ["Host: 127.0.0.1:\(origin.port)", "x-a: 1", "x-empty:"])
  }

  @Test func leavesOutItsOwnFieldsWhereTheRequestHasThem() async throws {
    let origin = try TestOrigin.answering(response())
    _ = await client.fetch(
      origin.url, fields: [.init(name: "accept", value: "image/png"), .init(name: "host", value: "signed.example")])
    let head = try #require(origin.requestHeads.first)
    #expect(head.contains("accept: image/png\r\n"))
    #expect(!head.contains("image/*"))
    #expect(head.contains("\r\nHost: signed.example\r\n"))
    #expect(!head.contains("127.0.0.1"))
  }

  @Test(arguments: [("x-a", "1\r\nx-b: 2"), ("x-a", "1\u{0}"), ("x a", "1"), ("x-a:", "1"), ("", "1"), ("x\r\ny", "1")])
  func sendsNothingWithAFieldThatIsNone(name: String, value: String) async throws {
    let origin = try TestOrigin.answering(response())
    #expect(await client.fetch(origin.url, fields: [.init(name: name, value: value)]).failure == .unreachable)
    #expect(origin.connectionCount == 0)
  }

  @Test func usesAConnectionAgain() async throws {
    let origin = try TestOrigin.answering(response(body: "pixels"))
    for _ in 0..<5 { #expect(await client.fetch(origin.url).body == "pixels") }
    #expect(origin.connectionCount == 1)
  }

  @Test func connectsAnewWhenTheOriginHasClosed() async throws {
    let origin = try TestOrigin { connection in
      _ = connection.readRequest()
      connection.send(response(body: "pixels"))
    }
    for _ in 0..<3 { #expect(await client.fetch(origin.url).body == "pixels") }
    #expect(origin.connectionCount == 3)
  }

  @Test func readsAChunkedBody() async throws {
    let origin = try TestOrigin.answering(
      "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\npix\r\n3\r\nels\r\n0\r\nLocation: /trailer\r\n\r\n")
    let fetched = await client.fetch(origin.url)
    #expect(fetched.body == "pixels")
    #expect(fetched.location == nil)
  }

  @Test func readsABodyThatEndsWithTheConnection() async throws {
    let origin = try TestOrigin { connection in
      _ = connection.readRequest()
      connection.send("HTTP/1.1 200 OK\r\n\r\npixels")
    }
    #expect(await client.fetch(origin.url).body == "pixels")
  }

  @Test func readsALargeBody() async throws {
    let body = String(repeating: "0123456789abcdef", count: 600_000)
    let origin = try TestOrigin.answering(response(body: body))
    #expect(await client.fetch(origin.url, maximumBytes: 10_000_000).body == body)
  }

  @Test func skipsInterimResponses() async throws {
    let origin = try TestOrigin.answering(
      "HTTP/1.1 103 Early Hints\r\nLocation: /wrong\r\n\r\n" + response("302 Found", "Location: /right"))
    let fetched = await client.fetch(origin.url)
    #expect(fetched.status == 302)
    #expect(fetched.location == "/right")
  }

  // MARK: Answers that are not 200

  @Test func followsNoRedirect() async throws {
    let origin = try TestOrigin.answering(
      response("302 Found", "location: http://127.0.0.1:1/x", "Location: /second", body: "moved"))
    let fetched = await client.fetch(origin.url)
    #expect(fetched.status == 302)
    #expect(fetched.location == "http://127.0.0.1:1/x")
    #expect(fetched.body == "")
    #expect(origin.requestHeads.count == 1)
  }

  @Test("bytes of a Location above 0x7F are percent-encoded, whatever characters they are")
  func encodesLocations() async throws {
    let bytes =
      Array("HTTP/1.1 302 Found\r\nLocation: /".utf8) + [0xE9, 0xC3, 0xA9]
      + Array("%41?\r\nContent-Length: 0\r\n\r\n".utf8)
    let origin = try TestOrigin { connection in
      _ = connection.readRequest()
      connection.send(bytes)
    }
    #expect(await client.fetch(origin.url).location == "/%E9%C3%A9%41?")
  }

  @Test func drainsAShortUnwantedBodyToKeepTheConnection() async throws {
    let origin = try TestOrigin.answering(response("404 Not Found", body: "not here"))
    for _ in 0..<3 {
      let fetched = await client.fetch(origin.url)
      #expect(fetched.status == 404)
      #expect(fetched.body == "")
    }
    #expect(origin.connectionCount == 1)
  }

  @Test(arguments: ["Content-Length: 10000000000", "Transfer-Encoding: chunked", "X-Length: none"])
  func doesNotWaitForALongUnwantedBody(field: String) async throws {
    let origin = try TestOrigin { connection in
      _ = connection.readRequest()
      connection.send("HTTP/1.1 404 Not Found\r\n\(field)\r\n\r\n")
      connection.waitForClose()
    }
    #expect(await client.fetch(origin.url).status == 404)
  }

  @Test func keepsTheStatusWhenTheUnwantedBodyStalls() async throws {
    let origin = try TestOrigin { connection in
      _ = connection.readRequest()
      connection.send("HTTP/1.1 404 Not Found\r\nContent-Length: 10\r\n\r\n")
      connection.waitForClose()
    }
    #expect(await client.fetch(origin.url, timeoutMilliseconds: 3000).status == 404)
  }

  // MARK: Limits

  @Test func refusesByTheAnnouncedLengthBeforeTheBody() async throws {
    let origin = try TestOrigin { connection in
      _ = connection.readRequest()
      connection.send("HTTP/1.1 200 OK\r\nContent-Length: 1001\r\n\r\n")
      connection.waitForClose()
    }
    #expect(await client.fetch(origin.url, maximumBytes: 1000).failure == .tooLarge)
  }

  @Test func acceptsABodyOfExactlyTheLimit() async throws {
    let body = String(repeating: "x", count: 1000)
    let origin = try TestOrigin.answering(response(body: body))
    #expect(await client.fetch(origin.url, maximumBytes: 1000).body == body)
    #expect(await client.fetch(origin.url, maximumBytes: 999).failure == .tooLarge)
  }

  @Test func stopsAnEndlessBody() async throws {
    let origin = try TestOrigin { connection in
      _ = connection.readRequest()
      connection.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
      let chunk = "1000\r\n" + String(repeating: "x", count: 4096) + "\r\n"
      while connection.send(chunk) {}
    }
    #expect(await client.fetch(origin.url, maximumBytes: 1 << 20).failure == .tooLarge)
  }

  @Test func holdsSoManyBytesForAllExchangesAndNoMore() async throws {
    let body = String(repeating: "x", count: 1000)
    let origin = try TestOrigin.answering(response(body: body))
    let client = OriginClient { $0.maximumHeldBytes = 2999 }
    var kept = [await client.fetch(origin.url, maximumBytes: 1000), await client.fetch(origin.url, maximumBytes: 1000)]
    #expect(kept.map(\.body) == [body, body])
    #expect(client.heldByteCount == 2000)
    #expect(await client.fetch(origin.url, maximumBytes: 1000).failure == .overloaded)
    try await until { client.heldByteCount == 2000 }
    kept.removeLast()
    #expect(client.heldByteCount == 1000)
    kept.append(await client.fetch(origin.url, maximumBytes: 1000))
    #expect(kept.last?.body == body)
    kept = []
    // The transfer that has ended lets go of its body on the client's thread.
    try await until { client.heldByteCount == 0 }
  }

  @Test func holdsOneOriginalInAnyCase() async throws {
    let body = String(repeating: "x", count: 1000)
    let origin = try TestOrigin.answering(response(body: body))
    let client = OriginClient { $0.maximumHeldBytes = 0 }
    let first = await client.fetch(origin.url, maximumBytes: 1000)
    #expect(first.body == body)
    #expect(await client.fetch(origin.url, maximumBytes: 1000).failure == .overloaded)
  }

  @Test(arguments: ["", "HTTP/1.1 200 OK\r\n", "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n12345"])
  func givesUpWhenTheTimeIsOver(beginning: String) async throws {
    let origin = try TestOrigin { connection in
      _ = connection.readRequest()
      connection.send(beginning)
      connection.waitForClose()
    }
    #expect(await client.fetch(origin.url, timeoutMilliseconds: 200).failure == .timedOut)
  }

  @Test func givesUpOnADrip() async throws {
    let origin = try TestOrigin { connection in
      _ = connection.readRequest()
      connection.send("HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\n")
      while connection.send("x") { usleep(10_000) }
    }
    #expect(await client.fetch(origin.url, timeoutMilliseconds: 300).failure == .timedOut)
  }

  @Test func boundsTheHeader() async throws {
    let origin = try TestOrigin { connection in
      _ = connection.readRequest()
      connection.send("HTTP/1.1 200 OK\r\n")
      while connection.send("X-Flood: \(String(repeating: "x", count: 100))\r\n") {}
    }
    #expect(await client.fetch(origin.url).failure == .unreachable)
  }

  @Test func boundsInterimResponses() async throws {
    let origin = try TestOrigin { connection in
      _ = connection.readRequest()
      while connection.send("HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\n") {}
    }
    #expect(await client.fetch(origin.url).failure == .unreachable)
  }

  // MARK: Broken answers

  @Test(arguments: [
    "", "HTTP/1.1 200 OK\r\nContent-Le", "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n12345",
    "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n123",
    "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
    "HTTP/0.9 is only a body", "<html>", "SSH-2.0-OpenSSH\r\n", "HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n",
  ])
  func reportsABrokenAnswer(answer: String) async throws {
    let origin = try TestOrigin { connection in
      _ = connection.readRequest()
      connection.send(answer)
    }
    #expect(await client.fetch(origin.url).failure == .unreachable)
  }

  @Test func ignoresWhatFollowsTheAnnouncedLength() async throws {
    let origin = try TestOrigin { connection in
      while connection.readRequest() != nil {
        connection.send(
          "HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\npixels" + response("404 Not Found", body: "smuggled"))
      }
    }
    for _ in 0..<3 {
      let fetched = await client.fetch(origin.url)
      #expect(fetched.status == 200)
      #expect(fetched.body == "pixels")
    }
  }

  @Test func reportsARefusedConnectionAndAnUnknownName() async throws {
    let port = try TestOrigin.unusedPort()
    #expect(await client.fetch("http://127.0.0.1:\(port)/").failure == .unreachable)
    #expect(await client.fetch("http://name.invalid/").failure == .unreachable)
  }

  @Test func reportsAFailedHandshake() async throws {
    let origin = try TestOrigin { connection in connection.send("not TLS at all\r\n\r\n") }
    #expect(await client.fetch("https://127.0.0.1:\(origin.port)/").failure == .unreachable)
  }

  @Test(arguments: [
    "file:///etc/passwd", "ftp://127.0.0.1/", "gopher://127.0.0.1:%/", "dict://127.0.0.1:%/", "data:image/png,x", "",
    "http://",
    "http://user:secret@127.0.0.1:%/", "ws://127.0.0.1:%/",
  ])
  func speaksOnlyHTTP(url: String) async throws {
    let origin = try TestOrigin.answering(response())
    let url = url.split(separator: "%", omittingEmptySubsequences: false).joined(separator: "\(origin.port)")
    #expect(await client.fetch(url).failure == .unreachable)
    #expect(origin.connectionCount == 0)
  }

  // MARK: Content-Encoding

  /// 100,000 times `x`.
  private static let gzip =
    Data(
      base64Encoded:
        "H4sIAAAAAAACA+3BMQEAAADCoNqLbw0PoAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAIBXA3ERB/6ghgEA"
    ).map(Array.init) ?? []

  @Test func undoesGzipWithinTheLimit() async throws {
    let gzip = Self.gzip
    let origin = try TestOrigin { connection in
      while connection.readRequest() != nil {
        connection.send("HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: \(gzip.count)\r\n\r\n")
        connection.send(gzip)
      }
    }
    #expect(await client.fetch(origin.url, maximumBytes: 100_000).body == String(repeating: "x", count: 100_000))
    #expect(await client.fetch(origin.url, maximumBytes: 99_999).failure == .tooLarge)
  }

  @Test(
    "codings that are not undone are named",
    arguments: [
      ("gzip, gzip", FetchFailure.encoded(.several)), ("br", .encoded(.br)), ("zstd", .encoded(.zstd)),
      ("gzip\r\nContent-Encoding: gzip", .encoded(.several)), ("deflate", .unreachable),
    ])
  func refusesOtherCodings(coding: String, failure: FetchFailure) async throws {
    let origin = try TestOrigin.answering(response("200 OK", "Content-Encoding: " + coding, body: "pixels"))
    #expect(await client.fetch(origin.url).failure == failure)
  }

  @Test("what is no coding says nothing of the body", arguments: ["unknown", "none", "utf-8", "aws-chunked"])
  func takesOtherWordsForNone(coding: String) async throws {
    let origin = try TestOrigin.answering(response("200 OK", "Content-Encoding: " + coding, body: "pixels"))
    #expect(await client.fetch(origin.url).body == "pixels")
  }

  private static func member(_ text: String) -> [UInt8] {
    // One stored block, and the sums that RFC 1952 wants.
    let bytes = Array(text.utf8)
    let (count, sum) = (UInt16(bytes.count), crc32(bytes))
    func little(_ value: some FixedWidthInteger) -> [UInt8] { withUnsafeBytes(of: value.littleEndian) { Array($0) } }
    return [0x1F, 0x8B, 8, 0, 0, 0, 0, 0, 0, 255, 1] + little(count) + little(~count) + bytes + little(sum)
      + little(UInt32(bytes.count))
  }

  private static func crc32(_ bytes: [UInt8]) -> UInt32 {
    ~bytes.reduce(UInt32.max) { sum, byte in
      (0..<8).reduce(sum ^ UInt32(byte)) { sum, _ in sum & 1 == 1 ? sum >> 1 ^ 0xEDB8_8320 : sum >> 1 }
    }
  }

  @Test(
    "a body in gzip is all of its members",
    arguments: [
      (member("pixels"), "pixels"), (member("pix") + member("els"), "pixels"),
      (member("pixels") + [0, 0, 0], "pixels"), (member("pixels") + [0] + member("more"), "pixels"), (member(""), ""),
      (member("pixels") + Array("junk".utf8), nil), (member("pixels").dropLast(), nil),
      (member("pixels") + [0x1F], nil),
      (Array("not gzip".utf8), nil), ([], nil),
    ] as [([UInt8], String?)])
  func undoesGzip(bytes: [UInt8], text: String?) async throws {
    let origin = try Self.origin(gzip: bytes)
    let fetched = await client.fetch(origin.url)
    #expect(fetched.body == text)
    #expect(fetched.failure == (text == nil ? .unreachable : nil))
  }

  private static func origin(gzip bytes: [UInt8]) throws -> TestOrigin {
    try TestOrigin { connection in
      while connection.readRequest() != nil {
        connection.send("HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: \(bytes.count)\r\n\r\n")
        connection.send(bytes)
      }
    }
  }

  /// 80 MB of empty blocks, which come to nothing: work without a byte to bound it by.
  private static let idle: [UInt8] = {
    var bytes: [UInt8] = [0x1F, 0x8B, 8, 0, 0, 0, 0, 0, 0, 255]
    bytes.reserveCapacity(80_000_010)
    for _ in 0..<16_000_000 { bytes += [0, 0, 0, 0xFF, 0xFF] }
    return bytes
  }()

  @Test("while a body is inflated, others are fetched")
  func inflatesElsewhere() async throws {
    let (bomb, other) = (try Self.origin(gzip: Self.idle), try TestOrigin.answering(response(body: "pixels")))
    let isOver = Mutex(false)
    let request = OutboundRequest(.url(bomb.url), maximumBytes: 100_000_000, timeoutMilliseconds: 300_000)
    _ = client.fetch(request) { _ in isOver.withLock { $0 = true } }
    try await until { [client] in client.heldByteCount == Self.idle.count }
    // Taken off its connection, as the whole body is here.
    var count = 0
    while !isOver.withLock({ $0 }) {
      #expect(await client.fetch(other.url).body == "pixels")
      count += 1
    }
    #expect(count > 1)
    try await until { [client] in client.heldByteCount == 0 }
  }

  @Test("inflating is within the time limit")
  func inflatesInTime() async throws {
    let inflation = Inflation(
      compressed: ByteBuffer(bytes: Self.idle), coding: .gzip, maximumBytes: 1000, deadline: .now,
      holding: Holding(of: HeldBytes(maximum: 0), share: Share(), largest: 1000))
    guard case .failed(.timedOut) = await inflation.outcome() else {
      Issue.record("it goes on")
      return
    }
  }

  @Test("a body that is longer than allowed while compressed is refused")
  func boundsCompressedBytes() async throws {
    let origin = try Self.origin(gzip: Self.member("pixels"))
    #expect(await client.fetch(origin.url, maximumBytes: Self.member("pixels").count - 1).failure == .tooLarge)
  }

  @Test("compressed and inflated bytes are held together, and an original of the allowed size has room in any case")
  func holdsCompressedBytesToo() async throws {
    let origin = try Self.origin(gzip: Self.gzip)
    let client = OriginClient { $0.maximumHeldBytes = 0 }
    let first = await client.fetch(origin.url, maximumBytes: 100_000)
    #expect(first.body?.utf8.count == 100_000)
    #expect(client.heldByteCount == 100_000)
    #expect(await client.fetch(origin.url, maximumBytes: 100_000).failure == .overloaded)
  }
}
