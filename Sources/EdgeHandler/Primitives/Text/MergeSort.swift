/// Sorting in this module. The standard library's is faster for many elements, and each kind of element that it sorts adds 4 KB to the
/// wasm bundle: here the order is found by numbers, in one function for all kinds. Members declared here shadow the library's.
enum MergeSort {
  /// The numbers below `count` in their order. Stable, in time proportional to the count times its logarithm.
  @inline(never)
  static func order(_ count: Int, by precedes: (Int, Int) -> Bool) -> [Int] {
    var sorted = Array(0..<count)
    var width = 1
    while width < count {
      var merged: [Int] = []
      merged.reserveCapacity(count)
      var start = 0
      while start < count {
        let middle = min(start + width, count)
        let end = min(middle + width, count)
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
}

extension Array {
  @inline(never)
  func sorted(by precedes: (Element, Element) -> Bool) -> [Element] {
    MergeSort.order(count) { precedes(self[$0], self[$1]) }.map { self[$0] }
  }

  mutating func sort(by precedes: (Element, Element) -> Bool) {
    self = sorted(by: precedes)
  }
}
