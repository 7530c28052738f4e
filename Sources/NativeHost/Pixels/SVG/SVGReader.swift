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

  /// What all documents inside of one may have together.
  final class SVGBudget {
    var elements = 1_000_000
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
    let namespace = Self.namespace(of: root)
    guard Self.text(root.pointee.name) == "svg", namespace == nil || namespace == SVGElement.namespace else {
      return nil
    }
    return element(root, namespace)
  }

  /// - Parameter namespace: that of the root: some documents have none.
  private func element(_ node: xmlNodePtr, _ namespace: String?) -> SVGElement? {
    let name = Self.text(node.pointee.name)
    guard SVGVocabulary.elements.contains(name), Self.namespace(of: node) == namespace else { return nil }
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
      let name = Self.text(attribute.pointee.name)
      switch Self.namespace(of: attribute) {
      case nil where name == "href": link = Self.value(attribute)
      case "http://www.w3.org/1999/xlink" where name == "href": link = link ?? Self.value(attribute)
      case nil where SVGVocabulary.attributes.contains(name):
        if let value = Self.harmless(Self.value(attribute), of: name) {
          element.attributes.append(SVGElement.Attribute(name: name, value: value))
        }
      case "http://www.w3.org/XML/1998/namespace" where name == "space" || name == "lang":
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

  private static func namespace(of node: xmlNodePtr) -> String? {
    node.pointee.ns.map { text($0.pointee.href) }
  }

  private static func namespace(of attribute: xmlAttrPtr) -> String? {
    attribute.pointee.ns.map { text($0.pointee.href) }
  }

  private static func value(_ attribute: xmlAttrPtr) -> String {
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
