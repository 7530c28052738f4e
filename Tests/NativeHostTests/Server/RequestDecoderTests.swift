import EdgeHandler
import NIOCore
import Testing
import TestSupport

@testable import Server

@Suite struct RequestDecoderTests {
  /// What a decoder makes of pieces, as text.
  private static func parts(of pieces: [ArraySlice<UInt8>]) -> [String] {
    var decoder = RequestDecoder()
    var input = ByteBuffer()
    var texts: [String] = []
    for piece in pieces {
      input.writeBytes(piece)
      do throws(Refusal) {
        while let part = try decoder.next(from: &input) {
          switch part {
          case .head(let head):
            let fields = head.fields.map { "\($0.name)=\($0.value)" }
            texts.append("\(head.method) \(head.target) \(head.isHTTP10) \(head.keepsAlive) \(fields)")
          case .body(let bytes):
            if texts.last?.hasPrefix("body ") != true { texts.append("body ") }
            texts[texts.count - 1] += String(buffer: bytes)
          case .end: texts.append("end")
          }
        }
      } catch {
        return texts + ["\(error) \(decoder.isHead)"]
      }
    }
    return texts
  }

  private static let streams = [
    "GET /a HTTP/1.1\r\nHost: a\r\n\r\nHEAD /b HTTP/1.0\r\n\r\n",
    "POST /a HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nabcde\r\n\r\nGET / HTTP/1.9\r\nHost:\t b \t\r\n\r\n",
    "POST /a HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: Chunked\r\n\r\n3;a=\"b\"\r\nabc\r\n0A\r\n0123456789\r\n00\r\nT: u\r\n\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n",
    "GET /é%20?ü HTTP/1.1\r\nHost: a\r\nX: é\r\n\r\n",
    "HEAD /a HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabcd",
    "GET /a HTTP/1.1\r\nHost: a\r\n\r\nno request\r\n",
  ]

  @Test("where bytes are cut into pieces changes nothing", arguments: streams)
  func pieces(stream: String) {
    let bytes = Array(stream.utf8)[...]
    let whole = Self.parts(of: [bytes])
    for cut in 0...bytes.count { #expect(Self.parts(of: [bytes[..<cut], bytes[cut...]]) == whole) }
    #expect(Self.parts(of: bytes.map { [$0][...] }) == whole)
  }

  @Test(
    "what the parts are",
    arguments: zip(
      streams,
      [
        ["GET /a false true [\"Host=a\"]", "end", "HEAD /b true false []", "end"],
        [
          "POST /a false true [\"Host=a\", \"Content-Length=5\"]", "body abcde", "end", "GET / false true [\"Host=b\"]",
          "end",
        ],
        [
          "POST /a false true [\"Host=a\", \"Transfer-Encoding=Chunked\"]", "body abc0123456789", "end",
          "GET / false true [\"Host=a\"]", "end",
        ],
        ["GET /%C3%A9%20?%C3%BC false true [\"Host=a\", \"X=é\"]", "end"],
        ["HEAD /a false true [\"Host=a\", \"Transfer-Encoding=chunked\"]", "body abc", "malformed true"],
        ["GET /a false true [\"Host=a\"]", "end", "malformed false"],
      ]))
  func parts(stream: String, parts: [String]) {
    #expect(Self.parts(of: [Array(stream.utf8)[...]]) == parts)
  }

  @Test("damage neither traps nor is it read as anything but a request or a refusal")
  func damage() {
    var generator = SeededGenerator(seed: 9)
    for _ in 0..<20_000 {
      var bytes = Array(Self.streams.randomElement(using: &generator)?.utf8 ?? "".utf8)
      for _ in 0..<Int.random(in: 1...4, using: &generator) {
        let place = Int.random(in: 0..<bytes.count, using: &generator)
        switch Int.random(in: 0..<3, using: &generator) {
        case 0:
          bytes[place] =
            [0, 9, 10, 13, 32, 48, 58, 127, 200, UInt8.random(in: 0...255, using: &generator)].randomElement(
              using: &generator) ?? 0
        case 1: bytes.insert([10, 13, 32, 58].randomElement(using: &generator) ?? 0, at: place)
        default: bytes.remove(at: place)
        }
      }
      _ = Self.parts(of: [bytes[...]])
    }
  }

  @Test("a head may be as long as the limit, and no longer", arguments: [-1, 0, 1])
  func limit(excess: Int) {
    let start = "GET / HTTP/1.1\r\nHost: a\r\nX: "
    let count = RequestDecoder.maximumHeadBytes + 1 - start.utf8.count - 4 + excess
    let head = start + String(repeating: "x", count: count) + "\r\n\r\n"
    let isRefused = Self.parts(of: [Array(head.utf8)[...]]) == ["headTooLong false"]
    #expect(isRefused == (excess > 0))
  }
}
