import Glibc

/// One JSON object, written member by member. Not by the codec of `EdgeHandler`: a line for each request should cost no tree.
struct LogLine {
  private(set) var bytes: [UInt8] = []

  init(time: timespec, level: String) {
    bytes.reserveCapacity(320)
    bytes += "{\"time\":\"".utf8
    Self.appendISO8601(time, to: &bytes)
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
    bytes += String(value / 1000).utf8
    bytes.append(0x2E)
    Self.append(value % 1000, digits: 3, to: &bytes)
  }

  consuming func finished() -> [UInt8] {
    bytes.append(0x7D)
    return bytes
  }

  private mutating func begin(_ name: StaticString) {
    bytes += ",\"".utf8
    name.withUTF8Buffer { bytes.append(contentsOf: $0) }
    bytes += "\":".utf8
  }

  /// RFC 8259, section 7; DEL and C1 controls too, because a terminal obeys them.
  private static func appendQuoted(_ text: String, to bytes: inout [UInt8]) {
    bytes.append(0x22)
    defer { bytes.append(0x22) }
    guard !text.utf8.allSatisfy({ (0x20..<0x7F).contains($0) && $0 != 0x22 && $0 != 0x5C }) else {
      bytes += text.utf8
      return
    }
    let digits = Array("0123456789abcdef".utf8)
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
  }

  /// UTC with milliseconds.
  private static func appendISO8601(_ time: timespec, to bytes: inout [UInt8]) {
    var seconds = time.tv_sec
    var parts = tm()
    gmtime_r(&seconds, &parts)
    append(Int(parts.tm_year) + 1900, digits: 4, to: &bytes)
    bytes.append(0x2D)
    append(Int(parts.tm_mon) + 1, digits: 2, to: &bytes)
    bytes.append(0x2D)
    append(Int(parts.tm_mday), digits: 2, to: &bytes)
    bytes.append(0x54)
    append(Int(parts.tm_hour), digits: 2, to: &bytes)
    bytes.append(0x3A)
    append(Int(parts.tm_min), digits: 2, to: &bytes)
    bytes.append(0x3A)
    append(Int(parts.tm_sec), digits: 2, to: &bytes)
    bytes.append(0x2E)
    append(time.tv_nsec / 1_000_000, digits: 3, to: &bytes)
    bytes.append(0x5A)
  }

  /// The last `digits` decimal digits of a number that is not negative.
  private static func append(_ value: Int, digits: Int, to bytes: inout [UInt8]) {
    var divisor = 1
    for _ in 1..<digits { divisor *= 10 }
    while divisor > 0 {
      bytes.append(0x30 + UInt8(value / divisor % 10))
      divisor /= 10
    }
  }
}

extension timespec {
  static var now: timespec {
    var time = timespec()
    clock_gettime(CLOCK_REALTIME, &time)
    return time
  }
}
