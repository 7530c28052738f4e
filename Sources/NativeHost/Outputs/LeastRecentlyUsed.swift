/// Values in the order of their last use, with a cost each. Every operation takes constant time.
///
/// Hand-written: swift-collections has no ordered dictionary whose entries can move in constant time.
struct LeastRecentlyUsed<Key: Hashable, Value> {
  private struct Node {
    var key: Key
    /// `nil` in a node that is free.
    var value: Value?
    var cost: Int
    /// The next newer node; in a free node, the next free one.
    var newer: Int32
    var older: Int32
  }

  private static var none: Int32 { -1 }

  private var index: [Key: Int32] = [:]
  private var nodes: [Node] = []
  private var newest = none
  private var oldest = none
  private var free = none
  private(set) var totalCost = 0

  var count: Int { index.count }
  var keys: [Key] { Array(index.keys) }

  func contains(_ key: Key) -> Bool {
    index[key] != nil
  }

  /// The value, which is now the last used.
  mutating func use(_ key: Key) -> Value? {
    guard let position = index[key] else { return nil }
    if position != newest {
      unlink(position)
      linkAsNewest(position)
    }
    return nodes[Int(position)].value
  }

  /// As the last used. Returns the value that was there.
  @discardableResult
  mutating func insert(_ value: Value, for key: Key, cost: Int) -> Value? {
    let former = remove(key)
    linkAsNewest(allocate(key, value, cost))
    return former
  }

  /// As the one whose last use is longest ago, unless it is there.
  mutating func insertAsOldest(_ value: Value, for key: Key, cost: Int) {
    guard index[key] == nil else { return }
    let position = allocate(key, value, cost)
    nodes[Int(position)].newer = oldest
    nodes[Int(position)].older = Self.none
    if oldest != Self.none { nodes[Int(oldest)].older = position } else { newest = position }
    oldest = position
  }

  @discardableResult
  mutating func remove(_ key: Key) -> Value? {
    guard let position = index.removeValue(forKey: key) else { return nil }
    unlink(position)
    totalCost -= nodes[Int(position)].cost
    nodes[Int(position)].newer = free
    free = position
    return nodes[Int(position)].value.take()
  }

  mutating func removeOldest() -> (key: Key, value: Value)? {
    guard oldest != Self.none else { return nil }
    let key = nodes[Int(oldest)].key
    return remove(key).map { (key, $0) }
  }

  private mutating func allocate(_ key: Key, _ value: Value, _ cost: Int) -> Int32 {
    let node = Node(key: key, value: value, cost: cost, newer: Self.none, older: Self.none)
    let position: Int32
    if free != Self.none {
      position = free
      free = nodes[Int(position)].newer
      nodes[Int(position)] = node
    } else {
      position = Int32(nodes.count)
      nodes.append(node)
    }
    index[key] = position
    totalCost += cost
    return position
  }

  private mutating func linkAsNewest(_ position: Int32) {
    nodes[Int(position)].older = newest
    nodes[Int(position)].newer = Self.none
    if newest != Self.none { nodes[Int(newest)].newer = position } else { oldest = position }
    newest = position
  }

  private mutating func unlink(_ position: Int32) {
    let (newer, older) = (nodes[Int(position)].newer, nodes[Int(position)].older)
    if newer != Self.none { nodes[Int(newer)].older = older } else { newest = older }
    if older != Self.none { nodes[Int(older)].newer = newer } else { oldest = newer }
  }
}
