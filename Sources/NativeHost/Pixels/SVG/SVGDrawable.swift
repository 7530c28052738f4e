import CAVIF
import CDrawing
import Glibc

/// Writes out what browsers know and librsvg 2.54 does not: `feDropShadow`, `var()`, and pictures in WebP and AVIF.
extension SVGElement {
  func makeDrawable(maximumPixels: Int) {
    SVGVariables(self).resolve(self)
    forEach { element in
      if element.name == "filter" { element.writeOutShadows() }
      if element.name == "image" || element.name == "feImage" { element.convertPicture(maximumPixels) }
    }
  }

  /// In pixels, of a picture inside of a picture.
  private static let sharpSide = 1024.0

  private func convertPicture(_ maximumPixels: Int) {
    guard let link = self["href"] else { return }
    if link.hasPrefix("data:image/svg+xml"), let bytes = DataURL.bytes(of: link), let root = SVGReader.read(bytes) {
      root.makeDrawable(maximumPixels: maximumPixels)
      // librsvg draws it at its own size and scales the pixels.
      if self["width"] != nil, self["height"] != nil, var layout = SVGLayout(root) {
        let scale = max(1, Self.sharpSide / max(layout.width, layout.height, 1))
        (layout.width, layout.height) = (layout.width * scale, layout.height * scale)
        layout.apply(to: root)
      }
      self["href"] = DataURL.text(mediaType: "image/svg+xml", root.document())
    }
    let isWebP = link.hasPrefix("data:image/webp")
    guard isWebP || link.hasPrefix("data:image/avif"), let bytes = DataURL.bytes(of: link) else { return }
    var count = 0
    guard
      let png = isWebP
        ? cdrawing_png_of_webp(bytes, bytes.count, maximumPixels, &count)
        : Self.png(ofAVIF: bytes, maximumPixels, &count)
    else { return }
    defer { free(png) }
    self["href"] = DataURL.text(mediaType: "image/png", Array(UnsafeBufferPointer(start: png, count: count)))
  }

  /// `nil` for what cannot be read, and where there is no libavif.
  private static func png(
    ofAVIF bytes: [UInt8], _ maximumPixels: Int, _ count: inout Int
  ) -> UnsafeMutablePointer<UInt8>? {
    bytes.withUnsafeBytes { bytes in
      guard let reader = cavif_open_still(bytes.baseAddress, bytes.count, UInt32(clamping: maximumPixels)) else {
        return nil
      }
      defer { cavif_close(reader) }
      guard let size = RasterSize(width: Int(cavif_width(reader)), height: Int(cavif_height(reader))),
        let pixels = calloc(size.area, 4)?.assumingMemoryBound(to: UInt8.self)
      else { return nil }
      defer { free(pixels) }
      guard cavif_next(reader, pixels) == 0 else { return nil }
      return cdrawing_png_of_rgba(pixels, Int32(size.width), Int32(size.height), &count)
    }
  }

  /// Filter Effects 1, section 9.14, which defines the one by the others.
  private func writeOutShadows() {
    guard elements.contains(where: { $0.name == "feDropShadow" }) else { return }
    var written: [Node] = []
    var previous: SVGElement?
    for (index, child) in elements.enumerated() {
      guard child.name == "feDropShadow" else {
        written.append(.element(child))
        if child.name.hasPrefix("fe") { previous = child }
        continue
      }
      if child["in"] == nil, let previous, previous["result"] == nil { previous["result"] = "imgedge-\(index)" }
      let source = child["in"] ?? previous?["result"] ?? "SourceGraphic"
      let offsets = (child["dx"] ?? "2", child["dy"] ?? "2")
      let region = child.attributes.filter { ["x", "y", "width", "height"].contains($0.name) }
      let interpolation = child.attributes.filter { $0.name == "color-interpolation-filters" }
      let paint = child.attributes.filter { ["flood-color", "flood-opacity", "style", "class"].contains($0.name) }
      func part(_ name: String, _ values: [(String, String)], result: String?) -> SVGElement {
        let own = values.map { Attribute(name: $0.0, value: $0.1) }
        let result = result.map { [Attribute(name: "result", value: $0)] } ?? []
        return SVGElement(name, own + result + region + interpolation)
      }
      let names = (0..<4).map { "imgedge-\(index)-\($0)" }
      let flood = part("feFlood", [], result: names[2])
      flood.attributes += paint
      let merge = part("feMerge", [], result: child["result"])
      merge.children = [names[3], source].map {
        .element(SVGElement("feMergeNode", [Attribute(name: "in", value: $0)]))
      }
      let parts = [
        part("feGaussianBlur", [("in", source), ("stdDeviation", child["stdDeviation"] ?? "2")], result: names[0]),
        part("feOffset", [("in", names[0]), ("dx", offsets.0), ("dy", offsets.1)], result: names[1]),
        flood,
        part("feComposite", [("in", names[2]), ("in2", names[1]), ("operator", "in")], result: names[3]), merge,
      ]
      written += parts.map { .element($0) }
      previous = merge
    }
    children = written
  }
}

/// Custom properties (CSS Variables 1), each `var()` replaced by what it stands for where it is used. Rules with combinators are not followed;
/// in a style sheet a variable has the value that it has on the root.
struct SVGVariables {
  private typealias Values = [String: [StyleToken]]

