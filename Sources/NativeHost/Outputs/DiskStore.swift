import Dispatch
import EdgeHandler
import Glibc
import NIOCore
import NIOPosix
import Synchronization

/// Outputs on disk, below one directory: `<first two digits of the key>/<key>`.
///
/// The files are the truth, and the index only says which to remove when there are too many bytes: a file that another process
/// has written is found although it is not in the index, and one that another has removed is absent although it is. Both
/// are put right by a scan, at the start and every ``scanInterval`` seconds.
final class DiskStore: Sendable {
  private struct State {
    var index = LeastRecentlyUsed<OutputDigest, Void>()
    /// Accepted and not yet written.
    var pending: [OutputDigest: (number: UInt64, output: Output)] = [:]
    var pendingBytes = 0
    var writeCount: UInt64 = 0
    var nextScan: Int64
  }

  static let scanInterval: Int64 = 3600
  /// A disk that is slower than the outputs that come is not waited for: what is more than this is not written.
  private static let maximumPendingBytes = 64 << 20
  /// Each use updates the file's time only when it is older than this, in seconds.
  private static let touchInterval: Int64 = 60

  private let directory: String
  private let maximumBytes: Int
  private let clock: @Sendable () -> Int64
  private let isInMemory: @Sendable (OutputDigest) -> Bool
  private let readers = NIOThreadPool(numberOfThreads: 2)
  /// One, so that what is written and what is evicted for it cannot overtake each other.
  private let writer = NIOThreadPool(numberOfThreads: 1)
  private let underway = DispatchGroup()
  private let state: Mutex<State>

  init(
    directory: String, maximumBytes: Int, clock: @escaping @Sendable () -> Int64,
    isInMemory: @escaping @Sendable (OutputDigest) -> Bool
  ) throws(OutputStoreError) {
    self.directory = directory
    self.maximumBytes = maximumBytes
    self.clock = clock
    self.isInMemory = isInMemory
    state = Mutex(State(nextScan: clock() + Self.scanInterval))
    try Self.create(directory)
    readers.start()
    writer.start()
    startScan()
  }

  var usage: (count: Int, bytes: Int) {
    state.withLock { ($0.index.count, $0.index.totalCost) }
  }

  // MARK: Reading

  func lookUp(_ digest: OutputDigest, now: Int64, completion: @escaping @Sendable (Output?) -> Void) {
    if let (_, output) = state.withLock({ $0.pending[digest] }) {
      return completion(output.expires > now ? output : nil)
    }
    readers.submit { [self] state in completion(state == .active ? read(digest, now: now) : nil) }
  }

  private func read(_ digest: OutputDigest, now: Int64) -> Output? {
    let path = path(digest)
    switch OutputFile.read(path, digest: digest) {
    case .output(let output, _) where output.expires <= now:
      remove(digest)
      return nil
    case .output(let output, let lastUse):
      noteUse(digest)
      let time = clock()
      if lastUse < time - Self.touchInterval { OutputFile.touch(path, lastUse: time) }
      return output
    case .absent:
      _ = state.withLock { $0.index.remove(digest) }
      return nil
    case .damaged:
      remove(digest)
      return nil
    }
  }

  /// Counts as a use what memory has answered or is giving up.
  func noteUse(_ digest: OutputDigest) {
    _ = state.withLock { $0.index.use(digest) }
  }

  private func remove(_ digest: OutputDigest) {
    _ = state.withLock { $0.index.remove(digest) }
    unlink(path(digest))
  }

  // MARK: Writing

  func store(_ output: Output, under digest: OutputDigest) {
    let size = output.body.readableBytes
    guard OutputFile.cost(byteCount: size) <= maximumBytes else { return }
    let number: UInt64? = state.withLock { state in
      guard state.pendingBytes + size <= Self.maximumPendingBytes || state.pending.isEmpty else { return nil }
      state.writeCount += 1
      state.pendingBytes += size
      state.pending[digest] = (state.writeCount, output)
      return state.writeCount
    }
    guard let number else { return }
    underway.enter()
    writer.submit { [self] poolState in
      if poolState == .active { write(output, under: digest) }
      state.withLock { state in
        state.pendingBytes -= size
        if state.pending[digest]?.number == number { state.pending[digest] = nil }
      }
      underway.leave()
    }
    scanWhenDue()
  }

