/// How many elements a document draws, with all that is drawn again by reference: a handful of `use`, each of two others, is millions.
struct SVGExpansion {
  /// About a second of librsvg's time.
  private static let most = 100_000
  /// Documents that say everything in full are as long as they are.
  private static let mostPerElement = 4
  private static let deepest = 1000

  private var targets: [String: SVGElement] = [:]
  private var counts: [ObjectIdentifier: Int] = [:]
  private var count = 0

  static func isBounded(_ root: SVGElement) -> Bool {
    var expansion = SVGExpansion()
    root.forEach { element in
      expansion.count += 1
      if let id = element["id"], expansion.targets[id] == nil { expansion.targets[id] = element }
    }
    return expansion.drawn(root, depth: 0) <= max(Self.most, Self.mostPerElement * expansion.count)
  }

  /// Drawn where it is referred to, and not where it stands.
  private static let templates: Set<String> = [
    "clipPath", "defs", "filter", "linearGradient", "marker", "mask", "pattern", "radialGradient", "symbol",
  ]

  private mutating func drawn(_ element: SVGElement, depth: Int) -> Int {
    let identifier = ObjectIdentifier(element)
    if let known = counts[identifier] { return known }
    // A reference to itself draws nothing.
    counts[identifier] = 0
    guard depth < Self.deepest else { return .max }
    var sum = 1
    func add(_ more: Int) { sum = sum.addingReportingOverflow(more).overflow ? .max : sum + more }
    for child in element.elements where !Self.templates.contains(child.name) { add(drawn(child, depth: depth + 1)) }
    for target in references(of: element) { add(drawn(target, depth: depth + 1)) }
    counts[identifier] = sum
    return sum
  }

  private func references(of element: SVGElement) -> [SVGElement] {
    var references: [SVGElement] = []
    for attribute in element.attributes {
      if attribute.name == "href", element.name == "use" || element.name == "feImage" || element.name == "pattern" {
        if let target = targets[String(attribute.value.dropFirst())] { references.append(target) }
      } else if attribute.value.holds("url(") {
        for case .url(let address) in StyleToken.tokens(attribute.value) {
          if let target = targets[String(address.dropFirst())] { references.append(target) }
        }
      }
    }
    return references
  }
}
