import EdgeHandler

/// Work of several shares, in the order in which it is to be done and within bounds, so that none starves another.
///
/// Law of this type: it knows neither clock nor threads, and decides by three rules.
///
/// * Next is work of the share that has the least running for its weight; among equals, of the one that has been charged the
///   least; of one share, what came first.
/// * A share that comes back owes nothing, and is owed nothing: it begins where the one that has been charged the least stands.
/// * Where there is no room, a newcomer takes the place of what came last of the share that has the most waiting, if that share
///   is left with no less than the newcomer's then has: longest queue drop, after McKenney, "Stochastic Fairness Queueing" (1990).
///   Until somebody else comes, one share can have all the room.
package struct FairQueue<Entry> {
  package enum Admission {
    case admitted
    /// Admitted in the place of another, which has left the queue.
    case displaced(Entry)
    case refused
  }

  /// What one share has waiting and running; it is forgotten when it has neither.
  private struct Account {
    var waiting: [Entry] = []
    var running = 0
    /// Costs of what has run, divided by the weight.
    var charged: Double
    /// Among equals, the smaller is first. It grows with each turn that the share gets.
    var turn: UInt64
  }

  private var accounts: [Share: Account] = [:]
  private var lastTurn: UInt64 = 0
  /// How many of those that run are for shares that have none, beside the places that anybody may have.
  package static var sparePlaces: Int { 1 }

  package private(set) var waitingCount = 0
  package private(set) var runningCount = 0

  package init() {}

  /// What waits, in no particular order.
  package var waiting: [Entry] { accounts.values.flatMap(\.waiting) }

  /// Whether a share has neither waiting nor running.
  package func isIdle(_ share: Share) -> Bool { accounts[share] == nil }

  package func runningCount(of share: Share) -> Int { accounts[share]?.running ?? 0 }

  // MARK: Coming

  /// How many may wait where `maximum` may while all places are taken: what a free one is about to take needs no room. `nil` stands
  /// for a share that has nothing here.
  package func room(for share: Share?, places: Int, maximum: Int) -> Int {
    let isIdle = share.map { accounts[$0] == nil } ?? true
    return maximum + max(places + (isIdle ? Self.sparePlaces : 0) - runningCount, 0)
  }

  /// - Parameter room: How many may wait.
  package mutating func append(_ entry: Entry, of share: Share, room: Int) -> Admission {
    var admission = Admission.admitted
    if waitingCount >= room {
      guard let longest = longest(displacedBy: share), let last = accounts[longest]?.waiting.popLast() else {
        return .refused
      }
      waitingCount -= 1
      forgetIfIdle(longest)
      admission = .displaced(last)
    }
    enter(share)
    accounts[share]?.waiting.append(entry)
    waitingCount += 1
    return admission
  }

  /// Whether ``append(_:of:room:)`` would not refuse; `nil` stands for a share that has nothing here.
  package func hasRoom(for share: Share?, room: Int) -> Bool {
    waitingCount < room || longest(displacedBy: share) != nil
  }

  /// The share with the most waiting for its weight, if a newcomer may take a place of it.
  private func longest(displacedBy newcomer: Share?) -> Share? {
    let weight = newcomer?.weight ?? 1
    let count = newcomer.flatMap { accounts[$0]?.waiting.count } ?? 0
    let longest = accounts.max { left, right in
      let (one, other) = (load(left), load(right))
      return one == other ? left.value.turn > right.value.turn : one < other
    }
    guard let longest, longest.key != newcomer else { return nil }
    // After it, the longest has one less and the newcomer one more.
    let left = Double(longest.value.waiting.count - 1) / Double(longest.key.weight)
    return left >= Double(count + 1) / Double(weight) ? longest.key : nil
  }

  private func load(_ entry: (key: Share, value: Account)) -> Double {
    Double(entry.value.waiting.count) / Double(entry.key.weight)
  }

  private mutating func enter(_ share: Share) {
    guard accounts[share] == nil else { return }
    lastTurn += 1
    accounts[share] = Account(charged: accounts.values.map(\.charged).min() ?? 0, turn: lastTurn)
  }

  // MARK: Going

  /// Takes out what is next, and counts it as running until ``end(of:cost:)``.
  ///
  /// - Parameter mayRun: Whether an entry may run now; it gets the entry and how many of its share are running.
  package mutating func next(where mayRun: (Entry, _ running: Int) -> Bool) -> (entry: Entry, share: Share)? {
    let order = accounts.sorted { left, right in
      let one = (running(left), left.value.charged, left.value.turn)
      return one < (running(right), right.value.charged, right.value.turn)
    }
    for (share, account) in order {
      guard let index = account.waiting.firstIndex(where: { mayRun($0, account.running) }) else { continue }
      lastTurn += 1
      accounts[share]?.waiting.remove(at: index)
      accounts[share]?.running += 1
      accounts[share]?.turn = lastTurn
      waitingCount -= 1
      runningCount += 1
      return (account.waiting[index], share)
    }
    return nil
  }

  /// Takes out what is next if there is a place for it. What runs cannot be paused, so that a share that has nothing running would wait
  /// for the rest of what others run; for such a one there is a spare place.
  package mutating func next(
    places: Int, where mayRun: (Entry) -> Bool = { _ in true }
  ) -> (entry: Entry, share: Share)? {
    guard waitingCount > 0, runningCount < places + Self.sparePlaces else { return nil }
    let isSpare = runningCount >= places
    return next { entry, running in (!isSpare || running == 0) && mayRun(entry) }
  }

  private func running(_ entry: (key: Share, value: Account)) -> Double {
    Double(entry.value.running) / Double(entry.key.weight)
  }

  /// Something that ran has ended, and has cost this much, in whatever unit.
  package mutating func end(of share: Share, cost: Double) {
    guard let account = accounts[share], account.running > 0 else { return }
    accounts[share]?.running -= 1
    accounts[share]?.charged += max(cost, 0) / Double(share.weight)
    runningCount -= 1
    forgetIfIdle(share)
  }

  /// Takes out what waits and is not to wait any more.
  @discardableResult
  package mutating func removeAll(where isGone: (Entry) -> Bool) -> [Entry] {
    var gone: [Entry] = []
    for (share, account) in accounts {
      // Each is asked about once: the answer may depend on the time, and what is taken out without being returned would never be told.
      var kept: [Entry] = []
      let goneBefore = gone.count
      for entry in account.waiting {
        if isGone(entry) { gone.append(entry) } else { kept.append(entry) }
      }
      guard gone.count > goneBefore else { continue }
      accounts[share]?.waiting = kept
      waitingCount -= gone.count - goneBefore
      forgetIfIdle(share)
    }
    return gone
  }

  private mutating func forgetIfIdle(_ share: Share) {
    guard let account = accounts[share], account.waiting.isEmpty, account.running == 0 else { return }
    accounts[share] = nil
  }
}
