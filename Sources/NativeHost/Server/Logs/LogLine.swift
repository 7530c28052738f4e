import Glibc

/// One JSON object, written member by member. Not by the codec of `EdgeHandler`: a line for each request should cost no tree.
struct LogLine {
  private(set) var bytes: [UInt8] = []

  init(time: timespec, level: String) {
    bytes.reserveCapacity(320)
    bytes += "{\"time\":\"".utf8
    bytes += Self.iso8601(time).utf8
    bytes += "\",\"level\":\"".utf8
    bytes += level.utf8
    bytes.append(0x22)
  }

  mutating func add(_ name: StaticString, _ value: String) {
    begin(name)
    Self.appendQuoted(value, to: &bytes)
  }

  mutating func add(name: String, _ value: String) {
    bytes.append(0x2C)
    Self.appendQuoted(name, to: &bytes)
    bytes.append(0x3A)
    Self.appendQuoted(value, to: &bytes)
  }

  mutating func add(_ name: StaticString, _ value: Int) {
    begin(name)
    bytes += String(value).utf8
  }

  /// With three decimals.
  mutating func add(_ name: StaticString, thousandths value: Int) {
    begin(name)
    let fraction = String(value % 1000)
    bytes += "\(value / 1000).\(String(repeating: "0", count: 3 - fraction.utf8.count))\(fraction)".utf8
  }

  func finished() -> [UInt8] { bytes + [0x7D] }

  private mutating func begin(_ name: StaticString) {
    bytes += ",\"".utf8
    name.withUTF8Buffer { bytes.append(contentsOf: $0) }
    bytes += "\":".utf8
  }

  /// RFC 8259, section 7; DEL and C1 controls too, because a terminal obeys them.
  private static func appendQuoted(_ text: String, to bytes: inout [UInt8]) {
    let digits = Array("0123456789abcdef".utf8)
    bytes.append(0x22)
    for scalar in text.unicodeScalars {
      switch scalar.value {
      case 0x22, 0x5C:
        bytes.append(0x5C)
        bytes.append(UInt8(scalar.value))
      case 0x00..<0x20, 0x7F..<0xA0:
        bytes += "\\u00".utf8
        bytes.append(digits[Int(scalar.value >> 4)])
        bytes.append(digits[Int(scalar.value & 15)])
      default: bytes += scalar.utf8
      }
    }
    bytes.append(0x22)
  }

  /// UTC with milliseconds.
  static func iso8601(_ time: timespec) -> String {
    var seconds = time.tv_sec
    var parts = tm()
    gmtime_r(&seconds, &parts)
    func digits(_ value: Int, _ count: Int = 2) -> String {
      let text = String(value)
      return String(repeating: "0", count: max(0, count - text.utf8.count)) + text
    }
    let date = "\(parts.tm_year + 1900)-\(digits(Int(parts.tm_mon) + 1))-\(digits(Int(parts.tm_mday)))"
    let clock = "\(digits(Int(parts.tm_hour))):\(digits(Int(parts.tm_min))):\(digits(Int(parts.tm_sec)))"
    return "\(date)T\(clock).\(digits(time.tv_nsec / 1_000_000, 3))Z"
  }
}

extension timespec {
  static var now: timespec {
    var time = timespec()
    clock_gettime(CLOCK_REALTIME, &time)
    return time
  }
}
