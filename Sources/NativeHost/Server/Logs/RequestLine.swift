import EdgeHandler
import Glibc

/// The line of a request in the log: what the handler tells of it, and what has been measured. Any host writes the same members in
/// the same order.
struct RequestLine {
  var record: AccessRecord
  var outcome: LookUpOutcome
  var status: Int
  var byteCount: Int
  var microseconds: Int

  var bytes: [UInt8] {
    var line = LogLine(time: .now, level: "info")
    line.add("message", "request")
    if let namespace = record.namespace { line.add("namespace", namespace) }
    line.add("method", record.method)
    line.add("path", record.path)
    if let origin = record.origin { line.add("origin", origin) }
    if outcome != .none { line.add("cache", outcome.rawValue) }
    line.add("status", status)
    line.add("bytes", byteCount)
    line.add("ms", thousandths: microseconds)
    if let code = record.code { line.add("code", code) }
    if let notes = record.notes { line.add("notes", notes) }
    return line.finished()
  }
}
