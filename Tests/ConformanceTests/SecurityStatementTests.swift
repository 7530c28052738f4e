import Foundation
import TestSupport
import Testing

/// `SECURITY.md` against the cases: a promise without proof, or with a proof that is gone, is not one.
@Suite struct SecurityStatementTests {
  @Test func everyPromiseIsProvedByCasesThatExist() throws {
    let ids = try CaseFiles.load(Layout.tests.appending(path: "Cases")).map(\.id)
    let files = try ["Tests", "wasm/tests"].flatMap { folder in
      try FileManager.default.subpathsOfDirectory(atPath: Repository.file(folder).path)
        .map { URL(filePath: $0).lastPathComponent }
        .filter { $0.hasSuffix("Tests.swift") || $0.hasSuffix(".test.mjs") }
    }
    let page = try String(contentsOf: Repository.file("SECURITY.md"), encoding: .utf8)
    let rows = page.split(separator: "\n").filter { $0.hasPrefix("| ") && !$0.hasPrefix("| Promise") }
    #expect(rows.count >= 35)
    for row in rows {
      let cells = row.split(separator: "|", omittingEmptySubsequences: false)
      try #require(cells.count == 4, "a row has two cells: \(row)")
      let proofs = cells[2].matches(of: /`([^`]+)`/).map { String($0.1) }
      #expect(!proofs.isEmpty, "no proof: \(row)")
      for proof in proofs {
        let isCase = ids.contains { $0 == proof || $0.hasPrefix(proof + "-") }
        #expect(isCase || files.contains(proof), "there is neither a case nor a file of tests \(proof)")
      }
    }
  }
}
