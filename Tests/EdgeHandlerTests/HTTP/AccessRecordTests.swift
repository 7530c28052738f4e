import HTTPTypes
import Testing

@testable import EdgeHandler

@Suite struct AccessRecordTests {
  private func record(method: String = "GET", target: String, origin: String? = nil) -> AccessRecord {
    var fields: HTTPFields = [.cookie: "secret", .referer: "https://a.example/secret"]
    fields[.origin] = origin
    let request = Request(method: method, authority: "a", target: target, isSecure: false, fields: fields)
    return AccessRecord(request, namespace: "a", notes: ["one", "two"])
  }

  @Test func itHoldsNeitherTheQueryNorAFieldButOrigin() {
    let record = record(target: "/a/b.jpg?src=https://b.example/?key=secret", origin: "https://c.example")
    #expect(record.path == "/a/b.jpg")
    #expect(record.origin == "https://c.example")
    #expect(record.notes == "one; two")
    #expect(!String(decoding: record.wire.serialized(), as: UTF8.self).contains("secret"))
  }

  @Test func whatTheCallerDecidesIsBounded() {
    let long = String(repeating: "ä", count: 100_000)
    let record = record(method: long, target: "/" + long, origin: long)
    for text in [record.method, record.path, record.origin ?? ""] {
      #expect(text.hasSuffix("…") && text.utf8.count < 520)
    }
  }
}
