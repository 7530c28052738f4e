import Synchronization

/// Counts since the start, to be shown to Prometheus. Atomics and no library: there are a dozen numbers.
final class Metrics: Sendable {
  private let statusClasses: [Counter] = (0..<6).map { _ in Counter() }
  private let outcomes: [Counter] = LookUpOutcome.allCases.map { _ in Counter() }
  private let latencies: [Counter] = (0...Metrics.boundaries.count).map { _ in Counter() }
  private let latencySum = Counter()

  /// Upper bounds in microseconds: a hit takes tens, a transform tens of thousands.
  private static let boundaries = [100, 250, 1000, 5000, 25_000, 100_000, 250_000, 1_000_000, 5_000_000, 30_000_000]

  private final class Counter: Sendable {
    let value = Atomic(0)
    func add(_ count: Int = 1) { value.add(count, ordering: .relaxed) }
    var current: Int { value.load(ordering: .relaxed) }
  }

  func count(status: Int, outcome: LookUpOutcome, microseconds: Int) {
    statusClasses[min(max(status / 100, 0), 5)].add()
    outcomes[outcome.rank].add()
    latencies[Self.boundaries.firstIndex { microseconds <= $0 } ?? Self.boundaries.count].add()
    latencySum.add(microseconds)
  }

  func write(to text: inout PrometheusText) {
    text.family("imgedge_requests_total", "counter", "Answers by class of status.")
    for index in 2...5 {
      text.sample("imgedge_requests_total", [("status", "\(index)xx")], statusClasses[index].current)
    }
    text.family("imgedge_lookups_total", "counter", "What the store had for a request.")
    for outcome in LookUpOutcome.allCases where outcome != .none {
      text.sample("imgedge_lookups_total", [("result", outcome.rawValue)], outcomes[outcome.rank].current)
    }
    text.family("imgedge_request_seconds", "histogram", "From the request to the whole answer being handed on.")
    var total = 0
    for (boundary, counter) in zip(Self.boundaries, latencies) {
      total += counter.current
      text.sample("imgedge_request_seconds_bucket", [("le", "\(Double(boundary) / 1_000_000)")], total)
    }
    total += latencies[Self.boundaries.count].current
    text.sample("imgedge_request_seconds_bucket", [("le", "+Inf")], total)
    text.sample("imgedge_request_seconds_sum", [], Double(latencySum.current) / 1_000_000)
    text.sample("imgedge_request_seconds_count", [], total)
  }
}
