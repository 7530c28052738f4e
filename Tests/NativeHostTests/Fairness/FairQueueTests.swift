import EdgeHandler
import Fairness
import Foundation
import TestSupport
import Testing

@Suite struct FairQueueTests {
  private static func share(_ name: String, weight: Int = 1) -> Share { Share(workspace: name, weight: weight) }

  // MARK: Room

  /// A row of `Tests/Fairness/room.json` or `turns.json`, which `wasm/room.mjs` is held to as well.
  private struct Example: Decodable {
    struct Step: Decodable {
      var enter: String?
      var leave: String?
      var asks: String?
      var then: Outcome?
      var next: String?
      var end: String?
      var cost: Double?
    }

    enum Outcome: Decodable, Equatable {
      case hasRoom(Bool)
      case entered(String)

      init(from decoder: any Decoder) throws {
        let value = try decoder.singleValueContainer()
        self = try (try? value.decode(Bool.self)).map(Outcome.hasRoom) ?? .entered(value.decode(String.self))
      }
    }

    var why: String
    var room: Int?
    var places: Int?
    var waiting: Int?
    var weights: [String: Int]?
    var steps: [Step]
  }

  @Test("room and turns are divided as in the examples that both hosts are held to", arguments: ["room", "turns"])
  func examples(name: String) throws {
    let file = try Data(contentsOf: Repository.file("Tests/Fairness/\(name).json"))
    for example in try JSONDecoder().decode([Example].self, from: file) {
      var queue = FairQueue<String>()
      func share(_ name: String) -> Share {
        let workspace = String(name.prefix(1))
        return Self.share(workspace, weight: example.weights?[workspace] ?? 1)
      }
      for (index, step) in example.steps.enumerated() {
        let place = Comment(rawValue: "\(example.why): step \(index + 1)")
        let places = example.places ?? 0
        func room(_ share: Share?) -> Int {
          example.room ?? queue.room(for: share, places: places, maximum: example.waiting ?? 0)
        }
        if let name = step.enter {
          let outcome =
            switch queue.append(name, of: share(name), room: room(share(name))) {
            case .admitted: "admitted"
            case .displaced(let other): other
            case .refused: "refused"
            }
          #expect(step.then == .entered(outcome), place)
        } else if let name = step.leave {
          #expect(queue.removeAll { $0 == name } == [name], place)
        } else if let name = step.end {
          queue.end(of: share(name), cost: step.cost ?? 0)
        } else if let then = step.then {
          let asking = step.asks.map(share)
          #expect(then == .hasRoom(queue.hasRoom(for: asking, room: room(asking))), place)
        } else {
          #expect(queue.next(places: places)?.entry == step.next, place)
        }
      }
    }
  }

  @Test("a share with less than an equal part of the room is never refused, and no room is left unused")
  func equalPartsAreCertain() {
    for seed: UInt64 in 0..<200 {
      var random = SeededGenerator(seed: seed)
      let (room, names) = (
        Int.random(in: 1...20, using: &random), Array("abcdef".prefix(Int.random(in: 1...6, using: &random)))
      )
      var queue = FairQueue<(name: Character, number: Int)>()
      var counts: [Character: Int] = [:]
      for number in 0..<300 {
        let name = names.randomElement(using: &random) ?? "a"
        let own = counts[name, default: 0]
        let hadRoom = queue.hasRoom(for: Self.share(String(name)), room: room)
        switch queue.append((name, number), of: Self.share(String(name)), room: room) {
        case .admitted: counts[name, default: 0] += 1
        case .displaced(let other):
          #expect(counts[other.name, default: 0] >= own + 2)
          counts[name, default: 0] += 1
          counts[other.name, default: 0] -= 1
        case .refused:
          #expect(queue.waitingCount == room)
          #expect((own + 1) * names.count > room)
          #expect(!hadRoom)
          continue
        }
        #expect(hadRoom)
        #expect(queue.waitingCount == counts.values.reduce(0, +) && queue.waitingCount <= room)
        if Int.random(in: 0..<4, using: &random) == 0, let (entry, share) = queue.next(where: { _, _ in true }) {
          counts[entry.name, default: 0] -= 1
          queue.end(of: share, cost: 1)
        }
      }
    }
  }

  // MARK: Order

  private func take(_ queue: inout FairQueue<String>) -> String? {
    queue.next { _, _ in true }?.entry
  }

  @Test("one of few is next after one of many, whatever came first")
  func turnsAreTaken() {
    var queue = FairQueue<String>()
    for number in 1...5 { _ = queue.append("a\(number)", of: Self.share("a"), room: 10) }
    for number in 1...2 { _ = queue.append("b\(number)", of: Self.share("b"), room: 10) }
    var order: [String] = []
    while let (entry, share) = queue.next(where: { _, _ in true }) {
      order.append(entry)
      queue.end(of: share, cost: 1)
    }
    #expect(order == ["a1", "b1", "a2", "b2", "a3", "a4", "a5"])
  }

  @Test("a share with nothing running is next, whatever it has been charged")
  func whoRunsNothingIsNext() {
    var queue = FairQueue<String>()
    for name in ["b1", "a1", "a2", "b2"] { _ = queue.append(name, of: Self.share(String(name.prefix(1))), room: 10) }
    #expect(take(&queue) == "b1")
    queue.end(of: Self.share("b"), cost: 1000)
    #expect(take(&queue) == "a1")
    #expect(take(&queue) == "b2")
    #expect(take(&queue) == "a2")
  }

