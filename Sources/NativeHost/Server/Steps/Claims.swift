/// Who makes which output, and who waits for it. A state machine: it knows nothing of threads or time.
///
/// Law of this type: every claim ends in exactly one of ``settle(_:)``, ``pass(on:)`` and ``abandon(_:)``, and every waiter is
/// either handed out by one of the first two or has left.
struct Claims<Key: Hashable, Claimant, Waiter> {
  struct WaiterID: Hashable, Sendable {
    fileprivate var number: UInt64
  }

  enum Entry {
    /// The key is the caller's.
    case claimed
    case waits(WaiterID)
  }

  private struct Claim {
    var claimant: Claimant
    /// In the order in which they came.
    var waiters: [(id: WaiterID, claimant: Claimant, waiter: Waiter)] = []
  }

  private var claims: [Key: Claim] = [:]
  private var lastNumber: UInt64 = 0

  var count: Int { claims.count }
  var waiterCount: Int { claims.values.reduce(0) { $0 + $1.waiters.count } }

  /// Claims the key for `claimant`, or lets it wait as `waiter` behind the one that has it.
  mutating func enter(_ key: Key, _ claimant: Claimant, waiter: @autoclosure () -> Waiter) -> Entry {
    guard claims[key] != nil else {
      claims[key] = Claim(claimant: claimant)
      return .claimed
    }
    lastNumber += 1
    let id = WaiterID(number: lastNumber)
    claims[key]?.waiters.append((id, claimant, waiter()))
    return .waits(id)
  }

  /// The work has come to an end. Returns those who wait for it.
  mutating func settle(_ key: Key) -> [Waiter] {
    claims.removeValue(forKey: key)?.waiters.map(\.waiter) ?? []
  }

  /// The claimant has ended without an outcome: the one who has waited longest has the claim now, and is returned.
  mutating func pass(on key: Key) -> Waiter? {
    guard let first = claims[key]?.waiters.first else {
      claims[key] = nil
      return nil
    }
    claims[key]?.claimant = first.claimant
    claims[key]?.waiters.removeFirst()
    return first.waiter
  }

  /// Gives claims up, all or none: none if there is anybody who waits for one of them.
  mutating func abandon(_ keys: [Key]) -> Bool {
    for key in keys where claims[key]?.waiters.isEmpty == false { return false }
    for key in keys { claims[key] = nil }
    return true
  }

  /// A waiter waits no more. Returns the claimant if nobody is left who waits for its work on the key.
  mutating func leave(_ key: Key, _ id: WaiterID) -> Claimant? {
    guard let index = claims[key]?.waiters.firstIndex(where: { $0.id == id }) else { return nil }
    claims[key]?.waiters.remove(at: index)
    guard let claim = claims[key], claim.waiters.isEmpty else { return nil }
    return claim.claimant
  }
}
