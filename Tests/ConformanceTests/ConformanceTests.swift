import Foundation
import Testing

/// Every case of `Cases/` against both builds, or, with `CONFORMANCE_URL`, those that hold everywhere against that deployment.
@Suite struct Conformance {
  @Test(arguments: (try? Run.cases.get()) ?? [])
  func holds(_ one: Case) async throws {
    let faults = try await Turnstile.shared.pass {
      let run = try Run.shared.get()
      return CaseRunner(run: run, one: one).faults()
    }
    for fault in faults { Issue.record("\(one.why)\n    \(fault)") }
  }

  @Test func caseFilesAreWellFormed() throws {
    #expect(try !Run.cases.get().isEmpty)
  }

  @Test func aMisspeltExpectationIsAnError() {
    let text = """
      [{"id": "a", "why": "b", "request": {"target": "/"}, "expect": {"status": 200, "contenttype": "image/png"}}]
      """
    #expect(throws: CaseFiles.Malformed.self) { try CaseFiles.decode(Data(text.utf8)) }
  }

  @Test func anExampleIsACaseOfItsOwn() throws {
    let text = """
      [{"id": "a", "why": "b", "request": {"target": "/${WHAT}"}, "expect": {"status": "${STATUS}"},
        "examples": [{"name": "x", "WHAT": "1", "STATUS": 200},
          {"name": "y", "WHAT": "2", "STATUS": 404, "also": {"expect": {"code": "not-found"}}}]}]
      """
    let cases = try CaseFiles.decode(Data(text.utf8))
    #expect(cases.map(\.id) == ["a-x", "a-y"])
    #expect(cases.map(\.steps[0].request.target) == ["/1", "/2"])
    #expect(cases.map(\.steps[0].expectations[0].status) == [200, 404])
    #expect(cases.map(\.steps[0].expectations[0].code) == [nil, "not-found"])
  }
}
