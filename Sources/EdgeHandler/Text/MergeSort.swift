/// Sorting in this module. The standard library's is faster for many elements, and each kind of element that it sorts adds 4 KB to the
/// wasm bundle. Members declared here shadow the library's.
extension Array {
  /// Stable, in time proportional to the count times its logarithm.
  @inline(never)
  func sorted(by precedes: (Element, Element) -> Bool) -> [Element] {
    guard count > 1 else { return self }
    var sorted = self
    var width = 1
    while width < count {
      var merged: [Element] = []
      merged.reserveCapacity(count)
      var start = 0
      while start < count {
        let middle = Swift.min(start + width, count)
        let end = Swift.min(middle + width, count)
        var (left, right) = (start, middle)
        while left < middle || right < end {
          if right == end || left < middle && !precedes(sorted[right], sorted[left]) {
            merged.append(sorted[left])
            left += 1
          } else {
            merged.append(sorted[right])
            right += 1
          }
        }
        start = end
      }
      sorted = merged
      width *= 2
    }
    return sorted
  }

  mutating func sort(by precedes: (Element, Element) -> Bool) {
    self = sorted(by: precedes)
  }
}
