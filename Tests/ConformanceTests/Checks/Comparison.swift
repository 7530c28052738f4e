import Foundation

/// That two builds gave the same answer, byte for byte, but for what depends on the clock and on the connection.
enum Comparison {
  private static let ignored: Set<String> = ["age", "date", "connection", "keep-alive", "transfer-encoding"]

  static func faults(_ one: HTTPAnswer, _ other: HTTPAnswer, names: (String, String)) -> [String] {
    var wrong: [String] = []
    if one.status != other.status { wrong.append("status: \(names.0) \(one.status), \(names.1) \(other.status)") }
    let (left, right) = (comparable(one), comparable(other))
    for line in left where !right.contains(line) { wrong.append("only \(names.0) sends \(line)") }
    for line in right where !left.contains(line) { wrong.append("only \(names.1) sends \(line)") }
    if wrong.isEmpty, left != right { wrong.append("the fields are not equally many") }
    if one.body != other.body {
      wrong.append(
        "the bodies differ: \(names.0) \(one.body.count) bytes, \(names.1) \(other.body.count) bytes"
          + (one["content-type"]?.contains("json") == true ? ": \(one.text) and \(other.text)" : ""))
    }
    return wrong
  }

  private static func comparable(_ answer: HTTPAnswer) -> [String] {
    // One of a server's two ways to frame a body is as good as the other.
    let framed = answer["transfer-encoding"] != nil
    return answer.fields.filter { !ignored.contains($0.name) && !(framed && $0.name == "content-length") }.map {
      let value = $0.name == "server-timing" ? $0.value.replacing(/;dur=[0-9.]+/, with: "") : $0.value
      return "\($0.name): \(value)"
    }.sorted()
  }
}
