import Glibc

/// An SVG as a tree of what is known and harmless, and nothing else.
///
/// Law of this folder: a document is parsed once, by libxml2; ``SVGReader`` takes over the elements and attributes of ``SVGVocabulary``; what
/// is written is written anew from the tree. No byte of the original is copied into markup without being escaped, and nothing is
/// removed by patterns. The same tree is drawn and is passed on as an SVG.
final class SVGElement {
  /// A local name of the SVG namespace.
  let name: String
  var attributes: [Attribute]
  var children: [Node] = []

  struct Attribute {
    /// As it is written: `xml:space` and `xml:lang` have a prefix.
    var name: String
    var value: String
  }

  enum Node {
    case element(SVGElement)
    case text(String)
  }

  init(_ name: String, _ attributes: [Attribute] = []) {
    self.name = name
    self.attributes = attributes
  }

  subscript(name: String) -> String? {
    get { attributes.first { $0.name == name }?.value }
    set {
      let index = attributes.firstIndex { $0.name == name }
      switch (index, newValue) {
      case (let index?, let value?): attributes[index].value = value
      case (let index?, nil): attributes.remove(at: index)
      case (nil, let value?): attributes.append(Attribute(name: name, value: value))
      case (nil, nil): break
      }
    }
  }

  var elements: [SVGElement] {
    children.compactMap { if case .element(let element) = $0 { element } else { nil } }
  }

  var text: String {
    children.reduce(into: "") { if case .text(let text) = $1 { $0 += text } }
  }

  /// This element and all below, each before its children.
  func forEach(_ body: (SVGElement) -> Void) {
    body(self)
    for child in elements { child.forEach(body) }
  }
}

extension String {
  /// As `contains`, which takes a hundred times as long for texts.
  func holds(_ part: String) -> Bool {
    strstr(self, part) != nil
  }
}

// MARK: Written

extension SVGElement {
  static let namespace = "http://www.w3.org/2000/svg"

  /// A document in UTF-8, without a declaration.
  func document() -> [UInt8] {
    var bytes: [UInt8] = []
    write(to: &bytes, isRoot: true)
    return bytes
  }

  private func write(to bytes: inout [UInt8], isRoot: Bool) {
    bytes.append(UInt8(ascii: "<"))
    bytes += name.utf8
    if isRoot { bytes += " xmlns=\"\(Self.namespace)\"".utf8 }
    for attribute in attributes {
      bytes.append(0x20)
      bytes += attribute.name.utf8
      bytes += "=\"".utf8
      Self.escape(attribute.value, to: &bytes)
      bytes.append(UInt8(ascii: "\""))
    }
    guard !children.isEmpty else {
      bytes += "/>".utf8
      return
    }
    bytes.append(UInt8(ascii: ">"))
    for child in children {
      switch child {
      case .element(let element): element.write(to: &bytes, isRoot: false)
      case .text(let text): Self.escape(text, to: &bytes)
      }
    }
    bytes += "</".utf8
    bytes += name.utf8
    bytes.append(UInt8(ascii: ">"))
  }

  /// Right in a text and in a value between double quotes (XML 1.0, sections 2.4 and 3.3.3).
  private static func escape(_ text: String, to bytes: inout [UInt8]) {
    for byte in text.utf8 {
      switch byte {
      case UInt8(ascii: "&"): bytes += "&amp;".utf8
      case UInt8(ascii: "<"): bytes += "&lt;".utf8
      case UInt8(ascii: ">"): bytes += "&gt;".utf8
      case UInt8(ascii: "\""): bytes += "&quot;".utf8
      case UInt8(ascii: "'"): bytes += "&#39;".utf8
      // Read as blanks, where they are not written as what they are.
      case 0x09, 0x0A, 0x0D: bytes += "&#\(byte);".utf8
      default: bytes.append(byte)
      }
    }
  }
}
