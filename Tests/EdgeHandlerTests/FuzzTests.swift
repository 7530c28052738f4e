import TestSupport
import Testing

@testable import EdgeHandler

/// Nothing that comes in from outside traps, and the same input has the same answer.
@Suite struct FuzzTests {
  private static let original = ScriptedOriginal.image(.png, 300, 200, frames: 3, hasAlpha: true)

  @Test func noRequestTraps() throws {
    var statuses: [Int: Int] = [:]
    var generator = RequestGenerator(seed: 41)
    var host = try ScriptedHost(RequestGenerator.workspace)
    var other = try ScriptedHost(RequestGenerator.workspace)
    for index in 0..<100_000 {
      // A store that grows makes the run slow.
      if index % 1000 == 0 {
        host = try ScriptedHost(RequestGenerator.workspace)
        other = host
      }
      for url in ["http://o.example/i/a.jpg", "http://o.example/i/logo.png"] {
        host.serve(url, Self.original)
        other.serve(url, Self.original)
      }
      let received = generator.next()
      // What is no HTTP is refused before anything is decided.
      guard let request = Request(received) else {
        statuses[400, default: 0] += 1
        continue
      }
      let exchange = host.perform(request)
      statuses[exchange.status, default: 0] += 1
      if index % 20 == 0 {
        other.performsLastFlowFirst = true
        other.outputs = [:]
        host.outputs = [:]
        let (again, backwards) = (host.perform(request), other.perform(request))
        #expect(again.answer.response.fields == backwards.answer.response.fields, "\(request.target)")
        #expect(again.status == backwards.status, "\(request.target)")
      }
      #expect((200..<600).contains(exchange.status))
      // 500 says that it is our fault: no input may make it so.
      #expect(exchange.status != 500, "\(request.target)")
      _ = index % 10 == 0 ? host.handler.explain(request, at: host.site(of: request), context: host.context) : []
    }
    // The generator reaches all kinds of answers.
    for status in [200, 204, 400, 403, 404, 405] {
      #expect(statuses[status, default: 0] > 100, "\(status): \(statuses)")
    }
  }

  @Test func noConfigurationTraps() {
    var generator = SeededGenerator(seed: 42)
    let seed = Array(("{\"workspaces\": [" + RequestGenerator.workspace + "]}").utf8)
    var accepted = 0
    for _ in 0..<50_000 {
      var bytes = seed
      for _ in 0..<Int.random(in: 1...3, using: &generator) {
        let place = Int.random(in: 0..<bytes.count, using: &generator)
        switch Int.random(in: 0..<4, using: &generator) {
        case 0: bytes.remove(at: place)
        case 1: bytes[place] = Array("\"{}[]:,\\0a.*/ ".utf8).randomElement(using: &generator) ?? 0
        case 2: bytes.insert(UInt8.random(in: 0...255, using: &generator), at: place)
        default: bytes.removeSubrange(place..<min(bytes.count, place + 20))
        }
        if bytes.isEmpty { bytes = seed }
      }
      if (try? Configuration(json: bytes)) != nil { accepted += 1 }
    }
    #expect(accepted > 100)
  }
}
