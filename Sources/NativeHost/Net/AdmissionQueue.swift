/// Which transfers may run: so many in all, so many with one origin, in the order in which they came.
///
/// libcurl has limits of this kind, but there a transfer whose origin is at its limit holds up those behind it.
struct AdmissionQueue {
  let maximum: Int
  let maximumPerOrigin: Int
  private(set) var runningCount = 0
  private var runningByOrigin: [String: Int] = [:]
  private(set) var waiting: [Transfer] = []
  /// No waiting transfer's deadline is earlier.
  private(set) var earliestDeadline: ContinuousClock.Instant?

  init(maximum: Int, maximumPerOrigin: Int) {
    self.maximum = maximum
    self.maximumPerOrigin = maximumPerOrigin
  }

  mutating func append(_ transfer: Transfer) {
    waiting.append(transfer)
    earliestDeadline = min(earliestDeadline ?? transfer.deadline, transfer.deadline)
  }

  mutating func remove(_ transfer: Transfer) {
    waiting.removeAll { $0 === transfer }
  }

  mutating func removeAll() -> [Transfer] {
    defer { waiting = [] }
    return waiting
  }

  /// Takes out those whose time is over.
  mutating func removeExpired(now: ContinuousClock.Instant) -> [Transfer] {
    guard let earliestDeadline, earliestDeadline <= now else { return [] }
    let expired = waiting.filter { $0.deadline <= now }
    waiting.removeAll { $0.deadline <= now }
    self.earliestDeadline = waiting.map(\.deadline).min()
    return expired
  }

  /// Takes out those that may start now, and counts them as running.
  mutating func admit() -> [Transfer] {
    guard runningCount < maximum, !waiting.isEmpty else { return [] }
    var admitted: [Transfer] = []
    var rest: [Transfer] = []
    for transfer in waiting {
      if runningCount < maximum, runningByOrigin[transfer.origin, default: 0] < maximumPerOrigin {
        runningCount += 1
        runningByOrigin[transfer.origin, default: 0] += 1
        admitted.append(transfer)
      } else {
        rest.append(transfer)
      }
    }
    waiting = rest
    return admitted
  }

  mutating func leave(_ transfer: Transfer) {
    runningCount -= 1
    let count = runningByOrigin[transfer.origin, default: 0]
    runningByOrigin[transfer.origin] = count > 1 ? count - 1 : nil
  }
}
