import NIOCore

/// How long a connection may stay as it is. A state machine without a clock: it is asked from time to time.
struct ConnectionPatience {
  private enum Phase {
    /// A request is being received, or the first one is awaited.
    case receiving(since: NIODeadline)
    case idle(since: NIODeadline)
    /// The last answer is out; the caller may read it and is to close.
    case lingering(since: NIODeadline)
  }

  /// Long enough for a slow network, short enough to be no burden.
  private static let lingering = TimeAmount.seconds(2)

  private let configuration: HTTPServer.Configuration
  private var phase: Phase
  private var unsentBytes = 0
  private var unsentSince: NIODeadline

  init(configuration: HTTPServer.Configuration, now: NIODeadline) {
    self.configuration = configuration
    phase = .receiving(since: now)
    unsentSince = now
  }

  /// How often to ask.
  var interval: TimeAmount {
    let shortest = min(configuration.requestTimeout, configuration.idleTimeout, configuration.writeTimeout)
    return min(.seconds(1), .nanoseconds(shortest.nanoseconds / 4))
  }

  /// Bytes have come that make no whole request yet.
  mutating func bytesArrived(now: NIODeadline) {
    if case .idle = phase { phase = .receiving(since: now) }
  }

  mutating func requestIsComplete(now: NIODeadline) {
    phase = .idle(since: now)
  }

  mutating func answered(now: NIODeadline) {
    if case .idle = phase { phase = .idle(since: now) }
  }

  mutating func lingers(now: NIODeadline) {
    phase = .lingering(since: now)
  }

  /// - Parameters:
  ///   - isBusy: An answer is being made: that takes the time it takes.
  ///   - unsentBytes: What waits for the caller to read.
  mutating func isOver(now: NIODeadline, isBusy: Bool, unsentBytes: Int) -> Bool {
    if unsentBytes != self.unsentBytes {
      self.unsentBytes = unsentBytes
      unsentSince = now
    }
    if unsentBytes > 0 { return now - unsentSince > configuration.writeTimeout }
    if isBusy { return false }
    switch phase {
    case .receiving(let since): return now - since > configuration.requestTimeout
    case .idle(let since): return now - max(since, unsentSince) > configuration.idleTimeout
    case .lingering(let since): return now - since > Self.lingering
    }
  }
}
