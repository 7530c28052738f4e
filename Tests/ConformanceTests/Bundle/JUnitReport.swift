import Foundation

#if canImport(FoundationXML)
  import FoundationXML
#endif

/// The results of a test runner in JUnit's XML, as `deno test --junit-path` writes it.
final class JUnitReport: NSObject, XMLParserDelegate {
  struct Result {
    var name: String
    /// What the runner says of a test that failed; `nil` for one that passed.
    var failure: String?
  }

  private(set) var results: [Result] = []
  private var isInFailure = false

  init(_ data: Data) throws {
    super.init()
    let parser = XMLParser(data: data)
    parser.delegate = self
    guard parser.parse() else { throw parser.parserError ?? CocoaError(.fileReadCorruptFile) }
  }

  func parser(
    _ parser: XMLParser, didStartElement element: String, namespaceURI: String?, qualifiedName: String?,
    attributes: [String: String]
  ) {
    switch element {
    case "testcase": results.append(Result(name: attributes["name"] ?? "a test without a name"))
    case "failure", "error":
      isInFailure = true
      if !results.isEmpty { results[results.count - 1].failure = attributes["message"] ?? "" }
    default: break
    }
  }

  func parser(_ parser: XMLParser, didEndElement element: String, namespaceURI: String?, qualifiedName: String?) {
    if element == "failure" || element == "error" { isInFailure = false }
  }

  func parser(_ parser: XMLParser, foundCharacters text: String) {
    if isInFailure, !results.isEmpty { results[results.count - 1].failure?.append(text) }
  }
}
