import CCurl
import EdgeHandler
import Glibc
import Synchronization

/// The thread that all transfers run on.
///
/// It sleeps in `curl_multi_poll` until a socket, a timer of libcurl's, a waiting transfer's deadline or the inbox wakes it.
/// Everything but the inbox is touched by that thread only, hence `@unchecked Sendable`.
final class FetchLoop: @unchecked Sendable {
  enum Command {
    case start(Transfer)
    case cancel(Transfer)
    case inflated(Transfer, Inflation.Outcome)
  }

  private struct Inbox {
    var commands: [Command] = []
    var isOpen = true
  }

  private static let libraryIsReady = curl_global_init(Int(CURL_GLOBAL_SSL)) == CURLE_OK
  /// Each holds its buffers.
  private static let maximumIdleHandles = 32

  private let configuration: OriginClient.Configuration
  private let policy: AddressPolicy
  private let inbox = Mutex(Inbox())
  private let thread = Mutex<pthread_t?>(nil)
  private let multi: UnsafeMutableRawPointer
  private var queue: AdmissionQueue
  private var running: [ObjectIdentifier: Transfer] = [:]
  private var inflating: [ObjectIdentifier: Transfer] = [:]
  private var idleHandles: [EasyHandle] = []

  init(configuration: OriginClient.Configuration) {
    guard Self.libraryIsReady, let multi = curl_multi_init() else {
      preconditionFailure("libcurl cannot be initialised")
    }
    self.configuration = configuration
    self.multi = multi
    let maximum = max(configuration.maximumConnections, 1)
    policy = AddressPolicy(allowedNetworks: configuration.allowedNetworks.compactMap(IPNetwork.init(parsing:)))
    queue = AdmissionQueue(maximum: maximum, maximumPerOrigin: max(configuration.maximumConnectionsPerOrigin, 1))
    // Those in use count too: the one that has been idle longest is closed when there are more.
    ccurl_multi_set_long(multi, CURLMOPT_MAXCONNECTS, maximum)
  }

  // MARK: From any thread

  func start() {
    var thread = pthread_t()
    let this = Unmanaged.passRetained(self)
    let code = pthread_create(&thread, nil, { FetchLoop.main($0) }, this.toOpaque())
    precondition(code == 0, "a thread for fetches cannot be started")
    self.thread.withLock { $0 = thread }
  }

  /// `false` once the loop is closed.
  func post(_ command: Command) -> Bool {
    inbox.withLock { inbox in
      guard inbox.isOpen else { return false }
      inbox.commands.append(command)
      // Under the lock, because the handle lives only as long as the inbox is open.
      if inbox.commands.count == 1 { curl_multi_wakeup(multi) }
      return true
    }
  }

  func close() {
    inbox.withLock { inbox in
      guard inbox.isOpen else { return }
      inbox.isOpen = false
      curl_multi_wakeup(multi)
    }
  }

  func join() {
    let thread = self.thread.withLock { thread in
      defer { thread = nil }
      return thread
    }
    guard let thread else { return }
    if pthread_equal(thread, pthread_self()) != 0 { pthread_detach(thread) } else { pthread_join(thread, nil) }
  }

  deinit {
    if let thread = thread.withLock({ $0 }) { pthread_detach(thread) }
  }

  // MARK: On the loop's thread

