import Testing

@testable import Server

@Suite struct MetricsTests {
  private static func lines(_ metrics: Metrics) -> [String] {
    var text = PrometheusText()
    metrics.write(to: &text)
    return text.text.split(separator: "\n").map(String.init)
  }

  @Test("answers are counted by class of status, and look-ups by what the store had")
  func counts() {
    let metrics = Metrics()
    metrics.count(status: 200, outcome: .hit, microseconds: 50)
    metrics.count(status: 304, outcome: .none, microseconds: 50)
    metrics.count(status: 503, outcome: .refused, microseconds: 50)
    metrics.count(status: 503, outcome: .collapsed, microseconds: 50)
    // What no server sends ends nothing.
    metrics.count(status: -1, outcome: .none, microseconds: 0)
    metrics.count(status: 9999, outcome: .none, microseconds: 0)
    let lines = Self.lines(metrics)
    for line in [
      "imgedge_requests_total{status=\"2xx\"} 1", "imgedge_requests_total{status=\"3xx\"} 1",
      "imgedge_requests_total{status=\"4xx\"} 0", "imgedge_lookups_total{result=\"hit\"} 1",
      "imgedge_lookups_total{result=\"collapsed\"} 1", "imgedge_lookups_total{result=\"refused\"} 1",
      "imgedge_lookups_total{result=\"miss\"} 0",
    ] {
      #expect(lines.contains(line), "\(line) is not among \(lines)")
    }
  }

  @Test("the buckets of the histogram are cumulative, and their bounds belong to them")
  func histogram() {
    let metrics = Metrics()
    for microseconds in [100, 101, 1000, 30_000_000, 30_000_001] {
      metrics.count(status: 200, outcome: .miss, microseconds: microseconds)
    }
    let lines = Self.lines(metrics)
    func count(_ bound: String) -> String? {
      lines.first { $0.hasPrefix("imgedge_request_seconds_bucket{le=\"\(bound)\"}") }?.split(separator: " ").last.map(
        String.init)
    }
    #expect(count("0.0001") == "1")
    #expect(count("0.00025") == "2")
    #expect(count("0.001") == "3")
    #expect(count("5.0") == "3")
    #expect(count("30.0") == "4")
    #expect(count("+Inf") == "5")
    #expect(lines.contains("imgedge_request_seconds_count 5"))
    #expect(lines.contains("imgedge_request_seconds_sum 60.001202"))
  }
}