  /// Those of rules with one simple selector.
  private var rules: [(selector: [StyleToken], values: Values)] = []
  private let isNeeded: Bool
  private static let deepest = 16
  /// Values that name others several times can grow without end.
  private static let longest = 10_000

  init(_ root: SVGElement) {
    var rules: [(selector: [StyleToken], values: Values)] = []
    var isNeeded = false
    root.forEach { element in
      if element.name == "style" {
        let text = element.text
        guard text.holds("var(") || text.holds("--") else { return }
        isNeeded = true
        for case .style(let selector, let declarations) in StyleSheet(text).rules {
          let values = Self.values(declarations)
          guard !values.isEmpty else { continue }
          for part in selector.split(separator: .raw(",")) {
            rules.append((part.filter { $0 != .blank }, values))
          }
        }
      } else if !isNeeded {
        isNeeded = element.attributes.contains { $0.value.holds("var(") }
      }
    }
    self.rules = rules
    self.isNeeded = isNeeded
  }

  func resolve(_ root: SVGElement) {
    guard isNeeded else { return }
    resolve(root, inherited: [:], rootValues: own(root, isRoot: true))
  }

  private static func values(_ declarations: [StyleSheet.Declaration]) -> Values {
    declarations.reduce(into: [:]) { values, declaration in
      if declaration.property.hasPrefix("--") { values[declaration.property] = declaration.value }
    }
  }

  private func own(_ element: SVGElement, isRoot: Bool) -> Values {
    var values: Values = [:]
    for rule in rules where Self.matches(rule.selector, element, isRoot: isRoot) {
      values.merge(rule.values) { $1 }
    }
    if let style = element["style"] { values.merge(Self.values(StyleSheet.declarations(style))) { $1 } }
    return values
  }

  private static func matches(_ selector: [StyleToken], _ element: SVGElement, isRoot: Bool) -> Bool {
    switch selector {
    case [.raw(":"), .name("root")]: isRoot
    case [.raw("*")]: true
    case [.hash(element["id"] ?? "")]: true
    default:
      if selector.count == 1, case .name(let name)? = selector.first {
        name == element.name
      } else if selector.count == 2, selector[0] == .raw("."), case .name(let name) = selector[1] {
        element["class"]?.split(whereSeparator: \.isWhitespace).contains { $0 == name } ?? false
      } else {
        false
      }
    }
  }

  private func resolve(_ element: SVGElement, inherited: Values, rootValues: Values) {
    let values = inherited.merging(own(element, isRoot: inherited.isEmpty && element.name == "svg")) { $1 }
    if element.name == "style" {
      var sheet = StyleSheet(element.text)
      sheet.mapDeclarations { Self.resolved($0, rootValues) }
      element.children = [.text(sheet.text)]
      return
    }
    for index in element.attributes.indices.reversed() where element.attributes[index].value.holds("var(") {
      let attribute = element.attributes[index]
      if attribute.name == "style" {
        let declarations = StyleSheet.declarations(attribute.value).compactMap { Self.resolved($0, values) }
        element.attributes[index].value = StyleSheet.Declaration.text(declarations)
      } else if SVGVocabulary.presentation.contains(attribute.name) {
        if let tokens = Self.substituted(StyleToken.tokens(attribute.value), values) {
          element.attributes[index].value = StyleToken.text(tokens)
        } else {
          element.attributes.remove(at: index)
        }
      }
    }
    for child in element.elements { resolve(child, inherited: values, rootValues: rootValues) }
  }

  /// `nil` for one that is invalid at computed-value time, and so as if it were not there.
  private static func resolved(_ declaration: StyleSheet.Declaration, _ values: Values) -> StyleSheet.Declaration? {
    guard !declaration.property.hasPrefix("--") else { return nil }
    guard let value = substituted(declaration.value, values) else { return nil }
    return StyleSheet.Declaration(property: declaration.property, value: value)
  }

  private static func substituted(_ tokens: [StyleToken], _ values: Values, depth: Int = 0) -> [StyleToken]? {
    guard depth < deepest, tokens.count < longest else { return nil }
    var result: [StyleToken] = []
    var place = 0
    while place < tokens.count {
      guard case .function(let name) = tokens[place], name.lowercased() == "var" else {
        result.append(tokens[place])
        place += 1
        continue
      }
      var end = place + 1
      var level = 1
      while end < tokens.count {
        if case .function = tokens[end] { level += 1 }
        if tokens[end] == .raw("(") { level += 1 }
        if tokens[end] == .raw(")") { level -= 1 }
        if level == 0 { break }
        end += 1
      }
      let inner = tokens[(place + 1)..<min(end, tokens.count)]
      let comma = inner.firstIndex(of: .raw(","))
      guard case .name(let variable)? = inner[..<(comma ?? inner.endIndex)].first(where: { $0 != .blank }) else {
        return nil
      }
      let known = values[variable].flatMap { substituted($0, values, depth: depth + 1) }
      let fallback = comma.flatMap { substituted(Array(inner[($0 + 1)...]), values, depth: depth + 1) }
      guard let value = known ?? fallback else { return nil }
      result += value
      guard result.count < longest else { return nil }
      place = end + 1
    }
    return result
  }
}
