import EdgeHandler

/// Effects that are under way, by number.
///
/// A number is a place in a list and the count of its uses, so that one that has been dropped or answered already reaches nobody.
struct EffectTable {
  struct Effect {
    var request: UInt32
    /// Whether the result could be read.
    var resume: (JSON) -> Bool
  }

  private struct Place {
    var uses: UInt32 = 0
    var effect: Effect?
  }

  private static let placeBits: UInt32 = 16

  private var places: [Place] = []
  private var free: [UInt32] = []

  /// `nil` when there are as many as can be numbered.
  mutating func add(_ effect: Effect) -> UInt32? {
    let index: UInt32
    if let place = free.popLast() {
      index = place
    } else {
      guard places.count < 1 << Self.placeBits else { return nil }
      index = UInt32(places.count)
      places.append(Place())
    }
    places[Int(index)].effect = effect
    return places[Int(index)].uses << Self.placeBits | index
  }

  mutating func take(_ number: UInt32) -> Effect? {
    let index = number & (1 << Self.placeBits - 1)
    guard index < places.count, places[Int(index)].uses == number >> Self.placeBits else { return nil }
    return release(index)
  }

  /// Forgets the effects of one request.
  mutating func drop(request: UInt32) {
    for index in places.indices where places[index].effect?.request == request { _ = release(UInt32(index)) }
  }

  private mutating func release(_ index: UInt32) -> Effect? {
    guard let effect = places[Int(index)].effect else { return nil }
    places[Int(index)].effect = nil
    places[Int(index)].uses = (places[Int(index)].uses + 1) & (1 << Self.placeBits - 1)
    free.append(index)
    return effect
  }
}
