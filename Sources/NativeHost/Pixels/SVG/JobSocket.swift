import CIsolation
import Glibc

/// One end of a connection between a piece of work and the copy of the ``SVGWorker`` that does its job.
final class JobSocket {
  private let descriptor: Int32

  /// Takes the descriptor over.
  init(_ descriptor: Int32) {
    self.descriptor = descriptor
  }

  deinit {
    close(descriptor)
  }

  /// Whether this process ends when the other end is closed, as it is when an answer is not wanted any more. Not while something comes or goes
  /// here.
  func endsWithPeer(_ ends: Bool) {
    cisolation_end_with_peer(descriptor, ends ? 1 : 0)
  }

  /// Whether something comes, or the other end is closed, within so many milliseconds.
  func waits(atMost milliseconds: Int32) -> Bool {
    var wait = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
    return poll(&wait, 1, milliseconds) > 0
  }

  func write(_ bytes: [UInt8]) -> Bool {
    bytes.withUnsafeBytes { write($0) { false } }
  }

  /// Whether all of it has been taken.
  func write(_ bytes: UnsafeRawBufferPointer, unless isInterrupted: () -> Bool) -> Bool {
    var rest = bytes[...]
    while !rest.isEmpty {
      guard !isInterrupted() else { return false }
      let part = UnsafeRawBufferPointer(rebasing: rest.prefix(1 << 20))
      let count = send(descriptor, part.baseAddress, part.count, Int32(MSG_NOSIGNAL) | Int32(MSG_DONTWAIT))
      if count > 0 {
        rest = rest.dropFirst(count)
      } else {
        guard errno == EAGAIN || errno == EINTR else { return false }
        var wait = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
        poll(&wait, 1, 50)
      }
    }
    return true
  }

  func read(_ count: Int) -> [UInt8]? {
    read(count) { false }
  }

  /// Exactly so many bytes; `nil` when there are no more, or the work is interrupted.
  func read(_ count: Int, unless isInterrupted: () -> Bool) -> [UInt8]? {
    var isWhole = false
    let bytes = [UInt8](unsafeUninitializedCapacity: count) { room, filled in
      isWhole = read(into: UnsafeMutableRawBufferPointer(room)[..<count], unless: isInterrupted)
      filled = isWhole ? count : 0
    }
    return isWhole ? bytes : nil
  }

  private func read(into room: Slice<UnsafeMutableRawBufferPointer>, unless isInterrupted: () -> Bool) -> Bool {
    var rest = room
    while !rest.isEmpty {
      guard !isInterrupted() else { return false }
      let part = UnsafeMutableRawBufferPointer(rebasing: rest)
      let count = recv(descriptor, part.baseAddress, part.count, Int32(MSG_DONTWAIT))
      if count > 0 {
        rest = rest.dropFirst(count)
      } else {
        guard count < 0, errno == EAGAIN || errno == EINTR else { return false }
        var wait = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
        poll(&wait, 1, 50)
      }
    }
    return true
  }
}
