import EdgeHandler
import Testing

@Suite struct ReceivedRequestTests {
  private func request(_ target: String, isSecure: Bool = false) throws -> Request {
    try #require(
      Request(ReceivedRequest(method: "GET", target: target, fields: [("Host", "a.localhost")], isSecure: isSecure)))
  }

  @Test("bytes past ASCII in a target are taken for their escapes, and nothing else is changed")
  func escapes() throws {
    #expect(try request("/é?ü=%c3%bc\u{1F600}").target == "/%C3%A9?%C3%BC=%c3%bc%F0%9F%98%80")
    #expect(try request("/a%2fb\"<>").target == "/a%2fb\"<>")
  }

  @Test(
    "a target of https is misdirected unless the connection is encrypted",
    arguments: [
      ("https://a.localhost/x", false, true), ("HTTPS://a.localhost/x", false, true), ("https://", false, true),
      ("https://a.localhost/x", true, false), ("http://a.localhost/x", false, false), ("/https://a/", false, false),
      ("/x?y=https://a/", false, false), ("httpsx://a/", false, false),
    ])
  func misdirection(target: String, isSecure: Bool, isMisdirected: Bool) throws {
    #expect(try request(target, isSecure: isSecure).isMisdirected == isMisdirected)
  }
}