  private func write(_ output: Output, under digest: OutputDigest) {
    // The head is a fraction of a block.
    makeRoom(for: OutputFile.cost(byteCount: output.body.readableBytes + 4096))
    let folder = folder(digest)
    let written = OutputFile.write(output, digest: digest, to: path(digest), in: folder, now: clock())
    guard let written else { return }
    state.withLock { _ = $0.index.insert((), for: digest, cost: OutputFile.cost(byteCount: written)) }
  }

  private func makeRoom(for cost: Int) {
    // What memory still answers is not old although its file has not been read; bounded, for all files may be like that.
    var spared = 0
    while true {
      let victim: OutputDigest? = state.withLock { state in
        guard state.index.totalCost + cost > maximumBytes, let (key, _) = state.index.removeOldest() else { return nil }
        return key
      }
      guard let victim else { return }
      if spared < 32, isInMemory(victim), let size = fileSize(path(victim)) {
        spared += 1
        state.withLock { _ = $0.index.insert((), for: victim, cost: OutputFile.cost(byteCount: size)) }
      } else {
        unlink(path(victim))
      }
    }
  }

  /// Returns when all that has been accepted is written and the first scan is over. Blocks.
  func flush() {
    underway.wait()
  }

  /// Queued writes are dropped; ``flush()`` first.
  func close() {
    readers.shutdownGracefully { _ in }
    writer.shutdownGracefully { _ in }
  }

  // MARK: Scanning

  private func scanWhenDue() {
    let now = clock()
    let isDue = state.withLock { state in
      guard now >= state.nextScan else { return false }
      state.nextScan = now + Self.scanInterval
      return true
    }
    if isDue { startScan() }
  }

  private func startScan() {
    underway.enter()
    readers.submit { [self] poolState in
      if poolState == .active { scan() }
      underway.leave()
    }
  }

  private func scan() {
    let known = state.withLock { $0.index.keys }
    let found = DirectoryScan(directory: directory, now: clock()).run()
    let present = Set(found.lazy.map(\.digest))
    // In pieces, because look-ups want the lock.
    for piece in stride(from: 0, to: found.count, by: 1000).map({ found[$0..<min($0 + 1000, found.count)] }) {
      state.withLock { state in
        for file in piece { state.index.insertAsOldest((), for: file.digest, cost: file.cost) }
      }
    }
    // One that has been written meanwhile may be among them: the next scan finds it.
    for digest in known where !present.contains(digest) { state.withLock { _ = $0.index.remove(digest) } }
    underway.enter()
    writer.submit { [self] poolState in
      if poolState == .active { makeRoom(for: 0) }
      underway.leave()
    }
  }

  // MARK: Paths

  private func folder(_ digest: OutputDigest) -> String {
    directory + "/" + digest.hex.prefix(2)
  }

  private func path(_ digest: OutputDigest) -> String {
    folder(digest) + "/" + digest.hex
  }

  private func fileSize(_ path: String) -> Int? {
    var information = stat()
    return stat(path, &information) == 0 ? Int(information.st_size) : nil
  }

  /// With what is above it, and only if files can be made in it.
  private static func create(_ directory: String) throws(OutputStoreError) {
    var path = directory.hasPrefix("/") ? "" : "."
    for part in directory.split(separator: "/") {
      path += "/" + part
      if mkdir(path, 0o700) != 0, errno != EEXIST { throw OutputStoreError(directory: directory, code: errno) }
    }
    let probe = directory + "/." + String(UInt64.random(in: 0...UInt64.max), radix: 16) + OutputFile.temporarySuffix
    let file = open(probe, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
    guard file >= 0 else { throw OutputStoreError(directory: directory, code: errno) }
    Glibc.close(file)
    unlink(probe)
  }
}
