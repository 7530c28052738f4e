import EdgeHandler
import Glibc
import HTTPTypes
import Testing

@testable import Server

@Suite struct LogLineTests {
  @Test func whateverIsLoggedIsOneLineOfJSON() throws {
    let hostile = "\"\\\n\r\t\u{0}\u{1b}[2J\u{7f}\u{85}\u{9b}ü💥\u{2028}"
    var line = LogLine(time: timespec(tv_sec: 1_700_000_000, tv_nsec: 7_999_999), level: "info")
    line.add("text", hostile)
    line.add(name: "na\"me", "x")
    line.add("number", -3)
    line.add("ms", thousandths: 12_034)
    let bytes = line.finished()
    #expect(bytes.allSatisfy { $0 >= 0x20 && $0 != 0x7F })
    let json = try JSON.parse(bytes)
    #expect(json["time"]?.string == "2023-11-14T22:13:20.007Z")
    #expect(json["text"]?.string == hostile)
    #expect(json["na\"me"]?.string == "x")
    #expect(json["number"]?.int == -3)
    #expect(json["ms"] == .number("12.034"))
  }

  @Test func theLineOfARequestHasItsMembersInOrder() throws {
    var fields = HTTPFields()
    fields[.origin] = "https://a.example"
    let request = Request(method: "GET", authority: "a", target: "/x?secret", isSecure: false, fields: fields)
    let record = AccessRecord(request, namespace: "a", code: "not-found", notes: ["one", "two"])
    let line = RequestLine(record: record, outcome: .miss, status: 404, byteCount: 5, microseconds: 7)
    let names = if case .object(let members) = try JSON.parse(line.bytes) { members.map(\.name) } else { [String]() }
    #expect(
      names == [
        "time", "level", "message", "namespace", "method", "path", "origin", "cache", "status", "bytes", "ms", "code",
        "notes",
      ])
    #expect(!String(decoding: line.bytes, as: UTF8.self).contains("secret"))
  }

  @Test func theWriterBringsAllLinesInOrder() async throws {
    var ends: [Int32] = [0, 0]
    #expect(pipe(&ends) == 0)
    let (reading, writing) = (ends[0], ends[1])
    let writer = LogWriter(descriptor: writing)
    for number in 0..<1000 { writer.append(Array("line \(number)".utf8)) }
    try await offPool {
      writer.close()
      close(writing)
    }
    writer.append(Array("late".utf8))
    let text = try await offPool {
      var text: [UInt8] = []
      var chunk = [UInt8](repeating: 0, count: 4096)
      while case let count = read(reading, &chunk, chunk.count), count > 0 { text += chunk[..<count] }
      close(reading)
      return String(decoding: text, as: UTF8.self)
    }
    #expect(text == (0..<1000).map { "line \($0)\n" }.joined())
  }
}
