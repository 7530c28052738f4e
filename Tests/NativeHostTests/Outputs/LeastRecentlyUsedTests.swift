import Testing

@testable import Outputs

@Suite struct LeastRecentlyUsedTests {
  @Test func forgetsInTheOrderOfUse() {
    var entries = LeastRecentlyUsed<Int, String>()
    for key in 1...4 { entries.insert("\(key)", for: key, cost: key) }
    #expect(entries.use(1) == "1")
    #expect(entries.insert("two", for: 2, cost: 20) == "2")
    entries.insertAsOldest("5", for: 5, cost: 5)
    entries.insertAsOldest("ignored", for: 1, cost: 100)
    #expect(entries.totalCost == 1 + 20 + 3 + 4 + 5)
    var order: [Int] = []
    while let (key, value) = entries.removeOldest() {
      order.append(key)
      #expect(value == (key == 2 ? "two" : "\(key)"))
    }
    #expect(order == [5, 3, 4, 1, 2])
    #expect(entries.totalCost == 0)
    #expect(entries.count == 0)
  }

  @Test func agreesWithAPlainList() {
    var generator = SystemRandomNumberGenerator()
    var entries = LeastRecentlyUsed<Int, Int>()
    // The last used first.
    var model: [(key: Int, value: Int)] = []
    for step in 0..<20_000 {
      let key = Int.random(in: 0..<40, using: &generator)
      let place = model.firstIndex { $0.key == key }
      let modelled = place.map { model[$0].value }
      switch Int.random(in: 0..<6, using: &generator) {
      case 0, 1:
        #expect(entries.insert(step, for: key, cost: key) == modelled)
        if let place { model.remove(at: place) }
        model.insert((key, step), at: 0)
      case 2:
        entries.insertAsOldest(step, for: key, cost: key)
        if place == nil { model.append((key, step)) }
      case 3:
        #expect(entries.use(key) == modelled)
        if let place { model.insert(model.remove(at: place), at: 0) }
      case 4:
        #expect(entries.remove(key) == modelled)
        if let place { model.remove(at: place) }
      default:
        #expect(entries.removeOldest()?.value == model.popLast()?.value)
      }
      #expect(entries.count == model.count)
      #expect(entries.totalCost == model.reduce(0) { $0 + $1.key })
      #expect(entries.contains(key) == model.contains { $0.key == key })
    }
  }
}
