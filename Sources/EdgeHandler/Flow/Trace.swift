/// The reasons for a decision, for people. Off in a host that answers requests: then nothing is formatted.
struct Trace: Sendable {
  private(set) var lines: [String] = []
  let isOn: Bool

  static let off = Trace(isOn: false)

  init(isOn: Bool) {
    self.isOn = isOn
  }

  mutating func note(_ topic: String, _ text: @autoclosure () -> String) {
    guard isOn else { return }
    var line = topic
    while line.utf8.count < 12 { line += " " }
    lines.append(line + text())
  }
}
