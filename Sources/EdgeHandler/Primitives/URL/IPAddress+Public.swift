extension IPAddress {
  /// Whether this is the address of a machine on the public internet, so that fetching from it on a stranger's word reaches
  /// nothing that the stranger could not reach.
  ///
  /// Follows the IANA IPv4 and IPv6 Special-Purpose Address Registries (RFC 6890) and the multicast registries, in doubt
  /// against the address: anycast blocks of protocols are refused with the rest of their block, and so is every IPv6 address
  /// that carries an IPv4 address through a translator or tunnel, whatever it carries, because the way on is not ours to see.
  /// Only an IPv4-mapped address counts as what it carries: the connection is one over IPv4.
  public var isPublic: Bool {
    switch unmapped {
    case .v4(let address): !Self.specialIPv4.contains { $0.contains(address) }
    case .v6(let address):
      // Outside 2000::/3 nothing is global unicast (RFC 4291, section 2.4): this refuses ::, ::1, compatible ::/96, translated
      // ::ffff:0:0:0/96, NAT64 64:ff9b::/96 and 64:ff9b:1::/48, discard-only 100::/64, 5f00::/16, unique-local fc00::/7
      // with the AWS metadata service at fd00:ec2::254, link-local fe80::/10, site-local fec0::/10 and multicast ff00::/8.
      address.high >> 61 == 0b001 && !Self.specialIPv6.contains { $0.contains(address) }
    }
  }

  private struct IPv4Block {
    let prefix: UInt32
    let length: UInt32

    init(_ prefix: UInt32, _ length: UInt32) {
      self.prefix = prefix
      self.length = length
    }

    func contains(_ address: UInt32) -> Bool {
      (address ^ prefix) >> (32 - length) == 0
    }
  }

  /// With the metadata services of the clouds, which have link-local, shared or protocol addresses, Azure's excepted.
  private static let specialIPv4: [IPv4Block] = [
    IPv4Block(0x0000_0000, 8),  // 0.0.0.0/8, this network (RFC 791)
    IPv4Block(0x0A00_0000, 8),  // 10.0.0.0/8, private (RFC 1918)
    IPv4Block(0x6440_0000, 10),  // 100.64.0.0/10, shared (RFC 6598), with Alibaba's 100.100.100.200
    IPv4Block(0x7F00_0000, 8),  // 127.0.0.0/8, loopback (RFC 1122)
    IPv4Block(0xA83F_8110, 32),  // 168.63.129.16, Azure's metadata and DNS service
    IPv4Block(0xA9FE_0000, 16),  // 169.254.0.0/16, link-local (RFC 3927), with 169.254.169.254
    IPv4Block(0xAC10_0000, 12),  // 172.16.0.0/12, private (RFC 1918)
    IPv4Block(0xC000_0000, 24),  // 192.0.0.0/24, protocol assignments (RFC 6890)
    IPv4Block(0xC000_0200, 24),  // 192.0.2.0/24, documentation (RFC 5737)
    IPv4Block(0xC058_6300, 24),  // 192.88.99.0/24, 6to4 relays (RFC 7526)
    IPv4Block(0xC0A8_0000, 16),  // 192.168.0.0/16, private (RFC 1918)
    IPv4Block(0xC612_0000, 15),  // 198.18.0.0/15, benchmarking (RFC 2544)
    IPv4Block(0xC633_6400, 24),  // 198.51.100.0/24, documentation (RFC 5737)
    IPv4Block(0xCB00_7100, 24),  // 203.0.113.0/24, documentation (RFC 5737)
    IPv4Block(0xE000_0000, 4),  // 224.0.0.0/4, multicast (RFC 5771)
    IPv4Block(0xF000_0000, 4),  // 240.0.0.0/4, reserved (RFC 1112), with limited broadcast
  ]

  private struct IPv6Block {
    let prefix: UInt64
    let length: UInt64

    init(_ prefix: UInt64, _ length: UInt64) {
      self.prefix = prefix
      self.length = length
    }

    func contains(_ address: IPv6Address) -> Bool {
      (address.high ^ prefix) >> (64 - length) == 0
    }
  }

  /// Within 2000::/3, none longer than 64 bits.
  private static let specialIPv6: [IPv6Block] = [
    IPv6Block(0x2001_0000_0000_0000, 23),  // 2001::/23, protocols (RFC 2928), with Teredo (RFC 4380)
    IPv6Block(0x2001_0DB8_0000_0000, 32),  // 2001:db8::/32, documentation (RFC 3849)
    IPv6Block(0x2002_0000_0000_0000, 16),  // 2002::/16, 6to4 (RFC 3056)
    IPv6Block(0x3FFF_0000_0000_0000, 20),  // 3fff::/20, documentation (RFC 9637)
  ]
}
