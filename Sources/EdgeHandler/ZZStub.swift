// Stand-ins until the URL and JSON parsers land: delete this file with them.
public struct JSONError: Error { public var offset = 0; public var reason = "" }
extension JSON {
  public static func parse(_ t: [UInt8]) throws(JSONError) -> JSON { throw JSONError() }
  public func serialized() -> [UInt8] { [] }
  public var string: String? { nil }
  public var int: Int? { nil }
  public var array: [JSON]? { nil }
  public var members: [Member]? { nil }
  public static func int(_ v: Int) -> JSON { .null }
}
public enum URLProblem: Error { case a; public var detail: String { "" } }
public struct IPv6Address: Hashable, Sendable {}
public enum Host: Sendable, Hashable, CustomStringConvertible {
  case domain(String), ipv4(UInt32), ipv6(IPv6Address)
  public init(parsing: some Collection<UInt8>) throws(URLProblem) { throw .a }
  public var description: String { "" }
}
public struct WebURL: Sendable, Equatable {
  public var host: Host; public var path: String; public var query: String?; public var serialized: String;
  public var origin: String
  public init(parsing: String) throws(URLProblem) { throw .a }
  public func resolving(_ r: String) throws(URLProblem) -> WebURL { throw .a }
}
public struct Query: Sendable {
  public struct Item: Sendable { public var name: String; public var value: String? }; public var items: [Item];
  public init(parsing: some Collection<UInt8>) { items = [] }
}
public enum PercentCoding {
  public enum Kept { case path, unreservedAndSlash }
  public static func decode(_: some Collection<UInt8>) -> [UInt8]? { nil }
  public static func encode(_: some Collection<UInt8>, keeping: Kept) -> String { "" }
}
public enum SignatureV4 {
  static func sign(
    method: String, path: String, host: String, region: String, service: String, accessKeyId: String,
    secretAccessKey: String, now: Int64
  ) -> [OutboundRequest.Field] { [] }
}
extension WebURL { var authority: String { "" } }