  @Test("time, not the number of works, is what is shared", arguments: [1, 3])
  func costsAreCharged(weight: Int) {
    var queue = FairQueue<String>()
    let shares = ["long": Self.share("long", weight: weight), "short": Self.share("short")]
    let costs = ["long": 50.0, "short": 1.0]
    var spent: [String: Double] = [:]
    for (name, share) in shares { for _ in 0..<2000 { _ = queue.append(name, of: share, room: .max) } }
    for _ in 0..<500 {
      guard let (name, share) = queue.next(where: { _, _ in true }) else { break }
      spent[name, default: 0] += costs[name] ?? 0
      queue.end(of: share, cost: costs[name] ?? 0)
    }
    #expect(abs((spent["long"] ?? 0) - Double(weight) * (spent["short"] ?? 0)) <= 50 * Double(weight))
  }

  @Test("a share that comes back is owed nothing for the time it was away")
  func idleTimeIsNotSaved() {
    var queue = FairQueue<String>()
    for _ in 0..<100 { _ = queue.append("a", of: Self.share("a"), room: .max) }
    for _ in 0..<50 {
      _ = take(&queue)
      queue.end(of: Self.share("a"), cost: 1)
    }
    for _ in 0..<50 { _ = queue.append("b", of: Self.share("b"), room: .max) }
    var order = ""
    for _ in 0..<20 {
      guard let (name, share) = queue.next(where: { _, _ in true }) else { break }
      order += name
      queue.end(of: share, cost: 1)
    }
    #expect(order.count { $0 == "a" } == 10)
  }

  @Test("what may not run now does not hold up what may")
  func predicatesPassOver() {
    var queue = FairQueue<String>()
    for name in ["a1", "a2", "b1"] { _ = queue.append(name, of: Self.share(String(name.prefix(1))), room: 10) }
    #expect(queue.next { entry, _ in entry != "a1" }?.entry == "a2")
    #expect(queue.next { _, running in running == 0 }?.entry == "b1")
    #expect(queue.next { _, running in running == 0 } == nil)
    #expect(queue.runningCount == 2 && queue.waitingCount == 1)
  }

  @Test("nothing is kept of a share that has nothing here")
  func idleSharesAreForgotten() {
    var queue = FairQueue<Int>()
    for number in 0..<1000 {
      let share = Self.share("\(number)")
      _ = queue.append(number, of: share, room: 10)
      #expect(!queue.isIdle(share))
      if number.isMultiple(of: 2) { queue.removeAll { _ in true } } else { _ = queue.next { _, _ in true } }
      queue.end(of: share, cost: 1)
      #expect(queue.isIdle(share))
    }
    #expect(queue.waitingCount == 0 && queue.runningCount == 0)
  }

  @Test("everything that is taken out is returned, also where the condition becomes true in between")
  func removedIsReturned() {
    var queue = FairQueue<Int>()
    for number in 0..<10 { _ = queue.append(number, of: Self.share("a"), room: 10) }
    var asked = 0
    // As of deadlines: whoever is asked about later may be due.
    let gone = queue.removeAll { _ in
      asked += 1
      return asked > 6
    }
    #expect(gone.count + queue.waiting.count == 10)
    #expect(queue.waitingCount == queue.waiting.count)
  }

  // MARK: Bytes

  /// A row of `Tests/Fairness/bytes.json`.
  private struct BytesExample: Decodable {
    struct Step: Decodable {
      var take: String?
      var give: String?
      var count: Int
      var then: Bool?
    }

    var why: String
    var maximum: Int
    var largest: Int?
    var weights: [String: Int]?
    var steps: [Step]
  }

  @Test("bytes are divided as in the examples that both hosts are held to")
  func bytesExamples() throws {
    let file = try Data(contentsOf: Repository.file("Tests/Fairness/bytes.json"))
    for example in try JSONDecoder().decode([BytesExample].self, from: file) {
      var bytes = FairBytes(maximum: example.maximum)
      func share(_ name: String) -> Share { Self.share(name, weight: example.weights?[name] ?? 1) }
      for (index, step) in example.steps.enumerated() {
        let place = Comment(rawValue: "\(example.why): step \(index + 1)")
        if let name = step.take {
          #expect(bytes.take(step.count, of: share(name), largest: example.largest ?? 0) == step.then, place)
        } else if let name = step.give {
          bytes.give(step.count, of: share(name))
        }
      }
    }
  }

  // MARK: Thresholds

  @Test("what cannot be taken back leaves as much to others as one has", arguments: 1...6)
  func thresholds(tenants: Int) {
    let maximum = 420
    var held = [Int](repeating: 0, count: tenants)
    for _ in 0..<maximum {
      for tenant in held.indices
      where Threshold.permits(own: held[tenant], all: held.reduce(0, +), maximum: maximum) { held[tenant] += 1 }
    }
    #expect(held.allSatisfy { abs($0 - maximum / (tenants + 1)) <= 1 })
    #expect(Threshold.permits(own: 0, all: held.reduce(0, +), maximum: maximum))
    #expect(!Threshold.permits(own: 0, all: maximum, maximum: maximum))
  }
}
