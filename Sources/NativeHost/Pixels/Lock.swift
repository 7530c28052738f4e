import Glibc

/// A lock that one can sleep on, which the standard library's `Mutex` is not.
final class Lock: @unchecked Sendable {
  private let mutex = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
  private let condition = UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 1)

  init() {
    pthread_mutex_init(mutex, nil)
    var attributes = pthread_condattr_t()
    pthread_condattr_init(&attributes)
    pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC)
    pthread_cond_init(condition, &attributes)
    pthread_condattr_destroy(&attributes)
  }

  deinit {
    pthread_cond_destroy(condition)
    pthread_mutex_destroy(mutex)
    condition.deallocate()
    mutex.deallocate()
  }

  func withLock<Value>(_ body: () -> Value) -> Value {
    pthread_mutex_lock(mutex)
    defer { pthread_mutex_unlock(mutex) }
    return body()
  }

  /// Gives up the lock, which is held, until ``wakeAll()`` or the time given; may return earlier.
  func wait(until time: ContinuousClock.Instant?) {
    guard let time else {
      pthread_cond_wait(condition, mutex)
      return
    }
    // `ContinuousClock` counts on while the machine sleeps and the monotonic clock does not, so what is left is added to the latter.
    let rest = max(time - ContinuousClock.now, .zero).components
    var now = timespec()
    clock_gettime(CLOCK_MONOTONIC, &now)
    let nanoseconds = now.tv_nsec + Int(rest.attoseconds / 1_000_000_000) + 1
    var end = timespec(
      tv_sec: now.tv_sec + Int(rest.seconds) + nanoseconds / 1_000_000_000, tv_nsec: nanoseconds % 1_000_000_000)
    pthread_cond_timedwait(condition, mutex, &end)
  }

  /// While the lock is held.
  func wakeAll() {
    pthread_cond_broadcast(condition)
  }
}
