/// The text format of Prometheus, version 0.0.4.
struct PrometheusText {
  static let mediaType = "text/plain; version=0.0.4; charset=utf-8"

  private(set) var text = ""

  mutating func family(_ name: String, _ type: String, _ help: String) {
    text += "# HELP \(name) \(help)\n# TYPE \(name) \(type)\n"
  }

  /// Values of labels are our own words: nothing in them needs an escape.
  mutating func sample(_ name: String, _ labels: [(name: String, value: String)], _ value: some CustomStringConvertible)
  {
    text += name
    if !labels.isEmpty {
      text += "{" + labels.map { "\($0.name)=\"\($0.value)\"" }.joined(separator: ",") + "}"
    }
    text += " \(value)\n"
  }

  mutating func gauge(_ name: String, _ help: String, _ value: Int) {
    family(name, "gauge", help)
    sample(name, [], value)
  }
}
