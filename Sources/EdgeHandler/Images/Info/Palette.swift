/// The six swatches of the Vibrant method: of each kind the colour that comes nearest to what the kind wants.
struct Palette: Sendable, Equatable {
  /// In the order of ``Kind``.
  private(set) var swatches: [Color?]

  enum Kind: Int, CaseIterable, Sendable {
    case vibrant, lightVibrant, darkVibrant, muted, lightMuted, darkMuted

    var name: String {
      switch self {
      case .vibrant: "vibrant"
      case .lightVibrant: "lightVibrant"
      case .darkVibrant: "darkVibrant"
      case .muted: "muted"
      case .lightMuted: "lightMuted"
      case .darkMuted: "darkMuted"
      }
    }

    fileprivate var isVibrant: Bool {
      rawValue <= Kind.darkVibrant.rawValue
    }

    /// What it wants, and what it takes.
    fileprivate var lightness: (target: Double, range: ClosedRange<Double>) {
      switch self {
      case .vibrant, .muted: (0.5, 0.3...0.7)
      case .lightVibrant, .lightMuted: (0.74, 0.55...1)
      case .darkVibrant, .darkMuted: (0.26, 0...0.45)
      }
    }

    fileprivate var saturation: (target: Double, range: ClosedRange<Double>) {
      isVibrant ? (1, 0.35...1) : (0.3, 0...0.4)
    }

    /// From which a missing one is derived, the nearest first.
    fileprivate var siblings: [Kind] {
      switch self {
      case .vibrant: [.darkVibrant, .lightVibrant]
      case .lightVibrant: [.vibrant, .darkVibrant]
      case .darkVibrant: [.vibrant, .lightVibrant]
      case .muted: [.darkMuted, .lightMuted]
      case .lightMuted: [.muted, .darkMuted]
      case .darkMuted: [.muted, .lightMuted]
      }
    }
  }

  /// - Parameter clusters: in the order of their counts.
  init(_ clusters: [ColorCluster]) {
    let colors = clusters.map { HSL($0.color) }
    let most = Double(max(1, clusters.first?.count ?? 1))
    var chosen: [Int] = []
    var found: [Color?] = []
    for kind in Kind.allCases {
      var best: (index: Int, score: Double)?
      for (index, color) in colors.enumerated() {
        guard kind.lightness.range.contains(color.lightness), kind.saturation.range.contains(color.saturation),
          !chosen.contains(index)
        else { continue }
        let score =
          3 * (1 - (color.saturation - kind.saturation.target).magnitude)
          + 6.5 * (1 - (color.lightness - kind.lightness.target).magnitude)
          + 0.5 * Double(clusters[index].count) / most
        if score > best?.score ?? -1 { best = (index, score) }
      }
      if let best { chosen.append(best.index) }
      found.append(best.map { clusters[$0.index].color })
    }
    swatches = Kind.allCases.map { kind in
      if let color = found[kind.rawValue] { return color }
      guard let sibling = kind.siblings.lazy.compactMap({ found[$0.rawValue] }).first else { return nil }
      var color = HSL(sibling)
      color.lightness = kind.lightness.target
      return color.color
    }
  }

  subscript(kind: Kind) -> Color? {
    swatches[kind.rawValue]
  }
}

/// Hue 0–6, saturation and lightness 0–1. Nothing but `+ − × ÷`: the same in every build.
private struct HSL {
  var hue: Double
  var saturation: Double
  var lightness: Double

  init(_ color: Color) {
    let red = Double(color.red) / 255
    let green = Double(color.green) / 255
    let blue = Double(color.blue) / 255
    let most = max(red, green, blue)
    let least = min(red, green, blue)
    let chroma = most - least
    lightness = (most + least) / 2
    guard chroma > 0 else {
      hue = 0
      saturation = 0
      return
    }
    saturation = min(1, chroma / (1 - (2 * lightness - 1).magnitude))
    if most == red {
      hue = (green - blue) / chroma + (green < blue ? 6 : 0)
    } else if most == green {
      hue = (blue - red) / chroma + 2
    } else {
      hue = (red - green) / chroma + 4
    }
  }

  var color: Color {
    let chroma = (1 - (2 * lightness - 1).magnitude) * saturation
    func channel(_ offset: Double) -> UInt8 {
      var place = hue + offset
      if place >= 6 { place -= 6 }
      // Full from −1 to 1 around the channel's own hue, nothing beyond 2.
      let share = min(max(min(place, 6 - place), 0), 3)
      let amount = share <= 1 ? 1 : share >= 2 ? 0 : 2 - share
      let value = lightness - chroma / 2 + chroma * amount
      return UInt8(truncatingIfNeeded: Int(min(max(value, 0), 1) * 255 + 0.5))
    }
    return Color(red: channel(0), green: channel(4), blue: channel(2))
  }
}
