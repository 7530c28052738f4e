#if hasFeature(Embedded)
  // The library's `append` is repeated at each place that calls it. These shadow it.

  extension Array {
    mutating func append(_ element: __owned Element) {
      appendByCall(element)
    }
  }

  extension RangeReplaceableCollection {
    @inline(never)
    fileprivate mutating func appendByCall(_ element: __owned Element) {
      append(element)
    }
  }
#endif
