import EdgeHandler
import Foundation
import TestSupport
import Testing

/// The reference in `README.md` is what the tables say; `make docs` renews it.
@Suite struct ReadmeTests {
  @Test func showsTheReferenceAsItIs() throws {
    let text = try String(contentsOf: Repository.file("README.md"), encoding: .utf8)
    let start = try #require(text.firstRange(of: /<!-- reference:[^>]*-->\n/)?.upperBound)
    let end = try #require(text.firstRange(of: "<!-- end of reference -->")?.lowerBound)
    let shown = text[start..<end].trimmingCharacters(in: .newlines)
    #expect(shown == EdgeHandler.reference.trimmingCharacters(in: .newlines), "run `make docs`")
  }
}
