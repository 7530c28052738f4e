import EdgeHandler
import Fairness
import Synchronization

/// The bytes of bodies that are in memory at one time, over all exchanges and for as long as somebody works on them, divided by workspace
/// (``FairBytes``).
public final class HeldBytes: Sendable {
  private let bytes: Mutex<FairBytes>

  public init(maximum: Int) {
    bytes = Mutex(FairBytes(maximum: max(maximum, 0)))
  }

  public var count: Int { bytes.withLock { $0.count } }

  fileprivate func take(_ count: Int, of share: Share?, largest: Int) -> Bool {
    bytes.withLock { $0.take(count, of: share, largest: largest) }
  }

  fileprivate func give(_ count: Int, of share: Share?) {
    bytes.withLock { $0.give(count, of: share) }
  }
}

/// What one body takes of the bytes that may be held. They are free again when nothing refers to this any more.
public final class Holding: Sendable {
  private let all: HeldBytes
  private let share: Share?
  private let largest: Int
  private let count = Atomic(0)

  /// - Parameters:
  ///   - share: `nil` where it is not known whose the bytes are: then all that is free is theirs.
  ///   - largest: How long a body may be: one finds room even where the maximum is lower.
  public init(of all: HeldBytes, share: Share?, largest: Int) {
    self.all = all
    self.share = share
    self.largest = largest
  }

  deinit {
    all.give(count.load(ordering: .relaxed), of: share)
  }

  /// `false` where there is no room for so many more.
  ///
  /// - Parameter copy: Bytes that are held of the same original in another form.
  public func grow(by bytes: Int, besides copy: Int = 0) -> Bool {
    guard all.take(bytes, of: share, largest: largest + copy) else { return false }
    count.add(bytes, ordering: .relaxed)
    return true
  }

  func shrink(by bytes: Int) {
    all.give(bytes, of: share)
    count.subtract(bytes, ordering: .relaxed)
  }
}
