/// What a host that is not written in Swift gives an instance at its start: the flags of `imgedge serve`, as JSON.
public struct Setup: Sendable {
  public var configuration = Configuration.demo
  /// Where other workspaces are than those of the configuration; `nil` where there are none.
  public var records: RecordAccess?
  /// Networks that may be connected to although they are not public.
  public var allowedNetworks: [IPNetwork] = []

  /// All members are optional. `workspaces` is the text of a configuration file, without which there is the workspace `demo`; the
  /// other members win over what that text says.
  public init(json text: [UInt8]) throws(ConfigurationError) {
    let json: JSON
    do {
      json = try JSON.parse(text, maximumBytes: Configuration.maximumBytes * 2)
    } catch {
      throw ConfigurationError("setup: not valid JSON at byte \(error.offset): \(error.reason)")
    }
    let record = try StrictObject(json, path: "setup")
    try record.allows([
      "workspaces", "baseDomain", "allowedNetworks", "fetchTimeoutMilliseconds", "maximumOriginalBytes",
      "maximumPixels", "transformTimeoutMilliseconds", "unwritable", "unreadable", "records",
    ])
    if try record.choice("records", of: [("host", true)]) != nil { records = .host }
    if let text = try record.text("workspaces") { configuration = try Configuration(json: Array(text.utf8)) }
    if let domain = try record.text("baseDomain") { configuration.baseDomain = try Configuration.baseDomain(domain) }
    for text in try record.texts("allowedNetworks") ?? [] {
      guard let network = IPNetwork(parsing: text) else {
        throw record.error("allowedNetworks", "\"\(text)\" is not a network such as 10.0.0.0/8 or fd00::/8")
      }
      allowedNetworks.append(network)
    }
    configuration.capabilities = Capabilities(
      namesOfUnwritable: try record.texts("unwritable") ?? [], unreadable: try record.texts("unreadable") ?? [])
    if let value = try record.count("fetchTimeoutMilliseconds") {
      configuration.limits.fetchTimeoutMilliseconds = value
    }
    if let value = try record.count("maximumOriginalBytes") { configuration.limits.maximumOriginalBytes = value }
    if let value = try record.count("maximumPixels") { configuration.limits.maximumPixels = value }
    if let value = try record.count("transformTimeoutMilliseconds") {
      configuration.limits.transformTimeoutMilliseconds = value
    }
  }
}
