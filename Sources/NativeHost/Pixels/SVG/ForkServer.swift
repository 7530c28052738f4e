import CIsolation
import Glibc

/// The process of the ``SVGWorker``, started when there is work for it and again when it has ended. What is mutable is touched under the lock only,
/// hence `@unchecked Sendable`.
final class ForkServer: @unchecked Sendable {
  /// What a copy says first. Without it, it is the process that has ended; behind it, the copy, by a fault of the original.
  static let acknowledgement: UInt8 = 1

  private let command: [String]
  private let lock = Lock()
  private var process: WorkerProcess?
  private var waiting = WaitingCopies()
  private var isOpen = true

  init(command: [String]) {
    self.command = command
  }

  /// Ends the process; none is started from now on.
  func close() {
    let ended = lock.withLock {
      defer { process = nil }
      isOpen = false
      waiting.removeAll()
      return process
    }
    withExtendedLifetime(ended) {}
  }

  /// A copy that waits for a job.
  func copy(_ interruption: Interruption) throws(PixelFailure) -> JobSocket {
    // One that was there may have ended before.
    for _ in 0..<2 {
      guard let (socket, process) = handOver() else { throw .engine }
      if socket.read(1, unless: { interruption.isDue }) == [Self.acknowledgement] { return socket }
      guard !interruption.isDue else { throw .interrupted }
      forget(process)
    }
    throw .engine
  }

  /// Keeps a copy for the next work with the same original, if it has room.
  func keep(_ copy: WaitingCopy) {
    lock.withLock { if isOpen { waiting.keep(copy) } }
  }

  func waitingCopy(for original: UnsafeRawBufferPointer, isLow: Bool) -> WaitingCopy? {
    lock.withLock { waiting.take(for: original, isLow: isLow) }
  }

  private func handOver() -> (JobSocket, WorkerProcess)? {
    var ends: [Int32] = [-1, -1]
    guard cisolation_sockets(&ends) == 0 else { return nil }
    let socket = JobSocket(ends[0])
    defer { Glibc.close(ends[1]) }
    for _ in 0..<2 {
      let current = lock.withLock {
        if process == nil, isOpen { process = WorkerProcess(command) }
        return process
      }
      guard let current else { return nil }
      if current.handOver(ends[1]) { return (socket, current) }
      forget(current)
    }
    return nil
  }

  private func forget(_ ended: WorkerProcess) {
    lock.withLock { if process === ended { process = nil } }
  }
}
