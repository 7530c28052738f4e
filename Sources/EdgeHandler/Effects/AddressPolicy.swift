/// Which addresses a host may connect to for an original: public ones, and those that the operator has opened. A host asks for the address
/// itself, after the look-up of the name and before the connection, so that no name can change in between.
public struct AddressPolicy: Sendable {
  public var allowedNetworks: [IPNetwork]

  public init(allowedNetworks: [IPNetwork]) {
    self.allowedNetworks = allowedNetworks
  }

  public func permits(_ address: IPAddress) -> Bool {
    address.isPublic || allowedNetworks.contains { $0.contains(address) }
  }
}
