import EdgeHandler
import Glibc
import NIOCore
import Synchronization

/// Outputs in memory (least recently used go first, bounded) over disk (bounded, expiring).
///
/// A cache and nothing else: what it loses is made again, so it never fails once it is made. A full or broken disk makes it
/// forget, and a damaged file is an absent one.
public final class OutputStore: Sendable {
  public struct Usage: Sendable, Equatable {
    public var memoryCount: Int
    public var memoryBytes: Int
    public var diskCount: Int
    public var diskBytes: Int
  }

  /// What an entry takes beside its body, roughly: nodes, keys, the buffer's objects.
  private static let overheadBytes = 256

  private let maximumMemoryBytes: Int
  private let memory: Memory
  private let disk: DiskStore?

  /// - Parameters:
  ///   - directory: Made if it is missing, shared by any number of processes; `nil` to keep outputs in memory only.
  ///   - maximumMemoryBytes: An output larger than an eighth of it is kept on disk only, so that one does not drive out many.
  ///   - maximumDiskBytes: In blocks as a file system allocates them. Each process that shares the directory keeps to its own
  ///     bound, so give them the same.
  ///   - clock: Unix time in seconds, for sweeping.
  /// - Throws: ``OutputStoreError`` when the directory cannot be made or written to.
  public init(
    directory: String?, maximumMemoryBytes: Int, maximumDiskBytes: Int,
    clock: @escaping @Sendable () -> Int64 = { Int64(time(nil)) }
  ) throws {
    self.maximumMemoryBytes = maximumMemoryBytes
    let memory = Memory()
    self.memory = memory
    disk =
      if let directory, maximumDiskBytes > 0 {
        try DiskStore(
          directory: directory, maximumBytes: maximumDiskBytes, clock: clock,
          isInMemory: { digest in memory.entries.withLock { $0.contains(digest) } })
      } else { nil }
  }

  deinit {
    disk?.close()
  }

  public var usage: Usage {
    let (memoryCount, memoryBytes) = memory.entries.withLock { ($0.count, $0.totalCost) }
    let (diskCount, diskBytes) = disk?.usage ?? (0, 0)
    return Usage(memoryCount: memoryCount, memoryBytes: memoryBytes, diskCount: diskCount, diskBytes: diskBytes)
  }

  /// Memory only, fast enough for an event loop.
  public func lookUpInMemory(_ key: CacheKey, now: Int64) -> Output? {
    guard let digest = OutputDigest(key) else { return nil }
    return lookUpInMemory(digest, now: now)
  }

  /// Memory, then disk, which of an original has a marker (``Output/isMarker``). Calls `completion` once, on a thread of the store or at once.
  public func lookUp(_ key: CacheKey, now: Int64, completion: @escaping @Sendable (Output?) -> Void) {
    guard let digest = OutputDigest(key) else { return completion(nil) }
    if let output = lookUpInMemory(digest, now: now) { return completion(output) }
    guard let disk else { return completion(nil) }
    disk.lookUp(digest, now: now) { [weak self] output in
      if let self, let output, !output.isMarker { remember(output, digest) }
      completion(output)
    }
  }

  /// In memory when this returns (unless it is too large for that); on disk soon after, an original as a marker.
  public func store(_ output: Output, under key: CacheKey) {
    guard let digest = OutputDigest(key) else { return }
    let output = output.compact
    remember(output, digest)
    disk?.store(output.isOriginal ? output.marker : output, under: digest)
  }

  /// Returns when all that has been stored is on disk. Blocks: for the end of a process, not for an event loop.
  public func flush() {
    disk?.flush()
  }

  private func lookUpInMemory(_ digest: OutputDigest, now: Int64) -> Output? {
    memory.entries.withLock { entries in
      guard let output = entries.use(digest) else { return nil }
      if output.expires > now { return output }
      entries.remove(digest)
      return nil
    }
  }

  private func remember(_ output: Output, _ digest: OutputDigest) {
    let cost = output.body.storageCapacity + Self.overheadBytes
    var former: Output?
    var evicted: [(key: OutputDigest, value: Output)] = []
    memory.entries.withLock { entries in
      // Also where the new one is too large: the former one is not to be served any more.
      former = entries.remove(digest)
      guard cost <= maximumMemoryBytes / 8 else { return }
      entries.insert(output, for: digest, cost: cost)
      while entries.totalCost > maximumMemoryBytes, let oldest = entries.removeOldest() { evicted.append(oldest) }
    }
    // What is given up is freed here, after the lock.
    _ = former
    if let disk { for (digest, _) in evicted { disk.noteUse(digest) } }
  }
}

/// In a class, so that the disk can ask it without holding the store.
private final class Memory: Sendable {
  let entries = Mutex(LeastRecentlyUsed<OutputDigest, Output>())
}

extension Output {
  /// With a body that holds no more storage than it needs, for it may be a slice of something larger.
  fileprivate var compact: Output {
    let needed = body.readableBytes
    guard body.storageCapacity > 2 * max(needed, 1) else { return self }
    var copy = ByteBufferAllocator().buffer(capacity: needed)
    copy.writeImmutableBuffer(body)
    return Output(body: copy, mediaType: mediaType, isOriginal: isOriginal, isText: isText, expires: expires)
  }
}
