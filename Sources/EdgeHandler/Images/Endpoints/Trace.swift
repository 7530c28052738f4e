/// The reasons for a decision, for people. Off in a host that answers requests: then nothing is formatted.
struct Trace: Sendable {
  private(set) var lines: [String] = []
  private let isWanted: Bool

  /// Never in the edge bundle, which has nobody to explain anything to: the compiler then leaves every reason's text out of it.
  var isOn: Bool {
    #if hasFeature(Embedded)
      false
    #else
      isWanted
    #endif
  }

  static let off = Trace(isOn: false)

  init(isOn: Bool) {
    isWanted = isOn
  }

  mutating func note(_ topic: String, _ text: @autoclosure () -> String) {
    guard isOn else { return }
    var line = topic
    while line.utf8.count < 12 { line += " " }
    lines.append(line + text())
  }
}
