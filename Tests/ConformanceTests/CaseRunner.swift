import Foundation

/// Runs one case against every build and says what is wrong. Blocks; has a thread to itself.
struct CaseRunner {
  var run: Run
  var one: Case

  /// The answers of one build and the requests that its origin got, one a step.
  private struct Transcript {
    var build: String
    var answers: [HTTPAnswer] = []
    var targets: [[String]] = []
  }

  func faults() -> [String] {
    var wrong: [String] = []
    var transcripts: [Transcript] = []
    let origin = run.origins[one.id]
    origin?.start()
    defer { origin?.stop() }
    for build in run.builds {
      do {
        transcripts.append(try play(RawHTTPClient(endpoint: build.client.get().endpoint), build.name, &wrong))
      } catch {
        wrong.append("\(build.name): \(error)")
      }
    }
    guard transcripts.count == 2 else { return wrong }
    for (index, pair) in zip(transcripts[0].answers, transcripts[1].answers).enumerated() {
      wrong += Comparison.faults(pair.0, pair.1, names: (transcripts[0].build, transcripts[1].build))
        .map { "\(stepName(index))\($0)" }
      // What is asked for at once may come in any order.
      if transcripts[0].targets[index].sorted() != transcripts[1].targets[index].sorted() {
        wrong.append("\(stepName(index))the builds asked the origin for different things")
      }
    }
    return wrong
  }

  private func play(_ client: RawHTTPClient, _ build: String, _ wrong: inout [String]) throws -> Transcript {
    let origin = run.origins[one.id]
    origin?.forget()
    var transcript = Transcript(build: build)
    var bindings = Fixtures.bindings(one, origin: origin)
    var earlier: [String: HTTPAnswer] = [:]
    for (index, step) in one.steps.enumerated() {
      var fields: [(name: String, value: String)] = []
      if let host = step.request.host { fields.append(("Host", host.filled(bindings))) }
      for (name, values) in step.request.fields.sorted(by: { $0.key < $1.key }) {
        fields += values.elements.map { (name, $0.filled(bindings)) }
      }
      let send = { [bindings] in
        try client.send(method: step.request.method, target: step.request.target.filled(bindings), fields: fields)
      }
      var answer = try send()
      // An output is stored after its answer has gone out: whoever asks at once may still be told that he shared the making.
      for _ in 0..<100 where step.expect.cache == .hit && answer["cache-status"] == "imgedge; fwd=miss; collapsed" {
        answer = try send()
      }
      let requests = origin?.takeRequests() ?? []
      let checks = Checks(expected: step.expect, answer: answer, run: run, bindings: bindings, earlier: earlier)
      let faults =
        checks.all() + Invariants.faults(answer, method: step.request.method, folder: run.folder)
        + originFaults(step.expect, requests, bindings)
      wrong += faults.map { "\(build): \(stepName(index))\($0)" }
      transcript.answers.append(answer)
      transcript.targets.append(requests.map(\.target))
      if let name = step.name {
        earlier[name] = answer
        bindings["etag:\(name)"] = answer["etag"]
      }
    }
    return transcript
  }

  private func originFaults(
    _ expected: Expectation, _ requests: [Origin.Request], _ bindings: [String: String]
  ) -> [String] {
    var wrong: [String] = []
    if let count = expected.originRequests, count != requests.count {
      wrong.append("the origin was asked \(requests.count) times, not \(count): \(requests.map(\.target))")
    }
    if let targets = expected.originTargets?.map({ $0.filled(bindings) }), targets != requests.map(\.target) {
      wrong.append("the origin was asked for \(requests.map(\.target)), not \(targets)")
    }
    for text in expected.originNever {
      for request in requests where request.head.lowercased().contains(text.filled(bindings).lowercased()) {
        wrong.append("the origin was sent \(text): \(request.head)")
      }
    }
    return wrong
  }

  private func stepName(_ index: Int) -> String {
    one.steps.count == 1 ? "" : "step \(one.steps[index].name ?? String(index + 1)): "
  }
}
