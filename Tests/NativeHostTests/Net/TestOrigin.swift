import Glibc
import Synchronization

/// An origin on loopback that does to each connection what a test wants.
///
/// Plain sockets, one thread a connection: the point is to send what no HTTP library would.
final class TestOrigin: Sendable {
  struct Failure: Error {}

  let port: UInt16
  private let listener: Int32
  private let connections = Mutex(0)
  private let requests = Mutex<[String]>([])

  /// Connections accepted so far.
  var connectionCount: Int { connections.withLock { $0 } }
  /// The heads of the requests read so far.
  var requestHeads: [String] { requests.withLock { $0 } }

  var url: String { "http://127.0.0.1:\(port)/image" }

  /// `serve` runs on a thread for each connection, which is closed when it returns.
  ///
  /// A socket is closed by the thread that waits on it, and by no other: its number may be somebody else's a moment later, whose
  /// connections would then be accepted here.
  init(family: Int32 = AF_INET, serve: @escaping @Sendable (TestConnection) -> Void) throws {
    let listener = socket(family, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
    guard listener >= 0 else { throw Failure() }
    var address = sockaddr_storage()
    var length = socklen_t(family == AF_INET6 ? MemoryLayout<sockaddr_in6>.size : MemoryLayout<sockaddr_in>.size)
    address.ss_family = sa_family_t(family)
    let bound = withUnsafeMutableBytes(of: &address) { bytes -> Bool in
      guard let raw = bytes.baseAddress else { return false }
      if family == AF_INET6 {
        raw.assumingMemoryBound(to: sockaddr_in6.self).pointee.sin6_addr = in6addr_loopback
      } else {
        raw.assumingMemoryBound(to: sockaddr_in.self).pointee.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
      }
      let pointer = raw.assumingMemoryBound(to: sockaddr.self)
      return bind(listener, pointer, length) == 0 && listen(listener, 512) == 0
        && getsockname(listener, pointer, &length) == 0
    }
    guard bound else { throw Failure() }
    self.listener = listener
    // The port is at the same place in both kinds of address.
    port = withUnsafeBytes(of: &address) { UInt16(bigEndian: $0.load(fromByteOffset: 2, as: UInt16.self)) }
    Thread.start { [self] in
      defer { Glibc.close(listener) }
      while true {
        let connection = accept(listener, nil, nil)
        // That is how the system says that it has been shut down; another failure passes.
        if connection < 0, errno == EINVAL { return }
        guard connection >= 0 else { continue }
        _ = fcntl(connection, F_SETFD, FD_CLOEXEC)
        connections.withLock { $0 += 1 }
        Thread.start { [self] in
          serve(TestConnection(descriptor: connection) { head in self.requests.withLock { $0.append(head) } })
          Glibc.shutdown(connection, Int32(SHUT_WR))
          // Read what is still coming, for closing with unread bytes would reset the connection and lose the answer.
          var rest = [UInt8](repeating: 0, count: 4096)
          while recv(connection, &rest, rest.count, 0) > 0 {}
          Glibc.close(connection)
        }
      }
    }
  }

  /// The same answer to each request, on connections that are kept.
  static func answering(_ answer: String) throws -> TestOrigin {
    try TestOrigin { connection in
      while connection.readRequest() != nil { guard connection.send(answer) else { return } }
    }
  }

  /// From here on connections are refused. Must be called once only.
  func stop() {
    Glibc.shutdown(listener, Int32(SHUT_RDWR))
  }

  /// A port of loopback on which nobody listens.
  static func unusedPort() throws -> UInt16 {
    let origin = try TestOrigin { _ in }
    defer { origin.stop() }
    return origin.port
  }
}

struct TestConnection: Sendable {
  let descriptor: Int32
  let record: @Sendable (String) -> Void

  /// The head of the next request, `nil` at the end of the connection.
  func readRequest() -> String? {
    var head: [UInt8] = []
    var byte: UInt8 = 0
    while !head.suffix(4).elementsEqual("\r\n\r\n".utf8) {
      guard recv(descriptor, &byte, 1, 0) == 1 else { return nil }
      head.append(byte)
    }
    let text = String(decoding: head, as: UTF8.self)
    record(text)
    return text
  }

  /// `false` when the peer has gone.
  @discardableResult func send(_ text: String) -> Bool { send(Array(text.utf8)) }

  @discardableResult func send(_ bytes: [UInt8]) -> Bool {
    var rest = bytes[...]
    while !rest.isEmpty {
      let count = rest.withUnsafeBytes {
        Glibc.send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
      }
      guard count > 0 else { return false }
      rest = rest.dropFirst(count)
    }
    return true
  }

  /// Returns when the peer has closed.
  func waitForClose() {
    var bytes = [UInt8](repeating: 0, count: 4096)
    while recv(descriptor, &bytes, bytes.count, 0) > 0 {}
  }
}
