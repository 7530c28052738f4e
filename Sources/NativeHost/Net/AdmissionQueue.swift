import EdgeHandler
import Fairness

/// Which transfers may run: so many in all, so many with one origin, by turns of the shares whose they are (``FairQueue``), and of
/// either number no share more than it leaves to others (``Threshold``).
///
/// libcurl has limits of this kind, but there a transfer whose origin is at its limit holds up those behind it.
struct AdmissionQueue {
  fileprivate struct Place: Hashable {
    var origin: String
    var share: Share
  }

  let maximum: Int
  let maximumPerOrigin: Int
  private var queue = FairQueue<Transfer>()
  private var runningByOrigin: [String: Int] = [:]
  private var runningByPlace: [Place: Int] = [:]
  /// No waiting transfer's deadline is earlier.
  private(set) var earliestDeadline: ContinuousClock.Instant?

  init(maximum: Int, maximumPerOrigin: Int) {
    self.maximum = maximum
    self.maximumPerOrigin = maximumPerOrigin
  }

  mutating func append(_ transfer: Transfer) {
    // Requests have a bound in number before they come here.
    _ = queue.append(transfer, of: transfer.share, room: .max)
    earliestDeadline = min(earliestDeadline ?? transfer.deadline, transfer.deadline)
  }

  mutating func remove(_ transfer: Transfer) {
    queue.removeAll { $0 === transfer }
  }

  mutating func removeAll() -> [Transfer] {
    queue.removeAll { _ in true }
  }

  /// Takes out those whose time is over.
  mutating func removeExpired(now: ContinuousClock.Instant) -> [Transfer] {
    guard let earliestDeadline, earliestDeadline <= now else { return [] }
    let expired = queue.removeAll { $0.deadline <= now }
    self.earliestDeadline = queue.waiting.map(\.deadline).min()
    return expired
  }

  /// Takes out the next one that may start now, and counts it as running.
  mutating func admit() -> Transfer? {
    guard queue.waitingCount > 0, queue.runningCount < maximum else { return nil }
    let (all, byOrigin, byPlace) = (queue.runningCount, runningByOrigin, runningByPlace)
    let next = queue.next { [maximum, maximumPerOrigin] transfer, own in
      Threshold.permits(own: own, all: all, maximum: maximum)
        && Threshold.permits(
          own: byPlace[Place(transfer), default: 0], all: byOrigin[transfer.origin, default: 0],
          maximum: maximumPerOrigin)
    }
    guard let transfer = next?.entry else { return nil }
    runningByOrigin[transfer.origin, default: 0] += 1
    runningByPlace[Place(transfer), default: 0] += 1
    return transfer
  }

  mutating func leave(_ transfer: Transfer) {
    queue.end(of: transfer.share, cost: 1)
    runningByOrigin.decrease(transfer.origin)
    runningByPlace.decrease(Place(transfer))
  }
}

extension AdmissionQueue.Place {
  fileprivate init(_ transfer: Transfer) {
    self.init(origin: transfer.origin, share: transfer.share)
  }
}

extension Dictionary where Value == Int {
  /// What comes to nothing is forgotten.
  fileprivate mutating func decrease(_ key: Key) {
    guard let count = self[key] else { return }
    self[key] = count > 1 ? count - 1 : nil
  }
}
