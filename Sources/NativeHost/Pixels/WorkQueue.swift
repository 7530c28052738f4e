import EdgeHandler
import Fairness
import Glibc
import Synchronization

/// Work for a fixed number of threads, shared fairly (``FairQueue``); only so much may wait, and nothing longer than its time limit.
///
/// Threads of its own, because pixel work never yields: on a shared pool it would hold up everything else. Nor can it be paused,
/// so that a share that has nothing running would wait for the rest of what others run, which may take seconds. For such a one
/// there is a spare thread, and the system divides the cores among all. A share that is alone has no use for it: the usual
/// number of threads runs then, and no core is idle or shared.
/// What is mutable is touched under the lock only, hence `@unchecked Sendable`.
final class WorkQueue: @unchecked Sendable {
  /// Why work is not done.
  enum Refusal: Sendable {
    case full, timedOut, cancelled
  }

  enum Turn: Sendable {
    case run(Interruption, WorkPriority)
    case refused(Refusal)
  }

  /// Called once, on one of the queue's threads (when the queue is full or closed: on the caller's, at once; when it gives way to
  /// another: on that other's). What it returns says
  /// what has come of it, and is called when the work does not count any more: whoever hears it may submit the next.
  typealias Work = @Sendable (Turn) -> () -> Void

  private struct Entry {
    let interruption: Interruption
    let work: Work
  }

  private struct Running {
    let interruption: Interruption
    let priority: WorkPriority
  }

  private let threads: Int
  private let maximumQueued: Int
  private let lock = Lock()
  private var queue = FairQueue<Entry>()
  private var running: [Running] = []
  private var threadCount = 0
  private var isOpen = true
  /// What waits and what runs. Raised under the lock.
  private let count = Atomic(0)

  init(threads: Int, maximumQueued: Int) {
    self.threads = max(threads, 1)
    self.maximumQueued = max(maximumQueued, 0)
  }

  /// Whether work of a share that is submitted now would not be refused; `nil` is for a share that has nothing here.
  func hasRoom(for share: Share?) -> Bool {
    if count.load(ordering: .relaxed) - threads < maximumQueued { return true }
    return lock.withLock {
      queue.hasRoom(for: share, room: queue.room(for: share, places: threads, maximum: maximumQueued))
    }
  }

  func start() {
    for _ in 0..<(threads + FairQueue<Entry>.sparePlaces) { startThread { $0.work() } }
    startThread { $0.refuseWhatIsDue() }
  }

  /// The closure that is returned cancels: what waits is refused, what runs is told by its ``Interruption``.
  func submit(of share: Share, timeoutMilliseconds: Int, _ work: @escaping Work) -> @Sendable () -> Void {
    let timeout = Duration.milliseconds(min(max(timeoutMilliseconds, 0), 86_400_000))
    let interruption = Interruption(deadline: ContinuousClock.now + timeout)
    var displaced: Entry?
    let refusal: Refusal? = lock.withLock {
      guard isOpen else { return .cancelled }
      let room = queue.room(for: share, places: threads, maximum: maximumQueued)
      switch queue.append(Entry(interruption: interruption, work: work), of: share, room: room) {
      case .refused: return .full
      case .displaced(let entry): displaced = entry
      case .admitted: count.add(1, ordering: .relaxed)
      }
      lock.wakeAll()
      return nil
    }
    if let refusal {
      work(.refused(refusal))()
      return {}
    }
    if let displaced { displaced.work(.refused(.full))() }
    return { [weak self] in
      interruption.cancel()
      self?.lock.withLock { self?.lock.wakeAll() }
    }
  }

  /// Ends the threads when what runs has ended; what waits is refused.
  func close() {
    lock.withLock {
      isOpen = false
      for entry in queue.waiting { entry.interruption.cancel() }
      lock.wakeAll()
    }
  }

  /// Breaks off what runs too, and returns when all has been told and the threads are at their end. Not for one of them.
  func shutdown() {
    close()
    lock.withLock {
      for work in running { work.interruption.cancel() }
      while threadCount > 0 { lock.wait(until: nil) }
    }
  }

  // MARK: On the queue's threads

  private func work() {
    while let (entry, share, priority) = next() {
      let start = ContinuousClock.now
      let tell = entry.work(.run(entry.interruption, priority))
      let cost = (ContinuousClock.now - start) / .milliseconds(1)
      lock.withLock {
        running.removeAll { $0.interruption === entry.interruption }
        queue.end(of: share, cost: cost)
      }
      count.subtract(1, ordering: .relaxed)
      tell()
    }
  }

  /// `nil` when the thread is to end.
  private func next() -> (entry: Entry, share: Share, priority: WorkPriority)? {
    lock.withLock {
      while isOpen {
        if let (entry, share) = queue.next(places: threads, where: { !$0.interruption.isDue }) {
          let own = queue.runningCount(of: share)
          let priority = WorkPriority(isFirst: own == 1, isLow: own > 1 && own < queue.runningCount)
          if priority.isFirst, own < queue.runningCount {
            for other in running where !other.priority.isFirst { other.priority.lower() }
          }
          running.append(Running(interruption: entry.interruption, priority: priority))
          return (entry, share, priority)
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
          let due = queue.removeAll { $0.interruption.isDue }
          if !due.isEmpty || !isOpen {
            count.subtract(due.count, ordering: .relaxed)
            return (due, !isOpen && queue.waitingCount == 0)
          }
          lock.wait(until: queue.waiting.map(\.interruption.deadline).min())
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
