/// Values by host name, in the order of the names' bytes: found by halving, so that the time for one grows with the logarithm of their number.
///
/// Not a dictionary, because callers choose the names that are looked up, and sorted names need no hash that they cannot foresee.
struct NameTable<Value: Sendable>: Sendable {
  private var entries: [Entry] = []

  private struct Entry: Sendable {
    var name: String
    var value: Value
  }

  var count: Int { entries.count }

  init() {}

  /// Of several entries with one name, the first in the list is found.
  init(_ pairs: [(name: String, value: Value)]) {
    entries = pairs.map { Entry(name: $0.name, value: $0.value) }
      .sorted { $0.name.utf8.lexicographicallyPrecedes($1.name.utf8) }
  }

  subscript(name: String) -> Value? {
    let place = place(of: name)
    return holds(name, at: place) ? entries[place].value : nil
  }

  /// A name that occurs more than once, and two values that it has, in the order of the list.
  var duplicate: (name: String, first: Value, second: Value)? {
    for index in entries.indices.dropFirst() where entries[index].name == entries[index - 1].name {
      return (entries[index].name, entries[index - 1].value, entries[index].value)
    }
    return nil
  }

  mutating func set(_ value: Value, for name: String) {
    let place = place(of: name)
    if holds(name, at: place) {
      entries[place].value = value
    } else {
      entries.insert(Entry(name: name, value: value), at: place)
    }
  }

  mutating func remove(_ name: String) {
    let place = place(of: name)
    if holds(name, at: place) { entries.remove(at: place) }
  }

  private func holds(_ name: String, at place: Int) -> Bool {
    place < entries.count && entries[place].name == name
  }

  /// Where a name is, or would be.
  private func place(of name: String) -> Int {
    var low = 0
    var high = entries.count
    // In place, because a copy of an entry would count references to it at each step.
    entries.withUnsafeBufferPointer { entries in
      while low < high {
        let middle = low + (high - low) / 2
        if entries[middle].name.utf8.lexicographicallyPrecedes(name.utf8) { low = middle + 1 } else { high = middle }
      }
    }
    return low
  }
}
