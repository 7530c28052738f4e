import Glibc

/// `SIGTERM`, `SIGINT` and `SIGHUP`, waited for on the main thread.
///
/// Made before any other thread is: they inherit that the signals are blocked, so that only ``wait()`` takes them.
struct TerminationSignals {
  private var set = sigset_t()

  init() {
    sigemptyset(&set)
    sigaddset(&set, SIGTERM)
    sigaddset(&set, SIGINT)
    sigaddset(&set, SIGHUP)
    pthread_sigmask(SIG_BLOCK, &set, nil)
    // A caller that goes away while it is answered is no reason to end.
    signal(SIGPIPE, SIG_IGN)
  }

  /// Blocks until the program is to end.
  ///
  /// - Parameter reload: called for each `SIGHUP`.
  func wait(reload: () -> Void) {
    var set = set
    var signal: Int32 = 0
    while sigwait(&set, &signal) != 0 || signal == SIGHUP {
      if signal == SIGHUP { reload() }
    }
  }
}
