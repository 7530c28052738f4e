import Glibc

/// A blocking TCP socket over IPv4 loopback or an address that the resolver finds. Plain system calls, because both sides of
/// these tests must be able to break HTTP in ways that a library is there to prevent.
struct Socket: Sendable {
  struct Failure: Error, CustomStringConvertible {
    var call: String
    var code: Int32
    var description: String { "\(call): \(String(cString: strerror(code)))" }

    init(_ call: String) {
      self.call = call
      code = errno
    }
  }

  let descriptor: Int32

  static func connect(host: String, port: Int, secondsToWait: Int) throws -> Socket {
    var hints = addrinfo()
    hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
    var found: UnsafeMutablePointer<addrinfo>?
    guard getaddrinfo(host, String(port), &hints, &found) == 0, let first = found else { throw Failure("getaddrinfo") }
    defer { freeaddrinfo(found) }
    let address = first.pointee
    let descriptor = socket(address.ai_family, address.ai_socktype | Int32(SOCK_CLOEXEC.rawValue), 0)
    guard descriptor >= 0 else { throw Failure("socket") }
    let made = Socket(descriptor: descriptor)
    made.wait(seconds: secondsToWait)
    guard Glibc.connect(descriptor, address.ai_addr, address.ai_addrlen) == 0 else {
      defer { made.close() }
      throw Failure("connect")
    }
    return made
  }

  /// Listens on 127.0.0.1 at a free port, which is returned.
  static func listen() throws -> (Socket, port: Int) {
    let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
    guard descriptor >= 0 else { throw Failure("socket") }
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
    var length = socklen_t(MemoryLayout<sockaddr_in>.size)
    let bound = withUnsafeMutablePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { generic in
        bind(descriptor, generic, length) == 0 && Glibc.listen(descriptor, 64) == 0
          && getsockname(descriptor, generic, &length) == 0
      }
    }
    guard bound else { throw Failure("bind") }
    return (Socket(descriptor: descriptor), Int(UInt16(bigEndian: address.sin_port)))
  }

  func accept() throws -> Socket {
    let accepted = Glibc.accept(descriptor, nil, nil)
    guard accepted >= 0 else { throw Failure("accept") }
    _ = fcntl(accepted, F_SETFD, FD_CLOEXEC)
    return Socket(descriptor: accepted)
  }

  /// Whether a connection waits to be accepted on this listening socket.
  var hasConnection: Bool {
    var wait = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
    return poll(&wait, 1, 0) > 0
  }

  /// Limits how long one read or write may block.
  func wait(seconds: Int) {
    var limit = timeval(tv_sec: seconds, tv_usec: 0)
    let size = socklen_t(MemoryLayout<timeval>.size)
    setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &limit, size)
    setsockopt(descriptor, SOL_SOCKET, SO_SNDTIMEO, &limit, size)
  }

  func send(_ bytes: [UInt8]) throws {
    var sent = 0
    while sent < bytes.count {
      let count = bytes[sent...].withUnsafeBytes {
        Glibc.send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
      }
      guard count > 0 else { throw Failure("send") }
      sent += count
    }
  }

  /// Empty at the end of the stream.
  func receive() throws -> [UInt8] {
    let size = 65536
    var count = 0
    let bytes = [UInt8](unsafeUninitializedCapacity: size) { buffer, filled in
      count = recv(descriptor, buffer.baseAddress, size, 0)
      filled = max(0, count)
    }
    guard count >= 0 else { throw Failure("recv") }
    return bytes
  }

  /// Says that nothing more is sent.
  func endInput() {
    _ = shutdown(descriptor, Int32(SHUT_WR))
  }

  /// Ends every call that waits on it, in any thread, and all later ones.
  func shutDown() {
    _ = shutdown(descriptor, Int32(SHUT_RDWR))
  }

  func close() {
    shutDown()
    _ = Glibc.close(descriptor)
  }
}