  private static func main(_ context: UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? {
    guard let context else { return nil }
    blockSignals()
    Unmanaged<FetchLoop>.fromOpaque(context).takeRetainedValue().run()
    return nil
  }

  /// Signals are for other threads; SIGPIPE, which is for the thread that writes, is for none: OpenSSL writes without MSG_NOSIGNAL.
  private static func blockSignals() {
    var signals = sigset_t()
    sigfillset(&signals)
    for fault in [SIGSEGV, SIGBUS, SIGILL, SIGFPE, SIGTRAP, SIGABRT] { sigdelset(&signals, fault) }
    pthread_sigmask(SIG_SETMASK, &signals, nil)
  }

  private func run() {
    while let commands = takeCommands() {
      for command in commands { perform(command) }
      let now = ContinuousClock.now
      for transfer in queue.removeExpired(now: now) { transfer.fail(.timedOut) }
      while let transfer = queue.admit() { begin(transfer, now: now) }
      var count: Int32 = 0
      curl_multi_perform(multi, &count)
      if collect() { continue }
      curl_multi_poll(multi, nil, 0, sleepMilliseconds(), nil)
    }
    end()
  }

  /// `nil` when the loop is to end.
  private func takeCommands() -> [Command]? {
    inbox.withLock { inbox in
      guard inbox.isOpen else { return nil }
      defer { inbox.commands = [] }
      return inbox.commands
    }
  }

  /// libcurl shortens it to its own next timer.
  private func sleepMilliseconds() -> Int32 {
    let longest: Int32 = 60_000
    guard let deadline = queue.earliestDeadline else { return longest }
    return Int32(min(max((deadline - .now) / .milliseconds(1) + 1, 0), Double(longest)))
  }

  private func perform(_ command: Command) {
    switch command {
    case .start(let transfer):
      // One that is delayed can be cancelled before it has started.
      if case .waiting = transfer.stage { queue.append(transfer) }
    case .cancel(let transfer):
      switch transfer.stage {
      case .waiting: queue.remove(transfer)
      case .running(let handle): release(handle, of: transfer)
      case .inflating(let task): stop(task, of: transfer)
      case .finished: return
      }
      transfer.fail(.unreachable)
    case .inflated(let transfer, let outcome):
      guard inflating.removeValue(forKey: ObjectIdentifier(transfer)) != nil else { return }
      transfer.complete(outcome)
    }
  }

  private func begin(_ transfer: Transfer, now: ContinuousClock.Instant) {
    guard let handle = idleHandles.popLast() ?? EasyHandle(configuration: configuration, policy: policy),
      handle.load(transfer, remaining: transfer.deadline - now),
      curl_multi_add_handle(multi, handle.pointer) == CURLM_OK
    else {
      queue.leave(transfer)
      return transfer.fail(.unreachable)
    }
    transfer.stage = .running(handle)
    running[ObjectIdentifier(transfer)] = transfer
  }

  /// Finishes what libcurl is done with. Returns whether there was anything, so that others may start.
  private func collect() -> Bool {
    var left: Int32 = 0
    var isAny = false
    while let message = curl_multi_info_read(multi, &left) {
      guard message.pointee.msg == CURLMSG_DONE, let easy = message.pointee.easy_handle,
        let handle = EasyHandle.from(ccurl_private(easy)), let transfer = handle.transfer
      else { continue }
      let code = message.pointee.data.result
      isAny = true
      if let inflation = transfer.inflation(after: code) {
        release(handle, of: transfer)
        inflate(inflation, for: transfer)
        continue
      }
      // What is known of the transfer is known until the handle is on its next one.
      release(handle, of: transfer)
      transfer.complete(code, easy: easy)
    }
    return isAny
  }

  private func inflate(_ inflation: Inflation, for transfer: Transfer) {
    inflating[ObjectIdentifier(transfer)] = transfer
    let task = Task.detached { [weak self] in
      let outcome = await inflation.outcome()
      _ = self?.post(.inflated(transfer, outcome))
    }
    transfer.stage = .inflating(task)
  }

  private func stop(_ task: Task<Void, Never>, of transfer: Transfer) {
    task.cancel()
    inflating[ObjectIdentifier(transfer)] = nil
  }

  private func release(_ handle: EasyHandle, of transfer: Transfer) {
    curl_multi_remove_handle(multi, handle.pointer)
    handle.unload()
    if idleHandles.count < Self.maximumIdleHandles { idleHandles.append(handle) }
    running[ObjectIdentifier(transfer)] = nil
    queue.leave(transfer)
  }

  private func end() {
    let unstarted = inbox.withLock { inbox in
      defer { inbox.commands = [] }
      return inbox.commands
    }
    for command in unstarted { perform(command) }
    for transfer in running.values {
      if case .running(let handle) = transfer.stage { release(handle, of: transfer) }
      transfer.fail(.unreachable)
    }
    for transfer in inflating.values {
      if case .inflating(let task) = transfer.stage { task.cancel() }
      transfer.fail(.unreachable)
    }
    inflating = [:]
    for transfer in queue.removeAll() { transfer.fail(.unreachable) }
    idleHandles = []
    curl_multi_cleanup(multi)
  }
}
