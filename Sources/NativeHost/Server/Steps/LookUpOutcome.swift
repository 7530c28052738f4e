/// What the store had for a request; of several look-ups the worst.
enum LookUpOutcome: String, Sendable, CaseIterable, Comparable {
  case none, hit, collapsed, miss, refused

  static func < (left: Self, right: Self) -> Bool {
    left.rank < right.rank
  }

  var rank: Int {
    switch self {
    case .none: 0
    case .hit: 1
    case .collapsed: 2
    case .miss: 3
    case .refused: 4
    }
  }
}
