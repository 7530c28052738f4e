import Glibc

/// A connection to 127.0.0.1 that says exactly what a test wants. Blocks: see ``offPool(_:)``.
struct TestClient: Sendable {
  struct Failure: Error {}

  /// An answer, taken apart.
  struct Answer: Sendable {
    var status: Int
    /// As sent, in one text with names in lower case.
    var head: String
    var body: String

    func field(_ name: String) -> String? {
      for line in head.split(separator: "\r\n").dropFirst() where line.hasPrefix(name + ": ") {
        return String(line.dropFirst(name.count + 2))
      }
      return nil
    }
  }

  private let descriptor: Int32

  init(port: Int) throws {
    descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = UInt16(port).bigEndian
    address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
    // A test that waits for ever tells nothing.
    var limit = timeval(tv_sec: 60, tv_usec: 0)
    setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
    let code = withUnsafePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
      }
    }
    guard code == 0 else {
      Glibc.close(descriptor)
      throw Failure()
    }
  }

  func send(_ text: String) {
    send(Array(text.utf8))
  }

  func send(_ bytes: [UInt8]) {
    var rest = bytes[...]
    while !rest.isEmpty {
      let count = rest.withUnsafeBytes { Glibc.send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL)) }
      guard count > 0 else { return }
      rest = rest.dropFirst(count)
    }
  }

  func get(_ target: String, host: String = "acme.localhost", fields: String...) throws -> Answer {
    send("GET \(target) HTTP/1.1\r\nHost: \(host)\r\n" + fields.map { $0 + "\r\n" }.joined() + "\r\n")
    return try receive()
  }

  /// The next answer, with as much body as `Content-Length` says.
  func receive(isBodyless: Bool = false) throws -> Answer {
    var head: [UInt8] = []
    while !head.suffix(4).elementsEqual("\r\n\r\n".utf8) {
      guard let byte = byte() else { throw Failure() }
      head.append(byte)
    }
    let lines = String(decoding: head, as: UTF8.self).split(separator: "\r\n")
    let names = lines.map { line in
      line.split(separator: ":", maxSplits: 1).enumerated()
        .map { $0.offset == 0 ? $0.element.lowercased() : String($0.element) }.joined(separator: ":")
    }
    let parts = lines[0].split(separator: " ")
    guard parts.count > 1, let status = Int(parts[1]) else { throw Failure() }
    var answer = Answer(status: status, head: names.joined(separator: "\r\n"), body: "")
    var body: [UInt8] = []
    for _ in 0..<(isBodyless ? 0 : answer.field("content-length").flatMap { Int($0) } ?? 0) {
      guard let byte = byte() else { throw Failure() }
      body.append(byte)
    }
    answer.body = String(decoding: body, as: UTF8.self)
    return answer
  }

  /// Whether the other side closes without another byte.
  func isClosed() -> Bool {
    byte() == nil && errno != EAGAIN
  }

  private func byte() -> UInt8? {
    var byte: UInt8 = 0
    errno = 0
    return recv(descriptor, &byte, 1, 0) == 1 ? byte : nil
  }

  func endInput() {
    _ = shutdown(descriptor, Int32(SHUT_WR))
  }

  func close() {
    Glibc.close(descriptor)
  }
}
