import Foundation

/// Puts one ``OriginAnswer`` on the wire, with whatever is wrong about it.
struct OriginReply {
  var answer: OriginAnswer
  var pictures: URL
  /// What `${NAME}` stands for in fields.
  var bindings: [String: String]

  func send(to connection: Socket) throws {
    if let delay = answer.delay { Thread.sleep(forTimeInterval: Double(delay) / 1000) }
    if let raw = answer.raw {
      try connection.send(Array(raw.utf8))
      return
    }
    if try stops(at: .head, connection) { return }
    var status = answer.status
    var body = [UInt8](repeating: 0, count: answer.zeroes ?? 0)
    if let text = answer.text { body = Array(text.filled([:]).utf8) }
    if let picture = answer.picture {
      if let data = contents(picture) { body = data } else { status = 404 }
    }
    if let keep = answer.keep { body = Array(body.prefix(keep)) }

    var head = "HTTP/1.1 \(status) Whatever\r\n"
    for (name, values) in answer.fields.sorted(by: { $0.key < $1.key }) {
      for value in values.elements { head += "\(name): \(value.filled(bindings))\r\n" }
    }
    for number in 0..<answer.fieldFlood {
      head += "X-Filler-\(number): \(String(repeating: "x", count: 1000))\r\n"
    }
    if answer.fields["Content-Type"] == nil, let picture = answer.picture, status == 200 {
      head += "Content-Type: \(Self.mediaType(picture))\r\n"
    }
    if try stops(at: .fields, connection, after: Array(head.utf8)) { return }
    switch answer.framing {
    case .length where !answer.isEndless: head += "Content-Length: \(answer.claimedLength ?? body.count)\r\n"
    case .chunked: head += "Transfer-Encoding: chunked\r\n"
    default: break
    }
    head += "Connection: close\r\n\r\n"
    try connection.send(Array(head.utf8))
    if try stops(at: .body, connection, after: Array(body.prefix(body.count / 2))) { return }
    if answer.isEndless {
      let zeroes = [UInt8](repeating: 0, count: 65536)
      while true { try connection.send(zeroes) }
    }
    try sendBody(body, connection)
  }

  private func sendBody(_ body: [UInt8], _ connection: Socket) throws {
    let pieces = answer.drip == nil ? 1 : 8
    for piece in 0..<pieces {
      let bytes = Array(body[(body.count * piece / pieces)..<(body.count * (piece + 1) / pieces)])
      if answer.framing == .chunked {
        let size = Array("\(String(bytes.count, radix: 16))\r\n".utf8)
        if !bytes.isEmpty { try connection.send(size + bytes + [13, 10]) }
      } else {
        try connection.send(bytes)
      }
      if let drip = answer.drip { Thread.sleep(forTimeInterval: Double(drip) / 1000) }
    }
    if answer.framing == .chunked { try connection.send(Array("0\r\n\r\n".utf8)) }
  }

  /// Whether the answer ends here. A stall lasts until the client goes away, or as long as the socket's limit.
  private func stops(at place: OriginAnswer.Place, _ connection: Socket, after bytes: [UInt8] = []) throws -> Bool {
    guard answer.stall == place || answer.close == place else { return false }
    try connection.send(bytes)
    if answer.stall == place { while try !connection.receive().isEmpty {} }
    return true
  }

  /// `nil` for what is no file of the folder.
  private func contents(_ name: String) -> [UInt8]? {
    guard let name = name.removingPercentEncoding, !name.isEmpty, !name.contains("..") else { return nil }
    return (try? Data(contentsOf: pictures.appending(path: name))).map { [UInt8]($0) }
  }

  private static func mediaType(_ name: String) -> String {
    switch name.split(separator: ".").last {
    case "jpg", "jpeg": "image/jpeg"
    case "png": "image/png"
    case "webp": "image/webp"
    case "gif": "image/gif"
    case "avif": "image/avif"
    case "heic": "image/heic"
    case "svg": "image/svg+xml"
    case "tif", "tiff": "image/tiff"
    default: "application/octet-stream"
    }
  }
}
