import Glibc
import Synchronization

/// Work for a fixed number of threads: first come, first served; only so much may wait, and nothing longer than its time limit.
///
/// Threads of its own, because pixel work never yields: on a shared pool it would hold up everything else.
/// What is mutable is touched under the lock only, hence `@unchecked Sendable`.
final class WorkQueue: @unchecked Sendable {
  /// Why work is not done.
  enum Refusal: Sendable {
    case full, timedOut, cancelled
  }

  enum Turn: Sendable {
    case run(Interruption)
    case refused(Refusal)
  }

  /// Called once, on one of the queue's threads (when the queue is full or closed: on the caller's, at once). What it returns says
  /// what has come of it, and is called when the work does not count any more: whoever hears it may submit the next.
  typealias Work = @Sendable (Turn) -> () -> Void

  private struct Entry {
    let interruption: Interruption
    let work: Work
  }

  private let threads: Int
  private let maximumQueued: Int
  private let lock = Lock()
  private var waiting: [Entry] = []
  private var running: [Interruption] = []
  private var threadCount = 0
  private var isOpen = true
  /// What waits and what runs. Raised under the lock.
  private let count = Atomic(0)

  init(threads: Int, maximumQueued: Int) {
    self.threads = max(threads, 1)
    self.maximumQueued = max(maximumQueued, 0)
  }

  /// Whether work that is submitted now would not be refused.
  var hasRoom: Bool { count.load(ordering: .relaxed) - threads < maximumQueued }

  func start() {
    for _ in 0..<threads { startThread { $0.work() } }
    startThread { $0.refuseWhatIsDue() }
  }

  /// The closure that is returned cancels: what waits is refused, what runs is told by its ``Interruption``.
  func submit(timeoutMilliseconds: Int, _ work: @escaping Work) -> @Sendable () -> Void {
    let timeout = Duration.milliseconds(min(max(timeoutMilliseconds, 0), 86_400_000))
    let interruption = Interruption(deadline: ContinuousClock.now + timeout)
    let refusal: Refusal? = lock.withLock {
      guard isOpen else { return .cancelled }
      guard hasRoom else { return .full }
      waiting.append(Entry(interruption: interruption, work: work))
      count.add(1, ordering: .relaxed)
      lock.wakeAll()
      return nil
    }
    if let refusal {
      work(.refused(refusal))()
      return {}
    }
    return { [weak self] in
      interruption.cancel()
      self?.lock.withLock { self?.lock.wakeAll() }
    }
  }

  /// Ends the threads when what runs has ended; what waits is refused.
  func close() {
    lock.withLock {
      isOpen = false
      for entry in waiting { entry.interruption.cancel() }
      lock.wakeAll()
    }
  }

  /// Breaks off what runs too, and returns when all has been told and the threads are at their end. Not for one of them.
  func shutdown() {
    close()
    lock.withLock {
      for interruption in running { interruption.cancel() }
      while threadCount > 0 { lock.wait(until: nil) }
    }
  }

  // MARK: On the queue's threads

  private func work() {
    while let entry = next() {
      let tell = entry.work(.run(entry.interruption))
      lock.withLock { running.removeAll { $0 === entry.interruption } }
      count.subtract(1, ordering: .relaxed)
      tell()
    }
  }

  /// `nil` when the thread is to end.
  private func next() -> Entry? {
    lock.withLock {
      while isOpen {
        if let index = waiting.firstIndex(where: { !$0.interruption.isDue }) {
          let entry = waiting.remove(at: index)
          running.append(entry.interruption)
          return entry
        }
        lock.wait(until: nil)
      }
      return nil
    }
  }

  /// So that nothing waits longer than its time because what runs takes long.
  private func refuseWhatIsDue() {
    while true {
      let (due, isLast) = lock.withLock {
        while true {
          let due = waiting.filter { $0.interruption.isDue }
          if !due.isEmpty || !isOpen {
            waiting.removeAll { entry in due.contains { $0.interruption === entry.interruption } }
            count.subtract(due.count, ordering: .relaxed)
            return (due, !isOpen && waiting.isEmpty)
          }
          lock.wait(until: waiting.map(\.interruption.deadline).min())
        }
      }
      for entry in due { entry.work(.refused(entry.interruption.isCancelled ? .cancelled : .timedOut))() }
      if isLast { return }
    }
  }

  private func startThread(_ body: @escaping @Sendable (WorkQueue) -> Void) {
    lock.withLock { threadCount += 1 }
    var thread = pthread_t()
    let context = Unmanaged.passRetained(
      ThreadBody { [self] in
        body(self)
        lock.withLock {
          threadCount -= 1
          lock.wakeAll()
        }
      }
    ).toOpaque()
    let code = pthread_create(&thread, nil, { WorkQueue.main($0) }, context)
    precondition(code == 0, "a thread for pixel work cannot be started")
    pthread_detach(thread)
  }

  private static func main(_ context: UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? {
    guard let context else { return nil }
    blockSignals()
    Unmanaged<ThreadBody>.fromOpaque(context).takeRetainedValue().run()
    Vips.endThread()
    return nil
  }

  /// Signals are for other threads.
  private static func blockSignals() {
    var signals = sigset_t()
    sigfillset(&signals)
    for fault in [SIGSEGV, SIGBUS, SIGILL, SIGFPE, SIGTRAP, SIGABRT] { sigdelset(&signals, fault) }
    pthread_sigmask(SIG_SETMASK, &signals, nil)
  }
}

private final class ThreadBody: Sendable {
  let run: @Sendable () -> Void

  init(run: @escaping @Sendable () -> Void) {
    self.run = run
  }
}
