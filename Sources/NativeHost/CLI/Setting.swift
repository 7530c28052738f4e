import ArgumentParser
import Glibc

/// The value of a flag, or else of its environment variable.
///
/// Every flag `--some-name` reads `IMGEDGE_SOME_NAME`; the flag wins. An empty variable counts as unset, because that is how
/// compose files leave one out.
struct Setting {
  var flag: String
  private var text: String?
  private var place: String

  init(_ name: String, _ given: String?) {
    flag = name
    if let given {
      text = given
      place = "--" + name
      return
    }
    let variable = Self.variable(name)
    place = variable
    text = getenv(variable).map { String(cString: $0) }.flatMap { $0.isEmpty ? nil : $0 }
  }

  static func variable(_ name: String) -> String {
    "IMGEDGE_" + String(decoding: name.utf8.map { $0 == 0x2D ? 0x5F : $0 & 0xDF }, as: UTF8.self)
  }

  func string() -> String? { text }

  func int(in range: ClosedRange<Int>) throws -> Int? {
    try parsed("a whole number from \(range.lowerBound) to \(range.upperBound)") { text in
      Int(text).flatMap { range.contains($0) ? $0 : nil }
    }
  }

  /// Seconds, with a fraction if need be, in milliseconds.
  func milliseconds(in seconds: ClosedRange<Double>) throws -> Int? {
    try parsed("a number of seconds from \(seconds.lowerBound) to \(seconds.upperBound)") { text in
      Double(text).flatMap { seconds.contains($0) ? Int($0 * 1000) : nil }
    }
  }

  /// Bytes, with K, M or G for powers of 1024.
  func bytes(in range: ClosedRange<Int>) throws -> Int? {
    try parsed("a number of bytes such as 500M, from \(range.lowerBound) to \(range.upperBound)") { text in
      let units: [Character: Int] = ["K": 1 << 10, "M": 1 << 20, "G": 1 << 30]
      let unit = text.last.flatMap { units[$0] }
      guard let number = Int(unit == nil ? text : String(text.dropLast())), number >= 0 else { return nil }
      let (bytes, overflows) = number.multipliedReportingOverflow(by: unit ?? 1)
      return !overflows && range.contains(bytes) ? bytes : nil
    }
  }

  func bool() throws -> Bool? {
    try parsed("true or false") { text in
      switch text {
      case "true", "1", "yes": true
      case "false", "0", "no": false
      default: nil
      }
    }
  }

  func parsed<Value>(_ grammar: String, _ parse: (String) -> Value?) throws -> Value? {
    guard let text else { return nil }
    guard let value = parse(text) else { throw error("\"\(text)\" is not \(grammar)") }
    return value
  }

  func error(_ complaint: String) -> ValidationError {
    ValidationError("\(place): \(complaint)")
  }
}
