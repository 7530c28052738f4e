import Foundation
import TestSupport
import Testing

/// Two readers of HTTP, one for each build, agree on what is a request and what is none, where the cases end.
@Suite(.enabled(if: Layout.deployment == nil && Layout.onlyBuild == nil)) struct DamagedRequestTests {
  private static let streams = [
    "GET /healthz HTTP/1.1\r\nHost: a\r\nConnection: upgrade\r\nUpgrade: h2c\r\n\r\nHEAD /healthz HTTP/1.0\r\n\r\n",
    "POST /a HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nabcde\r\nGET / HTTP/1.9\r\nHost:\ta \t\r\n\r\n",
    "POST /a HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: Chunked\r\n\r\n3;a=\"b\"\r\nabc\r\n0A\r\n0123456789\r\n00\r\nT: u\r\n\r\n",
    "HEAD /healthz HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\nget / HTTP/1.1\r\nHost: a\r\n\r\n",
    "GET http://a/é?ü HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\nab",
    "CONNECT a:1 HTTP/1.1\r\nHost: a\r\n\r\nGET /healthz HTTP/1.1\r\nHost: a\r\n\r\n",
    "GET /healthz HTTP/1.0\r\nConnection: keep-alive\r\n\r\nOPTIONS * HTTP/1.0\r\n\r\n",
  ]
  private static let pieces = [
    "\r\n", "\n", "\r", " ", "\t", ":", "\0", "\u{7f}", "é", ",", ";", "0", "9", "f", "\r\n\r\n",
    "Content-Length: 3\r\n",
    "Transfer-Encoding: chunked\r\n", "Transfer-Encoding:\r\n", "Host: x\r\n", "HTTP/2.0", "HTTP/1.0", "close", "HEAD ",
    "\u{feff}",
  ]

  private static func damaged(_ generator: inout SeededGenerator) -> [UInt8] {
    var bytes = Array((streams.randomElement(using: &generator) ?? "").utf8)
    for _ in 0..<Int.random(in: 1...4, using: &generator) {
      let place = Int.random(in: 0..<bytes.count, using: &generator)
      switch Int.random(in: 0..<4, using: &generator) {
      case 0, 1: bytes.insert(contentsOf: (pieces.randomElement(using: &generator) ?? "").utf8, at: place)
      case 2: bytes.removeSubrange(place..<min(place + 2, bytes.count))
      default: bytes[place] = UInt8.random(in: 0...255, using: &generator)
      }
      if bytes.isEmpty { bytes = [0] }
    }
    return bytes
  }

  /// Without what depends on the clock and on the connection.
  private static func comparable(_ answers: [UInt8]) -> String {
    String(decoding: answers, as: UTF8.self).replacing(/(?:Date|Connection): [^\r]*\r\n/, with: "")
      .replacing(/HTTP\/1\.1 ([0-9]+) [^\r]*/) { "\($0.1)" }
  }

  @Test("both builds answer damaged requests alike", arguments: 0..<4 as Range<UInt64>)
  func agreement(seed: UInt64) async throws {
    let differences = try await Turnstile.shared.pass {
      let clients = try Run.shared.get().builds.map { try $0.client.get() }
      var generator = SeededGenerator(seed: seed)
      return try (0..<250).compactMap { _ -> String? in
        let bytes = Self.damaged(&generator)
        let answers = try clients.map { Self.comparable(try $0.answers(to: bytes)) }
        return Set(answers).count == 1 ? nil : "\(String(decoding: bytes, as: UTF8.self).debugDescription): \(answers)"
      }
    }
    #expect(differences.isEmpty, "\(differences.prefix(3))")
  }
}
