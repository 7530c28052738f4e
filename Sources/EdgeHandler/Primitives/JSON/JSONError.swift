/// Where a text stops being JSON, and why.
public struct JSONError: Error, Equatable, Sendable {
  /// The offset in bytes of the fault; equals the length of the text where the text ends too early.
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
