import EdgeHandler
import Foundation
import TestSupport
import Testing

/// `docs/problems.md` against the table of codes: each `type` URL has a heading, with the status that is answered.
@Suite struct ProblemDocumentationTests {
  private static let page = Repository.file("docs/problems.md")

  @Test func everyCodeHasItsHeadingAndStatus() throws {
    let lines = try String(contentsOf: Self.page, encoding: .utf8).split(separator: "\n").map(String.init)
    for code in Problem.Code.allCases {
      let place = try #require(lines.firstIndex(of: "### \(code.name)"), "\(code.name) has no heading")
      #expect(lines[place + 1].hasPrefix("\(code.status). "), "\(code.name) is documented with another status")
    }
  }

  @Test func noHeadingIsOfACodeThatIsGone() throws {
    let headings = try String(contentsOf: Self.page, encoding: .utf8).split(separator: "\n")
      .filter { $0.hasPrefix("### ") }.map { String($0.dropFirst(4)) }
    #expect(Set(headings) == Set(Problem.Code.allCases.map(\.name)))
    #expect(headings.count == Problem.Code.allCases.count)
  }
}
