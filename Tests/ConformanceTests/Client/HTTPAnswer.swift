/// An answer as it came over the wire.
struct HTTPAnswer: Sendable {
  struct Malformed: Error, CustomStringConvertible {
    var description: String
  }

  var status: Int
  /// In the order sent; names in lower case.
  var fields: [(name: String, value: String)]
  var body: [UInt8]

  /// The values of a field, joined as RFC 9110, section 5.2 has it.
  subscript(name: String) -> String? {
    let values = fields.filter { $0.name == name }.map(\.value)
    return values.isEmpty ? nil : values.joined(separator: ", ")
  }

  var text: String { String(decoding: body, as: UTF8.self) }

  /// - Parameter bytes: everything until the server closed the connection.
  init(_ bytes: [UInt8], isBodyless: Bool) throws {
    var rest = bytes[...]
    try self.init(next: &rest, isBodyless: isBodyless, endsWithConnection: true)
    guard rest.isEmpty else { throw Malformed(description: "\(rest.count) bytes where none may be") }
  }

  /// What a server says to somebody who has not asked for anything.
  init(readingAll socket: Socket) throws {
    var bytes: [UInt8] = []
    while case let more = try socket.receive(), !more.isEmpty { bytes += more }
    try self.init(bytes, isBodyless: false)
  }

  /// - Parameters:
  ///   - bytes: What the answer is taken from.
  ///   - endsWithConnection: Whether nothing can follow, so that every byte is of the body.
  init(next bytes: inout ArraySlice<UInt8>, isBodyless: Bool, endsWithConnection: Bool = false) throws {
    func line() throws -> String {
      guard let end = bytes.firstIndex(of: 10) else { throw Malformed(description: "the answer ends inside its head") }
      var text = bytes[..<end]
      if text.last == 13 { text.removeLast() }
      bytes = bytes[(end + 1)...]
      return String(decoding: text, as: UTF8.self)
    }

    let first = try line()
    let words = first.split(separator: " ", maxSplits: 2)
    guard words.count >= 2, words[0] == "HTTP/1.1", let status = Int(words[1]) else {
      throw Malformed(description: "no status line: \(first)")
    }
    self.status = status
    fields = []
    while case let text = try line(), !text.isEmpty {
      guard let colon = text.firstIndex(of: ":") else { throw Malformed(description: "no field: \(text)") }
      let value = text[text.index(after: colon)...].drop { $0 == " " || $0 == "\t" }
      fields.append((text[..<colon].lowercased(), String(value)))
    }
    body = []
    if isBodyless || status == 204 || status == 304 { return }
    if self["transfer-encoding"] == "chunked" {
      while true {
        let size = try line()
        guard let count = Int(size.prefix { $0 != ";" }, radix: 16), bytes.count >= count else {
          throw Malformed(description: "a broken chunk: \(size)")
        }
        body += bytes.prefix(count)
        bytes = bytes.dropFirst(count)
        guard try line().isEmpty else { throw Malformed(description: "a chunk longer than its size") }
        if count == 0 { break }
      }
    } else {
      let length = self["content-length"].flatMap { Int($0) }
      body = [UInt8](bytes.prefix(endsWithConnection ? bytes.count : length ?? 0))
      bytes = bytes.dropFirst(body.count)
      if let length, length != body.count {
        throw Malformed(description: "Content-Length says \(length), and \(body.count) bytes came")
      }
    }
  }
}
