import EdgeHandler
import NIOCore

/// An output as the store keeps it.
public struct Output: Sendable, Equatable {
  public var body: ByteBuffer
  public var mediaType: String
  /// Unix time in seconds from which on the output is not served any more.
  public var expires: Int64

  public init(body: ByteBuffer, mediaType: String, expires: Int64) {
    self.body = body
    self.mediaType = mediaType
    self.expires = expires
  }
}

/// Outputs in memory (least recently used go first, bounded) over disk (bounded, expiring).
public final class OutputStore: Sendable {
  public init(directory: String?, maximumMemoryBytes: Int, maximumDiskBytes: Int) throws {}

  /// Memory only, fast enough for an event loop.
  public func lookUpInMemory(_ key: CacheKey, now: Int64) -> Output? { nil }

  /// Memory, then disk. Calls `completion` once, on a thread of the store or at once.
  public func lookUp(_ key: CacheKey, now: Int64, completion: @escaping @Sendable (Output?) -> Void) { completion(nil) }

  /// In memory when this returns; on disk soon after.
  public func store(_ output: Output, under key: CacheKey) {}
}
