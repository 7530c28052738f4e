import EdgeHandler
import Glibc
import Net
import Testing

private let answer = "HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\npixels"

/// Addresses are judged when the connection is made, however they were come by.
@Suite struct OriginClientAddressTests {
  @Test(arguments: [
    "127.0.0.1", "127.1.2.3", "localhost", "a.localhost", "0.0.0.0", "0", "2130706433", "0x7f.1",
  ])
  func refusesIPv4LoopbackByDefault(host: String) async throws {
    let origin = try TestOrigin.answering(answer)
    let client = OriginClient(configuration: .init())
    #expect(await client.fetch("http://\(host):\(origin.port)/").failure == .addressRefused)
    #expect(origin.connectionCount == 0)
  }

  @Test(arguments: ["[::1]", "[::]", "[::ffff:127.0.0.1]", "[::ffff:7f00:1]", "[::127.0.0.1]", "localhost"])
  func refusesIPv6LoopbackByDefault(host: String) async throws {
    let origin = try TestOrigin(family: AF_INET6) { connection in connection.send(answer) }
    let client = OriginClient(configuration: .init())
    #expect(await client.fetch("http://\(host):\(origin.port)/").failure == .addressRefused)
    #expect(origin.connectionCount == 0)
  }

  @Test(arguments: [
    "10.0.0.1", "172.16.0.1", "192.168.0.1", "169.254.169.254", "100.64.0.1", "224.0.0.1", "255.255.255.255",
    "[fe80::1]",
    "[fd00:ec2::254]", "[ff02::1]", "[64:ff9b::7f00:1]", "[2002:7f00:1::]",
  ])
  func refusesOtherAddressesThatAreNotPublic(host: String) async {
    let client = OriginClient()
    #expect(await client.fetch("http://\(host)/").failure == .addressRefused)
    #expect(await client.fetch("https://\(host)/").failure == .addressRefused)
  }

  @Test func connectsWithinAnAllowedNetwork() async throws {
    let origin = try TestOrigin.answering(answer)
    let client = OriginClient { $0.allowedNetworks = ["127.0.0.0/8"] }
    #expect(await client.fetch(origin.url).body == "pixels")
    #expect(await client.fetch("http://localhost:\(origin.port)/").body == "pixels")
    #expect(await client.fetch("http://[::ffff:127.0.0.1]:\(origin.port)/").body == "pixels")
    #expect(await client.fetch("http://[::1]:\(origin.port)/").failure == .addressRefused)
  }

  @Test func connectsOnlyToThePermittedAddressesOfAName() async throws {
    // `localhost` is ::1 first, and something listens there.
    let port = try TestOrigin.answering(answer).port
    let client = OriginClient { $0.allowedNetworks = ["127.0.0.1/32"] }
    #expect(await client.fetch("http://localhost:\(port)/").body == "pixels")
    let other = OriginClient { $0.allowedNetworks = ["::1/128"] }
    let failure = await other.fetch("http://localhost:\(port)/").failure
    #expect(failure == .unreachable, "one address was permitted, and nobody listened there")
  }

  @Test func connectsOverIPv6() async throws {
    let origin = try TestOrigin(family: AF_INET6) { connection in
      _ = connection.readRequest()
      connection.send(answer)
    }
    let client = OriginClient { $0.allowedNetworks = ["::1/128"] }
    #expect(await client.fetch("http://[::1]:\(origin.port)/").body == "pixels")
  }

  @Test func aNetworkThatCannotBeReadOpensNothing() async throws {
    let origin = try TestOrigin.answering(answer)
    let client = OriginClient { $0.allowedNetworks = ["127.0.0.1/33", "localhost", "*", ""] }
    #expect(await client.fetch(origin.url).failure == .addressRefused)
  }

  @Test func takesNoProxyFromTheEnvironment() async {
    // In a process of its own, for the environment is shared and changing it is not safe beside other threads.
    await #expect(processExitsWith: .success) {
      let proxy = try TestOrigin.answering(answer)
      let origin = try TestOrigin.answering("HTTP/1.1 204 No Content\r\n\r\n")
      for name in ["http_proxy", "all_proxy", "ALL_PROXY"] { setenv(name, "http://127.0.0.1:\(proxy.port)", 1) }
      try #require(await OriginClient().fetch(origin.url).status == 204)
      try #require(proxy.connectionCount == 0)
    }
  }
}
