import Testing

@testable import Server

@Suite struct MetricsResponderTests {
  @Test(
    "metrics are told at names of this machine only",
    arguments: [
      ("localhost", true), ("LOCALHOST:9000", true), ("localhost.:1", true), ("127.0.0.1:9000", true),
      ("127.1.2.3", true),
      ("[::1]", true), ("[::1]:9000", true), ("", false), ("example.com", false), ("localhost.example.com", false),
      ("127.0.0.1.example.com", false), ("notlocalhost", false), ("[::2]", false), ("localhost:80:80", false),
      ("a@localhost", false), ("128.0.0.1", false),
    ])
  func hosts(authority: String, isLoopback: Bool) {
    #expect(MetricsResponder.isLoopback(authority) == isLoopback)
  }
}
