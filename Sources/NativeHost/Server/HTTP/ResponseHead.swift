import Glibc
import HTTPTypes
import NIOCore
import NIOHTTP1

/// Writes the status line and fields of an answer (RFC 9112, sections 4 and 5).
///
/// Not NIO's encoder: that wants the fields in another type, and an answer from memory is a few microseconds in all.
struct ResponseHeadWriter {
  private var date = DateField()

  mutating func write(_ response: ServerResponse, connection: String?, now: time_t, into buffer: inout ByteBuffer) {
    if let head = response.preparedHead {
      buffer.writeImmutableBuffer(head)
    } else {
      Self.write(response.status, response.fields, into: &buffer)
    }
    buffer.writeStaticString("Date: ")
    buffer.writeBytes(date.text(now))
    if let connection {
      buffer.writeStaticString("\r\nConnection: ")
      buffer.writeString(connection)
    }
    buffer.writeStaticString("\r\n\r\n")
  }

  static func write(_ status: Int, _ fields: HTTPFields, into buffer: inout ByteBuffer) {
    buffer.writeStaticString("HTTP/1.1 ")
    buffer.writeString(String(status))
    buffer.writeStaticString(" ")
    buffer.writeString(HTTPResponseStatus(statusCode: status).reasonPhrase)
    buffer.writeStaticString("\r\n")
    for field in fields {
      buffer.writeString(field.name.rawName)
      buffer.writeStaticString(": ")
      buffer.writeString(field.value)
      buffer.writeStaticString("\r\n")
    }
  }
}

/// The time as IMF-fixdate (RFC 9110, section 5.6.7), formatted once a second.
struct DateField {
  private static let days = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"]
  private static let months = [
    "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
  ]

  private var time: time_t = -1
  private var bytes: [UInt8] = []

  mutating func text(_ now: time_t) -> [UInt8] {
    if now == time { return bytes }
    var now = now
    var parts = tm()
    gmtime_r(&now, &parts)
    func digits(_ value: Int32) -> String { value < 10 ? "0\(value)" : "\(value)" }
    let day = "\(Self.days[Int(parts.tm_wday)]), \(digits(parts.tm_mday)) \(Self.months[Int(parts.tm_mon)])"
    let clock = "\(digits(parts.tm_hour)):\(digits(parts.tm_min)):\(digits(parts.tm_sec))"
    bytes = Array("\(day) \(parts.tm_year + 1900) \(clock) GMT".utf8)
    time = now
    return bytes
  }
}
