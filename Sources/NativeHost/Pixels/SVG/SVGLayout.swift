/// How large a document says it is (CSS Images 3, section 5, and SVG 2, section 8), in px of which an inch has 96. Fractions count: a drawing has
/// a shape also where it is smaller than a pixel.
struct SVGLayout {
  /// x, y, width, height in user units.
  var viewBox: [Double]
  var width: Double
  var height: Double

  /// `nil` where the document has neither a size nor a `viewBox`: then the size is that of what is drawn.
  init?(_ root: SVGElement) {
    let box = root["viewBox"].flatMap(Self.box)
    let style = StyleSheet.declarations(root["style"] ?? "")
    func length(_ name: String) -> Double? {
      let declared = style.last { $0.property == name }.map { StyleToken.text($0.value) }
      return (declared ?? root[name]).flatMap { Self.pixels($0, fontSize: Self.fontSize(root, style)) }
    }
    switch (length("width"), length("height"), box) {
    case (let width?, let height?, _): (self.width, self.height) = (width, height)
    case (let width?, nil, let box?): (self.width, height) = (width, width * box[3] / box[2])
    case (nil, let height?, let box?): (width, self.height) = (height * box[2] / box[3], height)
    // The size of a replaced element that has none (CSS 2.2, section 10.3.2).
    case (let width?, nil, nil): (self.width, height) = (width, Self.replaced.height)
    case (nil, let height?, nil): (width, self.height) = (Self.replaced.width, height)
    case (nil, nil, let box?): (width, height) = (box[2], box[3])
    case (nil, nil, nil): return nil
    }
    viewBox = box ?? [0, 0, width, height]
  }

  static let replaced = (width: 300.0, height: 150.0)

  /// - Parameter extent: x, y, width and height of what is drawn; `nil` where that is nothing, or has no end.
  init(extent: [Double]?) {
    let isUsable = extent.map { box in
      box.allSatisfy { $0.isFinite && abs($0) < 1_000_000 } && box[2] > 0 && box[3] > 0
    }
    viewBox = isUsable == true ? extent ?? [] : [0, 0, Self.replaced.width, Self.replaced.height]
    (width, height) = (viewBox[2], viewBox[3])
  }

  /// Gives the document this very size, so that a drawing library has nothing left to decide.
  func apply(to root: SVGElement) {
    root["width"] = "\(width)"
    root["height"] = "\(height)"
    root["viewBox"] = viewBox.map { "\($0)" }.joined(separator: " ")
    root["x"] = nil
    root["y"] = nil
    let rest = StyleSheet.declarations(root["style"] ?? "").filter { $0.property != "width" && $0.property != "height" }
    if root["style"] != nil { root["style"] = StyleSheet.Declaration.text(rest) }
  }

  private static func box(_ text: String) -> [Double]? {
    let numbers = text.split { $0 == "," || $0.isWhitespace }.compactMap { Double($0) }
    guard numbers.count == 4, numbers.allSatisfy(\.isFinite), numbers[2] > 0, numbers[3] > 0 else { return nil }
    return numbers
  }

  private static func fontSize(_ root: SVGElement, _ style: [StyleSheet.Declaration]) -> Double {
    let declared = style.last { $0.property == "font-size" }.map { StyleToken.text($0.value) } ?? root["font-size"]
    return declared.flatMap { pixels($0, fontSize: 16) } ?? 16
  }

  /// `nil` for percentages, which are of what is around, and for what is no length.
  private static func pixels(_ text: String, fontSize: Double) -> Double? {
    let text = text.trimmingBlanks().lowercased()
    // An exponent is a digit's, a unit begins with another letter.
    let end =
      text.indices.first { index in
        let rest = text[index...]
        return text[index].isLetter
          && !(rest.first == "e" && rest.dropFirst().first.map { "+-0123456789".contains($0) } ?? false)
          || text[index] == "%"
      } ?? text.endIndex
    guard let number = Double(text[..<end]), number.isFinite, number >= 0 else { return nil }
    switch text[end...] {
    case "", "px": return number
    case "in": return number * 96
    case "cm": return number * 96 / 2.54
    case "mm": return number * 96 / 25.4
    case "q": return number * 96 / 101.6
    case "pt": return number * 96 / 72
    case "pc": return number * 16
    case "em": return number * fontSize
    case "rem": return number * 16
    case "ex", "ch": return number * fontSize / 2
    default: return nil
    }
  }
}
