/// Where a text stops being JSON, and why.
public struct JSONError: Error, Equatable, Sendable {
  /// Of the byte at fault, from the start of the text; equals the count of bytes where the text ends too early.
  public var offset: Int
  /// What a person should know, without a full stop.
  public var reason: String

  public init(offset: Int, reason: String) {
    self.offset = offset
    self.reason = reason
  }

  public static func == (left: JSONError, right: JSONError) -> Bool {
    left.offset == right.offset && left.reason == right.reason
  }
}
