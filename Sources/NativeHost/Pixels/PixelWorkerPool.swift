import EdgeHandler
import Glibc

/// Processes of ``PixelWorker``, started when there is work for one and kept for the next: to start one takes as long as an encoder does for
/// a small picture. What is mutable is touched under the lock only, hence `@unchecked Sendable`.
final class PixelWorkerPool: @unchecked Sendable {
  enum Failure: Error {
    case interrupted
    /// It ended in the middle, by whatever fault or bound: that is the original's fault.
    case died
    case notStarted
  }

  private let command: [String]
  private let maximumIdle: Int
  private let lock = Lock()
  private var idle: [WorkerProcess] = []
  private var isOpen = true

  init(command: [String], maximumIdle: Int) {
    self.command = command
    self.maximumIdle = maximumIdle
  }

  /// Ends those that have nothing to do; none is kept from now on.
  func close() {
    let ended = lock.withLock {
      defer { idle = [] }
      isOpen = false
      return idle
    }
    withExtendedLifetime(ended) {}
  }

  func answer(
    _ job: PixelJob, blobs: [Blob: UnsafeRawBufferPointer], _ cost: WorkCost, _ context: PixelContext
  ) throws(Failure) -> PixelJob.Answer {
    let interruption = context.interruption
    let blobs = blobs.map { (key: $0.key, bytes: $0.value) }
    while true {
      guard !interruption.isDue else { throw .interrupted }
      let left = max((interruption.deadline - ContinuousClock.now) / .milliseconds(1), 0)
      let terms = PixelJob.Terms(
        limits: context.limits, milliseconds: Int(min(left, 86_400_000)), memory: cost.memory)
      let head = job.head(blobs: blobs, terms)
      let kept = takeIdle(context.priority)
      guard let worker = kept ?? WorkerProcess(command) else { throw .notStarted }
      context.priority.enter(worker)
      defer { context.priority.leave(worker) }
      func read(_ count: Int) throws(Failure) -> [UInt8] {
        if let bytes = worker.read(count, unless: { interruption.isDue }) { return bytes }
        throw interruption.isDue ? .interrupted : .died
      }
      let isTaken =
        head.withUnsafeBytes { worker.write($0, unless: { interruption.isDue }) }
        && worker.read(1, unless: { interruption.isDue }) == [PixelJob.acknowledgement]
      guard isTaken else {
        guard !interruption.isDue else { throw .interrupted }
        // One that was kept may have ended because it had nothing to do.
        if kept != nil { continue }
        throw .notStarted
      }
      for blob in blobs {
        guard worker.write(blob.bytes, unless: { interruption.isDue }) else {
          throw interruption.isDue ? .interrupted : .died
        }
      }
      guard let (text, output) = PixelJob.answerLengths(try read(PixelJob.answerHeadBytes)),
        let answer = job.answer(try read(text), try read(output))
      else { throw .died }
      keep(worker)
      return answer
    }
  }
  /// One that has a low priority is for work that has.
  private func takeIdle(_ priority: WorkPriority) -> WorkerProcess? {
    let isLow = priority.isLow
    return lock.withLock {
      guard let place = idle.lastIndex(where: { $0.isLow == isLow }) else { return nil }
      return idle.remove(at: place)
    }
  }

  private func keep(_ worker: WorkerProcess) {
    lock.withLock {
      // As many of either priority.
      if isOpen, idle.count(where: { $0.isLow == worker.isLow }) < maximumIdle { idle.append(worker) }
    }
  }
}
