import CIsolation
import Glibc

/// What a process that works for another does without.
enum Confinement {
  /// Before the process has a second thread.
  ///
  /// - Parameter endsWithThread: where whoever asked is gone with the thread that started this, and nobody waits for an answer.
  static func enter(endsWithThread: Bool = true) {
    if endsWithThread { cisolation_end_with_parent() }
    limit(RLIMIT_CORE, 0)
    limit(RLIMIT_NOFILE, 64)
    // Where it is not allowed, it has to do that nothing in here knows how to reach for a network.
    _ = cisolation_leave_networks()
  }

  /// - Parameter highest: what the process itself may raise it to.
  static func limit(_ resource: __rlimit_resource, _ maximum: UInt64, highest: UInt64? = nil) {
    var limit = rlimit(rlim_cur: rlim_t(maximum), rlim_max: rlim_t(highest ?? maximum))
    setrlimit(__rlimit_resource_t(resource.rawValue), &limit)
  }
}
