import CLibxmlLibrary
import EdgeHandler
import Glibc

/// Reads a document with libxml2 and takes over what is known.
///
/// libxml2 bounds depth (256), the length of a text (10 MB) and how far entities grow; nothing outside of the document is opened.
struct SVGReader {
  /// How deep pictures inside of pictures are followed.
  private static let deepest = 2

  private let depth: Int
  private let budget: SVGBudget
  private let names = Names()

  /// What all documents inside of one may have together.
  final class SVGBudget {
    var elements = 1_000_000
  }

  /// Names by where libxml2 keeps them: it has each once in a document.
  private final class Names {
    private var texts: [UnsafePointer<xmlChar>: String] = [:]
    private var namespaces: [xmlNsPtr: Namespace] = [:]

    subscript(name: UnsafePointer<xmlChar>?) -> String {
      guard let name else { return "" }
      if let text = texts[name] { return text }
      let text = String(cString: name)
      texts[name] = text
      return text
    }

    subscript(namespace: xmlNsPtr?) -> Namespace {
      guard let namespace else { return .none }
      if let known = namespaces[namespace] { return known }
      let found: Namespace =
        switch namespace.pointee.href.map({ String(cString: $0) }) ?? "" {
        case SVGElement.namespace: .svg
        case "http://www.w3.org/1999/xlink": .xlink
        case "http://www.w3.org/XML/1998/namespace": .xml
        default: .other
        }
      namespaces[namespace] = found
      return found
    }
  }

  private enum Namespace {
    case none, svg, xlink, xml, other
  }

  private init(depth: Int, budget: SVGBudget) {
    self.depth = depth
    self.budget = budget
  }

  /// The root; `nil` for what is not well-formed, or is no SVG.
  static func read(_ bytes: [UInt8]) -> SVGElement? {
    SVGReader(depth: 0, budget: SVGBudget()).read(bytes)
  }

  private func read(_ bytes: [UInt8]) -> SVGElement? {
    // Entities of the document itself are put in their place; those outside of it are nothing.
    xmlSetExternalEntityLoader { _, _, _ in nil }
    let options =
      XML_PARSE_NONET.rawValue | XML_PARSE_NOENT.rawValue | XML_PARSE_NOERROR.rawValue
      | XML_PARSE_NOWARNING.rawValue | XML_PARSE_NOCDATA.rawValue
    guard let count = Int32(exactly: bytes.count) else { return nil }
    let document = bytes.withUnsafeBytes { bytes in
      xmlReadMemory(bytes.bindMemory(to: CChar.self).baseAddress, count, nil, nil, Int32(bitPattern: options))
    }
    guard let document else { return nil }
    defer { xmlFreeDoc(document) }
    guard let root = xmlDocGetRootElement(document) else { return nil }
    let namespace = names[root.pointee.ns]
    guard names[root.pointee.name] == "svg", namespace == .none || namespace == .svg else { return nil }
    return element(root, namespace)
  }

  /// - Parameter namespace: that of the root: some documents have none.
  private func element(_ node: xmlNodePtr, _ namespace: Namespace) -> SVGElement? {
    let name = names[node.pointee.name]
    guard names[node.pointee.ns] == namespace, SVGVocabulary.elements.contains(name) else { return nil }
    budget.elements -= 1
    guard budget.elements > 0 else { return nil }
    let element = SVGElement(name)
    readAttributes(of: node, to: element)
    if SVGVocabulary.animations.contains(name), !Self.isHarmless(animation: element) { return nil }
    let isTextual = SVGVocabulary.textual.contains(name)
    var child = node.pointee.children
    while let node = child {
      defer { child = node.pointee.next }
      switch node.pointee.type {
      case XML_ELEMENT_NODE:
        if name != "style", let inner = self.element(node, namespace) { element.children.append(.element(inner)) }
      case XML_TEXT_NODE, XML_CDATA_SECTION_NODE:
        if isTextual { element.children.append(.text(Self.text(node.pointee.content))) }
      default: break
      }
    }
    guard name == "style" else { return element }
    let type = element["type"].map { $0.lowercased() } ?? "text/css"
    guard type == "text/css" || type.isEmpty else { return nil }
    let sheet = StyleSheet(element.text).text
    element.children = [.text(sheet)]
    return sheet.isEmpty ? nil : element
  }

