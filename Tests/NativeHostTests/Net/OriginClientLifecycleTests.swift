import EdgeHandler
import Glibc
import Net
import Synchronization
import Testing

private let answer = "HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\npixels"

/// Many exchanges at once, and their ends.
@Suite(.ownThread) struct OriginClientLifecycleTests {
  /// Holds each connection's answer back until it is opened.
  private final class Gate: Sendable {
    private let isOpen = Mutex(false)
    private let waiting = Mutex(0)

    var waitingCount: Int { waiting.withLock { $0 } }

    func open() { isOpen.withLock { $0 = true } }

    func wait() {
      waiting.withLock { $0 += 1 }
      while !isOpen.withLock({ $0 }) { usleep(1000) }
    }
  }

  private func gatedOrigin(_ gate: Gate) throws -> TestOrigin {
    try TestOrigin { connection in
      while connection.readRequest() != nil {
        gate.wait()
        connection.send(answer)
      }
    }
  }

  @Test func runsManyAtOnce() async throws {
    let origin = try TestOrigin.answering(answer)
    let client = OriginClient()
    let bodies = await withTaskGroup(of: String?.self) { group in
      for _ in 0..<200 { group.addTask { await client.fetch(origin.url).body } }
      return await group.reduce(into: [:]) { $0[$1, default: 0] += 1 }
    }
    #expect(bodies == ["pixels": 200])
    #expect(origin.connectionCount <= 64)
  }

  @Test func keepsWithinTheConnectionLimits() async throws {
    let gate = Gate()
    let slow = try gatedOrigin(gate)
    let quick = try TestOrigin.answering(answer)
    let client = OriginClient {
      $0.maximumConnections = 8
      $0.maximumConnectionsPerOrigin = 6
    }
    await withTaskGroup(of: String?.self) { group in
      for _ in 0..<10 { group.addTask { await client.fetch(slow.url).body } }
      while gate.waitingCount < 3 { await Task.yield() }
      // One place is left for others although ten stand in line for the slow one.
      for _ in 0..<5 { #expect(await client.fetch(quick.url).body == "pixels") }
      #expect(gate.waitingCount == 3)
      #expect(slow.connectionCount == 3)
      gate.open()
      for await body in group { #expect(body == "pixels") }
    }
    #expect(slow.connectionCount == 3)
    #expect(slow.requestHeads.count == 10)
  }

  @Test("a share takes no more than half of the connections with an origin, and none that waits is passed by for long")
  func connectionsAreShared() async throws {
    let gate = Gate()
    let slow = try TestOrigin { connection in
      while let head = connection.readRequest() {
        if head.contains("x-share: noisy") { gate.wait() }
        connection.send(answer)
      }
    }
    let client = OriginClient {
      $0.maximumConnections = 8
      $0.maximumConnectionsPerOrigin = 4
    }
    await withTaskGroup(of: String?.self) { group in
      for _ in 0..<20 { group.addTask { await client.fetch(slow.url, of: "noisy").body } }
      while gate.waitingCount < 2 { await Task.yield() }
      for workspace in ["quiet", "third", "quiet"] {
        #expect(await client.fetch(slow.url, of: workspace).body == "pixels")
      }
      #expect(gate.waitingCount == 2)
      gate.open()
      for await body in group { #expect(body == "pixels") }
    }
  }

  @Test func timeInLineCounts() async throws {
    let gate = Gate()
    let origin = try gatedOrigin(gate)
    let client = OriginClient { $0.maximumConnections = 1 }
    async let first = client.fetch(origin.url)
    while gate.waitingCount < 1 { await Task.yield() }
    #expect(await client.fetch(origin.url, timeoutMilliseconds: 50).failure == .timedOut)
    gate.open()
    #expect(await first.body == "pixels")
    #expect(origin.requestHeads.count == 1)
  }

  @Test func cancelsOnceWhereverTheExchangeIs() async throws {
    let gate = Gate()
    let origin = try gatedOrigin(gate)
    let client = OriginClient { $0.maximumConnections = 1 }
    let calls = Mutex<[FetchFailure?]>([])
    let request = OutboundRequest(.url(origin.url), maximumBytes: 1000, timeoutMilliseconds: 300_000)
    let cancels = (0..<3).map { _ in
      client.fetch(request) { fetched in calls.withLock { $0.append(fetched.failure) } }
    }
    while gate.waitingCount < 1 { await Task.yield() }
    for cancel in cancels + cancels { cancel() }
    while calls.withLock({ $0.count }) < 3 { await Task.yield() }
    gate.open()
    #expect(await client.fetch(origin.url).body == "pixels")
    for cancel in cancels { cancel() }
    #expect(await client.fetch(origin.url).body == "pixels")
    #expect(calls.withLock { $0 } == [.unreachable, .unreachable, .unreachable])
  }

  @Test func completionMayFetchAgain() async throws {
    let origin = try TestOrigin.answering(answer)
    let client = OriginClient()
    let request = OutboundRequest(.url(origin.url), maximumBytes: 1000, timeoutMilliseconds: 300_000)
    let second = await withCheckedContinuation { continuation in
      _ = client.fetch(request) { _ in _ = client.fetch(request) { continuation.resume(returning: $0) } }
    }
    #expect(second.body == "pixels")
  }

  @Test func shutdownEndsAllExchanges() async throws {
    let gate = Gate()
    defer { gate.open() }
    let origin = try gatedOrigin(gate)
    let client = OriginClient { $0.maximumConnections = 4 }
    let failures = Mutex<[FetchFailure?]>([])
    let request = OutboundRequest(.url(origin.url), maximumBytes: 1000, timeoutMilliseconds: 300_000)
    for _ in 0..<5 { _ = client.fetch(request) { fetched in failures.withLock { $0.append(fetched.failure) } } }
    while gate.waitingCount < 2 { await Task.yield() }
    client.shutdown()
    #expect(failures.withLock { $0 } == Array(repeating: .unreachable, count: 5))
    #expect(await client.fetch(origin.url).failure == .unreachable)
    client.shutdown()
  }

  @Test func aClientThatIsLetGoEndsItsExchanges() async throws {
    let gate = Gate()
    defer { gate.open() }
    let origin = try gatedOrigin(gate)
    let request = OutboundRequest(.url(origin.url), maximumBytes: 1000, timeoutMilliseconds: 300_000)
    let fetched = await withCheckedContinuation { continuation in
      _ = OriginClient().fetch(request) { continuation.resume(returning: $0) }
    }
    #expect(fetched.failure == .unreachable)
  }
}
