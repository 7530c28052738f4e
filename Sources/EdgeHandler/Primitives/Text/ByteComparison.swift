/// Comparing and searching the bytes of text. The standard library's algorithms are generic, and each kind of text, pair of kinds and
/// closure that they are used with adds a copy of up to 2 KB to the wasm bundle. Members declared here shadow the library's.
enum ByteComparison {
  static func begins(_ text: UnsafeBufferPointer<UInt8>, with prefix: UnsafeBufferPointer<UInt8>) -> Bool {
    guard prefix.count <= text.count else { return false }
    for index in 0..<prefix.count where text[index] != prefix[index] { return false }
    return true
  }

  static func equal(_ left: UnsafeBufferPointer<UInt8>, _ right: UnsafeBufferPointer<UInt8>) -> Bool {
    left.count == right.count && begins(left, with: right)
  }

  static func equalIgnoringCase(_ left: UnsafeBufferPointer<UInt8>, _ right: UnsafeBufferPointer<UInt8>) -> Bool {
    guard left.count == right.count else { return false }
    for index in 0..<left.count where ASCII.lowercase(left[index]) != ASCII.lowercase(right[index]) { return false }
    return true
  }

  static func precedes(_ left: UnsafeBufferPointer<UInt8>, _ right: UnsafeBufferPointer<UInt8>) -> Bool {
    for index in 0..<min(left.count, right.count) where left[index] != right[index] {
      return left[index] < right[index]
    }
    return left.count < right.count
  }
}

extension String.UTF8View {
  @inline(never)
  func satisfies(_ condition: (UnsafeBufferPointer<UInt8>) -> Bool) -> Bool {
    withContiguousStorageIfAvailable(condition) ?? Array(self).withUnsafeBufferPointer(condition)
  }

  @inline(never)
  func elementsEqual(_ other: String.UTF8View) -> Bool {
    satisfies { left in other.satisfies { ByteComparison.equal(left, $0) } }
  }

  @inline(never)
  func starts(with prefix: String.UTF8View) -> Bool {
    satisfies { text in prefix.satisfies { ByteComparison.begins(text, with: $0) } }
  }

  @inline(never)
  func lexicographicallyPrecedes(_ other: String.UTF8View) -> Bool {
    satisfies { left in other.satisfies { ByteComparison.precedes(left, $0) } }
  }

  @inline(never)
  func allSatisfy(_ isWanted: (UInt8) -> Bool) -> Bool {
    satisfies { bytes in
      for byte in bytes where !isWanted(byte) { return false }
      return true
    }
  }

  func contains(where isSought: (UInt8) -> Bool) -> Bool {
    !allSatisfy { !isSought($0) }
  }

  func contains(_ byte: UInt8) -> Bool {
    !allSatisfy { $0 != byte }
  }
}

extension String {
  /// To be taken apart: that is less code, and faster, with slices of an array than with slices of a text.
  @inline(never)
  var bytes: ArraySlice<UInt8> {
    Array(utf8)[...]
  }

  @inline(never)
  func ends(with suffix: String) -> Bool {
    bytes.suffix(suffix.utf8.count).elementsEqual(suffix.utf8)
  }
}

extension ArraySlice<UInt8> {
  @inline(never)
  func elementsEqual(_ other: String.UTF8View) -> Bool {
    withUnsafeBufferPointer { left in other.satisfies { ByteComparison.equal(left, $0) } }
  }

  @inline(never)
  func starts(with prefix: String.UTF8View) -> Bool {
    withUnsafeBufferPointer { text in prefix.satisfies { ByteComparison.begins(text, with: $0) } }
  }
}

#if !hasFeature(Embedded)
  extension [UInt8] {
    func elementsEqual(_ other: String.UTF8View) -> Bool {
      self[...].elementsEqual(other)
    }
  }
#endif
