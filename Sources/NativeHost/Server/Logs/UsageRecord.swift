import Glibc

/// What is kept of a request: nothing of the caller but the browser's `Origin`.
struct UsageRecord {
  var namespace: String?
  var method: String
  /// Without the query, which may hold a signed URL.
  var path: String
  var origin: String?
  var outcome: LookUpOutcome
  var status: Int
  var byteCount: Int
  var microseconds: Int
  /// Of the problem that was the answer.
  var code: String?
  /// What went wrong without being the answer.
  var notes: [String] = []

  /// Longer texts are cut off: the caller decides how long they are.
  private static let maximumLength = 512

  var line: [UInt8] {
    var line = LogLine(time: .now, level: "info")
    line.add("message", "request")
    if let namespace { line.add("namespace", namespace) }
    line.add("method", Self.short(method))
    line.add("path", Self.short(path))
    if let origin { line.add("origin", Self.short(origin)) }
    if outcome != .none { line.add("cache", outcome.rawValue) }
    line.add("status", status)
    line.add("bytes", byteCount)
    line.add("ms", thousandths: microseconds)
    if let code { line.add("code", code) }
    if !notes.isEmpty { line.add("notes", Self.short(notes.joined(separator: "; "))) }
    return line.finished()
  }

  private static func short(_ text: String) -> String {
    text.utf8.count <= maximumLength ? text : String(decoding: text.utf8.prefix(maximumLength), as: UTF8.self) + "…"
  }
}

/// What the store had for a request; of several look-ups the worst.
enum LookUpOutcome: String, Sendable, CaseIterable, Comparable {
  case none, hit, collapsed, miss, refused

  static func < (left: Self, right: Self) -> Bool {
    left.rank < right.rank
  }

  var rank: Int {
    switch self {
    case .none: 0
    case .hit: 1
    case .collapsed: 2
    case .miss: 3
    case .refused: 4
    }
  }
}
