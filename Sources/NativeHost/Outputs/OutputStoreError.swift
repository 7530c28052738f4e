import Glibc

/// The directory for outputs cannot be used.
public struct OutputStoreError: Error, Equatable, CustomStringConvertible {
  public let directory: String
  /// `errno` of what failed.
  public let code: Int32

  public var description: String {
    "cannot keep outputs in \(directory): \(String(cString: strerror(code)))"
  }
}
