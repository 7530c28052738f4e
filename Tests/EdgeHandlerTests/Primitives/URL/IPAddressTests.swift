import TestSupport
import Testing

@testable import EdgeHandler

/// Against Python's `ipaddress`, whose tables are IANA's registries of special-purpose addresses.
@Suite struct IPAddressTests {
  @Test(arguments: [
    "127.0.0.1", "127.255.255.255", "10.1.2.3", "172.16.0.1", "172.31.255.255", "192.168.1.1", "169.254.169.254",
    "100.64.0.1", "100.100.100.200", "100.127.255.255", "0.0.0.0", "0.1.2.3", "192.0.0.192", "192.0.2.1", "198.18.0.1",
    "198.19.255.255", "198.51.100.1", "203.0.113.1", "224.0.0.1", "239.255.255.255", "240.0.0.1", "255.255.255.255",
    "168.63.129.16", "::", "::1", "::ffff:127.0.0.1", "::ffff:10.0.0.1", "::ffff:169.254.169.254", "::127.0.0.1",
    "64:ff9b::7f00:1", "64:ff9b::808:808", "64:ff9b:1::1", "2002:7f00:1::", "2002:808:808::", "2001::1", "2001:db8::1",
    "3fff::1", "fc00::1", "fd00:ec2::254", "fdff::1", "fe80::1", "fec0::1", "ff02::1", "100::1", "5f00::1", "4000::1",
    "::ffff:0:127.0.0.1", "fe80::1%eth0",
  ])
  func notPublic(text: String) throws {
    #expect(try #require(IPAddress(parsing: text)).isPublic == false)
  }

  @Test(arguments: [
    "1.1.1.1", "8.8.8.8", "100.63.255.255", "100.128.0.0", "172.15.255.255", "172.32.0.0", "169.253.255.255",
    "11.0.0.0",
    "126.255.255.255", "128.0.0.0", "192.167.255.255", "223.255.255.255", "::ffff:8.8.8.8", "2606:4700::1111",
    "2a00:1450:4001::1", "2400::1", "2003::1",
  ])
  func isPublic(text: String) throws {
    #expect(try #require(IPAddress(parsing: text)).isPublic)
  }

  /// What we call public Python calls global; the other way round we are stricter in places that the comment names.
  @Test func whatIsPublicIsGlobalToPython() throws {
    var generator = SeededGenerator(seed: 5)
    var addresses: [IPAddress] = []
    for _ in 0..<3000 {
      addresses.append(.v4(UInt32.random(in: 0...UInt32.max, using: &generator)))
      addresses.append(.v6(IPv6Address(high: generator.next(), low: generator.next())))
      addresses.append(.v6(IPv6Address(high: 0x2000 << 48 | generator.next() >> 3, low: generator.next())))
      addresses.append(.v6(IPv6Address(high: 0, low: 0xFFFF_0000_0000 | generator.next() >> 32)))
    }
    let theirs = try PythonScript.lines(
      """
      import ipaddress, sys
      for line in sys.stdin.read().split("\\n"):
          address = ipaddress.ip_address(line)
          address = getattr(address, "ipv4_mapped", None) or address
          print(int(address.is_global and not address.is_multicast))
      """, input: addresses.map(\.description))
    var publicCount = 0
    for (address, theirs) in zip(addresses, theirs) where address.isPublic {
      publicCount += 1
      #expect(theirs == "1", "\(address)")
    }
    // Of the IPv4 addresses about seven in eight are public, mapped or not.
    #expect(publicCount > 4000)
  }

  @Test func textAgreesWithPython() throws {
    var generator = SeededGenerator(seed: 6)
    let seeds = ["1.2.3.4", "::1", "2001:db8:0:0:1::1", "::ffff:1.2.3.4", "1:2:3:4:5:6:7:8", "fe80::a:0:b"]
    let alphabet = Array("0123456789abcdefABF:.g").map(String.init)
    let texts = (0..<4000).map { index in
      var text = Array(seeds[index % seeds.count]).map(String.init)
      for _ in 0..<Int.random(in: 0...3, using: &generator) {
        let place = Int.random(in: 0..<text.count, using: &generator)
        if Bool.random(using: &generator) {
          text.remove(at: place)
        } else {
          text.insert(alphabet.randomElement(using: &generator) ?? "0", at: place)
        }
        if text.isEmpty { text = ["0"] }
      }
      return text.joined()
    }
    let theirs = try PythonScript.lines(
      """
      import ipaddress, sys
      for line in sys.stdin.read().split("\\n"):
          try: print(int(ipaddress.ip_address(line)))
          except ValueError: print("-")
      """, input: texts)
    for (text, theirs) in zip(texts, theirs) {
      let ours: String =
        switch IPAddress(parsing: text) {
        case nil: "-"
        case .v4(let address)?: String(address)
        case .v6(let address)?: String(UInt128(address.high) << 64 | UInt128(address.low))
        }
      #expect(ours == theirs, "\(text)")
    }
  }

  @Test(arguments: [
    ("10.0.0.0/8", "10.255.255.255", true), ("10.0.0.0/8", "11.0.0.0", false), ("10.1.2.3/8", "10.0.0.0", true),
    ("1.2.3.4", "1.2.3.4", true), ("1.2.3.4", "1.2.3.5", false), ("0.0.0.0/0", "255.1.1.1", true),
    ("0.0.0.0/0", "::1", false), ("::/0", "::1", true), ("::/0", "1.2.3.4", false), ("fd00::/8", "fdff::1", true),
    ("fd00::/8", "fe00::", false), ("127.0.0.0/8", "::ffff:127.0.0.1", true),
    ("::ffff:127.0.0.0/104", "127.1.1.1", true),
    ("2001:db8::/65", "2001:db8:0:0:7fff::", true), ("2001:db8::/65", "2001:db8:0:0:8000::", false),
    ("::1/128", "::1", true), ("::1/128", "::2", false),
  ])
  func aNetworkHoldsItsAddresses(network: String, address: String, holds: Bool) throws {
    let network = try #require(IPNetwork(parsing: network))
    #expect(network.contains(try #require(IPAddress(parsing: address))) == holds)
    #expect(IPNetwork(parsing: network.description) == network)
  }

  @Test(arguments: [
    "", "/", "1.2.3.4/", "1.2.3.4/33", "1.2.3.4/-1", "1.2.3.4/08", "1.2.3.4/8/8", "1.2.3/8", "::/129", "::1%eth0/64",
    "a/8",
    "1.2.3.4/ 8", "1.2.3.4/9999999999999999999",
  ])
  func noNetwork(text: String) {
    #expect(IPNetwork(parsing: text) == nil)
  }
}
