import EdgeHandler

/// Bytes that are in memory at one time, of which none can be taken back: a share may have as many times what it leaves free
/// (``Threshold`` with a factor).
///
/// With a factor of 8 and the same weights, a share that is alone has eight ninths; n that want all they can get have 8/(8n + 1) each, and
/// 1/(8n + 1) is free for a newcomer.
package struct FairBytes {
  private static let timesOfFree = 8

  package private(set) var count = 0
  private let maximum: Int
  private var counts: [Share: Int] = [:]

  package init(maximum: Int) {
    self.maximum = maximum
  }

  /// - Parameters:
  ///   - share: `nil` for bytes of nobody in particular, which are bounded by the maximum only.
  ///   - largest: What one alone may have whatever the maximum is, which then counts as an eighth more than this.
  package mutating func take(_ bytes: Int, of share: Share?, largest: Int) -> Bool {
    let all = count + bytes
    guard let share else {
      guard all <= max(maximum, largest) else { return false }
      count = all
      return true
    }
    let own = counts[share, default: 0] + bytes
    let free = max(maximum, largest + (largest + Self.timesOfFree - 1) / Self.timesOfFree) - all
    // Neither the maximum (a petabyte at most) nor the weight (1000) lets this overflow.
    guard free >= 0, own <= Self.timesOfFree * share.weight * free else { return false }
    count = all
    counts[share] = own
    return true
  }

  package mutating func give(_ bytes: Int, of share: Share?) {
    count -= bytes
    guard let share, let own = counts[share] else { return }
    counts[share] = own > bytes ? own - bytes : nil
  }
}