  private func readAttributes(of node: xmlNodePtr, to element: SVGElement) {
    var next = node.pointee.properties
    var link: String?
    while let attribute = next {
      defer { next = attribute.pointee.next }
      let name = names[attribute.pointee.name]
      switch names[attribute.pointee.ns] {
      case .none where name == "href": link = Self.value(attribute)
      case .xlink where name == "href": link = link ?? Self.value(attribute)
      case .none where SVGVocabulary.attributes.contains(name):
        if let value = Self.harmless(Self.value(attribute), of: name) {
          element.attributes.append(SVGElement.Attribute(name: name, value: value))
        }
      case .xml where name == "space" || name == "lang":
        element.attributes.append(SVGElement.Attribute(name: "xml:" + name, value: Self.value(attribute)))
      default: break
      }
    }
    guard let link, let target = target(of: element.name, link) else { return }
    element.attributes.append(SVGElement.Attribute(name: "href", value: target))
  }

  /// Inside of the document, or a picture that the link itself holds.
  private func target(of name: String, _ link: String) -> String? {
    let link = link.trimmingBlanks()
    if link.hasPrefix("#") { return name == "a" ? nil : link }
    guard name == "image" || name == "feImage", let bytes = DataURL.bytes(of: link) else { return nil }
    let format = bytes.withUnsafeBytes { Sniffing.format(of: $0) }
    switch format {
    case .png, .jpeg, .gif, .webp, .avif: return DataURL.text(mediaType: format.map { "image/\($0)" } ?? "", bytes)
    case .svg:
      guard depth < Self.deepest, let plain = SVGEncoding.plain(bytes),
        let root = SVGReader(depth: depth + 1, budget: budget).read(plain)
      else { return nil }
      return DataURL.text(mediaType: "image/svg+xml", root.document())
    default: return nil
    }
  }

  // MARK: Values

  /// Any value may be read as CSS, in which only functions and escapes can refer to something.
  private static func harmless(_ value: String, of name: String) -> String? {
    if name == "style" {
      let text = StyleSheet.Declaration.text(StyleSheet.declarations(value))
      return text.isEmpty ? nil : text
    }
    let isPlain = !value.utf8.contains { $0 == UInt8(ascii: "(") || $0 == UInt8(ascii: "\\") }
    if isPlain || name == "id" || name == "class" || name.hasPrefix("aria-") { return value }
    let tokens = StyleToken.tokens(value)
    return StyleSheet.areHarmless(tokens) ? StyleToken.text(tokens) : nil
  }

  private static func isHarmless(animation: SVGElement) -> Bool {
    switch animation.name {
    case "animateMotion": true
    case "animateTransform": animation["attributeName"].map { $0.hasSuffix("ransform") } ?? true
    default: animation["attributeName"].map { SVGVocabulary.animated.contains($0.trimmingBlanks()) } ?? false
    }
  }

  // MARK: libxml2's strings

  private static func text(_ pointer: UnsafePointer<xmlChar>?) -> String {
    pointer.map { String(cString: $0) } ?? ""
  }

  private static func value(_ attribute: xmlAttrPtr) -> String {
    // Entities have been put in their place, so that there is hardly ever more than one part.
    if let part = attribute.pointee.children, part.pointee.next == nil, part.pointee.type == XML_TEXT_NODE {
      return text(part.pointee.content)
    }
    guard let copy = xmlNodeListGetString(attribute.pointee.doc, attribute.pointee.children, 1) else { return "" }
    defer { free(copy) }
    return String(cString: copy)
  }
}

extension String {
  /// Without the blanks of XML and HTML, and other control characters, at both ends.
  func trimmingBlanks() -> String {
    let bytes = utf8.drop { $0 <= 0x20 }
    guard let last = bytes.lastIndex(where: { $0 > 0x20 }) else { return "" }
    return String(self[bytes.startIndex...last])
  }
}
