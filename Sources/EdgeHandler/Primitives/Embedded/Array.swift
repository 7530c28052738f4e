#if hasFeature(Embedded)
  // The library's are repeated at each place that calls them. These shadow them.

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

  extension Collection {
    @inline(never)
    func map<Mapped, Failure: Error>(_ transform: (Element) throws(Failure) -> Mapped) throws(Failure) -> [Mapped] {
      var mapped: [Mapped] = []
      for element in self { mapped.append(try transform(element)) }
      return mapped
    }

    @inline(never)
    func compactMap<Mapped>(_ transform: (Element) -> Mapped?) -> [Mapped] {
      var mapped: [Mapped] = []
      for element in self {
        if let one = transform(element) { mapped.append(one) }
      }
      return mapped
    }

    @inline(never)
    func flatMap<Mapped>(_ transform: (Element) -> [Mapped]) -> [Mapped] {
      var mapped: [Mapped] = []
      for element in self { mapped += transform(element) }
      return mapped
    }

    @inline(never)
    func filter(_ isWanted: (Element) -> Bool) -> [Element] {
      var wanted: [Element] = []
      for element in self where isWanted(element) { wanted.append(element) }
      return wanted
    }
  }

  extension Collection<UInt8> where SubSequence == ArraySlice<UInt8> {
    func split(
      separator: UInt8, maxSplits: Int = .max, omittingEmptySubsequences omitsEmpty: Bool = true
    ) -> [ArraySlice<UInt8>] {
      self[...].pieces(separator, maxSplits, omitsEmpty)
    }
  }

  extension ArraySlice<UInt8> {
    @inline(never)
    fileprivate func pieces(_ separator: UInt8, _ mostSplits: Int, _ omitsEmpty: Bool) -> [ArraySlice<UInt8>] {
      var pieces: [ArraySlice<UInt8>] = []
      var start = startIndex
      for index in indices where self[index] == separator && pieces.count < mostSplits {
        if start < index || !omitsEmpty { pieces.append(self[start..<index]) }
        start = index + 1
      }
      if start < endIndex || !omitsEmpty { pieces.append(self[start...]) }
      return pieces
    }
  }
#endif
