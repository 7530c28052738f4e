import EdgeHandler
import HTTPTypes
import NIOCore
import Outputs
import Testing

@testable import Server

@Suite struct RecentHitsTests {
  private func request(_ target: String, fields: HTTPFields = [:], method: String = "GET") -> Request {
    Request(method: method, authority: "a.localhost", target: target, isSecure: false, fields: fields)
  }

  private func hit(byteCount: Int = 3) throws -> RecentHits.Hit {
    let key = try #require(CacheKey(hex: String(repeating: "0", count: 64)))
    return RecentHits.Hit(
      key: key, byteCount: byteCount, mediaType: "image/png", response: ServerResponse(status: 200), sendsBody: true)
  }

  @Test func whatTheHandlerReadsTellsRequestsApart() {
    let plain = RequestIdentity(request("/a"))
    #expect(plain == RequestIdentity(request("/a", fields: [.userAgent: "x"])))
    #expect(plain != RequestIdentity(request("/b")))
    #expect(plain != RequestIdentity(request("/a", method: "HEAD")))
    for name in Request.decisiveFields {
      #expect(plain != RequestIdentity(request("/a", fields: [name: "x"])))
      #expect(
        RequestIdentity(request("/a", fields: [name: "x"])) != RequestIdentity(request("/a", fields: [name: "y"])))
    }
  }

  @Test func noMoreThanTwoGenerationsAreKept() throws {
    var hits = RecentHits(generationSize: 10)
    let first = RequestIdentity(request("/0"))
    hits.insert(try hit(), for: first)
    for number in 1..<20 {
      hits.insert(try hit(), for: RequestIdentity(request("/\(number)")))
      #expect(hits.find(first) != nil)
    }
    for number in 100..<120 { hits.insert(try hit(), for: RequestIdentity(request("/\(number)"))) }
    #expect(hits.find(first) == nil)
    #expect(hits.find(RequestIdentity(request("/119"))) != nil)
  }

  @Test("memory is bounded in bytes, and a request with long fields is not remembered")
  func memory() throws {
    var hits = RecentHits(generationSize: 10_000, generationBytes: 100_000)
    let accept = String(repeating: "x", count: 2000)
    let identities = (0..<200).map { RequestIdentity(request("/\($0)", fields: [.accept: accept])) }
    for identity in identities { hits.insert(try hit(), for: identity) }
    let kept = identities.count { hits.find($0) != nil }
    #expect((1...100).contains(kept))
    let large = RequestIdentity(request("/large", fields: [.accept: String(repeating: "x", count: 8000)]))
    hits.insert(try hit(), for: large)
    #expect(hits.find(large) == nil)
  }

  @Test func anotherOutputIsNotAnsweredWithTheHeadOfTheFirst() throws {
    let hit = try hit()
    let same = Output(body: ByteBuffer(string: "abc"), mediaType: "image/png", expires: 1)
    #expect(hit.answer(with: same)?.body == same.body)
    #expect(hit.answer(with: Output(body: ByteBuffer(string: "abcd"), mediaType: "image/png", expires: 1)) == nil)
    #expect(hit.answer(with: Output(body: ByteBuffer(string: "abc"), mediaType: "image/gif", expires: 1)) == nil)
  }
}
