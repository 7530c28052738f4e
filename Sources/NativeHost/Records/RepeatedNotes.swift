/// Reports a fault when it begins or changes, and every 10 s while it lasts.
public struct RepeatedNotes: Sendable {
  private let write: @Sendable (String) -> Void
  private var last: (text: String, time: ContinuousClock.Instant)?

  public init(_ write: @escaping @Sendable (String) -> Void) {
    self.write = write
  }

  public mutating func report(_ text: String) {
    let now = ContinuousClock.now
    if let last, last.text == text, now - last.time < .seconds(10) { return }
    last = (text, now)
    write(text)
  }

  public mutating func end(_ text: String) {
    guard last != nil else { return }
    last = nil
    write(text)
  }
}
