import Synchronization

/// The bytes of bodies that are in memory at one time, over all exchanges and for as long as somebody works on them.
public final class HeldBytes: Sendable {
  private let maximum: Int
  private let held = Atomic(0)

  public init(maximum: Int) {
    self.maximum = max(maximum, 0)
  }

  public var count: Int { held.load(ordering: .relaxed) }

  fileprivate func take(_ bytes: Int, orUpTo leastMaximum: Int) -> Bool {
    let (_, count) = held.add(bytes, ordering: .relaxed)
    if count <= max(maximum, leastMaximum) { return true }
    give(bytes)
    return false
  }

  fileprivate func give(_ bytes: Int) {
    held.subtract(bytes, ordering: .relaxed)
  }
}

/// What one body takes of the bytes that may be held. They are free again when nothing refers to this any more.
public final class Holding: Sendable {
  private let all: HeldBytes
  private let leastMaximum: Int
  private let count = Atomic(0)

  /// - Parameter leastMaximum: What is there for all even where the maximum is lower, so that one that may be as long as this
  ///   finds room at some time.
  public init(of all: HeldBytes, leastMaximum: Int) {
    self.all = all
    self.leastMaximum = leastMaximum
  }

  deinit {
    all.give(count.load(ordering: .relaxed))
  }

  /// `false` where there is no room for so many more.
  ///
  /// - Parameter copy: Bytes that are held of the same original in another form.
  public func grow(by bytes: Int, besides copy: Int = 0) -> Bool {
    guard all.take(bytes, orUpTo: leastMaximum + copy) else { return false }
    count.add(bytes, ordering: .relaxed)
    return true
  }

  func shrink(by bytes: Int) {
    all.give(bytes)
    count.subtract(bytes, ordering: .relaxed)
  }
}
