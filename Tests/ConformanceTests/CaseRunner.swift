import Foundation

/// Runs one case against every build and says what is wrong. Blocks; has a thread to itself.
struct CaseRunner {
  var run: Run
  var one: Case

  /// The answers of one build, each with the index of its step, and the requests that its origin got in each step.
  private struct Transcript {
    var build: String
    var answers: [(step: Int, answer: HTTPAnswer)] = []
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
    for (left, right) in zip(transcripts[0].answers, transcripts[1].answers) {
      wrong += Comparison.faults(left.answer, right.answer, names: (transcripts[0].build, transcripts[1].build))
        .map { "\(stepName(left.step))\($0)" }
    }
    for (index, targets) in zip(transcripts[0].targets, transcripts[1].targets).enumerated() {
      // What is asked for at once may come in any order.
      if targets.0.sorted() != targets.1.sorted() {
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
      let answers = try ask(step, client, bindings)
      let requests = origin?.takeRequests() ?? []
      for (number, (answer, expected)) in zip(answers, step.expectations).enumerated() {
        let checks = Checks(expected: expected, answer: answer, run: run, bindings: bindings, earlier: earlier)
        let isBodyless = step.request.raw == nil ? step.request.method == "HEAD" : expected.isEmpty
        let faults =
          checks.all() + Invariants.faults(answer, method: isBodyless ? "HEAD" : "GET", folder: run.folder)
          + originFaults(expected, requests, bindings)
        let place = answers.count == 1 ? "" : "answer \(number + 1): "
        wrong += faults.map { "\(build): \(stepName(index))\(place)\($0)" }
        transcript.answers.append((index, answer))
      }
      transcript.targets.append(requests.map(\.target))
      if let name = step.name, let answer = answers.first {
        earlier[name] = answer
        bindings["etag:\(name)"] = answer["etag"]
      }
    }
    return transcript
  }

  /// One answer, or, to raw bytes, as many as are expected.
  private func ask(
    _ step: CaseStep, _ client: RawHTTPClient, _ bindings: [String: String]
  ) throws -> [HTTPAnswer] {
    if let raw = step.request.raw {
      return try client.converse(
        Array(raw.filled(bindings).utf8), endsInput: step.request.endsInput,
        bodyless: step.expectations.map(\.isEmpty), closes: step.expectations.last?.closes)
    }
    var fields: [(name: String, value: String)] = []
    if let host = step.request.host { fields.append(("Host", host.filled(bindings))) }
    for (name, values) in step.request.fields.sorted(by: { $0.key < $1.key }) {
      fields += values.elements.map { (name, $0.filled(bindings)) }
    }
    let send = {
      try client.send(method: step.request.method, target: step.request.target.filled(bindings), fields: fields)
    }
    var answer = try send()
    let expectsHit = step.expectations.first?.cache == .hit
    // An output is stored after its answer has gone out: whoever asks at once may still be told that he shared the making.
    for _ in 0..<100 where expectsHit && answer["cache-status"] == "imgedge; fwd=miss; collapsed" {
      answer = try send()
    }
    return [answer]
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
    for line in expected.originFields {
      for request in requests where !request.head.lowercased().split(separator: "\r\n").contains(line.lowercased()[...])
      {
        wrong.append("the origin was not sent \(line): \(request.head)")
      }
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
