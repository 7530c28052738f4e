import CIsolation
import Glibc
import Synchronization

/// A process with nothing of this one but a socket to be asked and to answer on. It is ended with this.
final class WorkerProcess: Sendable {
  private let process: pid_t
  private let socket: Int32
  private let hasLowPriority = Mutex(false)

  /// `nil` where it cannot be started.
  init?(_ command: [String]) {
    var ends: [Int32] = [-1, -1]
    guard cisolation_sockets(&ends) == 0 else { return nil }
    defer { close(ends[1]) }
    guard let process = Self.spawn(command, output: ends[1]) else {
      close(ends[0])
      return nil
    }
    self.process = process
    socket = ends[0]
  }

  var isLow: Bool { hasLowPriority.withLock { $0 } }

  /// For good: a process without privileges cannot be raised again.
  func lower() {
    hasLowPriority.withLock { isLow in
      if !isLow { cisolation_lower(process, WorkPriority.niceness) }
      isLow = true
    }
  }

  deinit {
    close(socket)
    // When it has said all, or is not listened to any more, it has nothing left to do.
    kill(process, SIGKILL)
    while waitpid(process, nil, 0) < 0, errno == EINTR {}
  }

  /// Whether it has been given a descriptor of this process.
  func handOver(_ descriptor: Int32) -> Bool {
    cisolation_send_descriptor(socket, descriptor) == 0
  }

  func write(_ bytes: [UInt8]) -> Bool {
    bytes.withUnsafeBytes { write($0) { false } }
  }

  /// Whether all of it has been taken.
  func write(_ bytes: UnsafeRawBufferPointer, unless isInterrupted: () -> Bool) -> Bool {
    var rest = bytes[...]
    while !rest.isEmpty {
      guard !isInterrupted() else { return false }
      var wait = pollfd(fd: socket, events: Int16(POLLOUT), revents: 0)
      guard poll(&wait, 1, 50) > 0 else { continue }
      let part = UnsafeRawBufferPointer(rebasing: rest.prefix(1 << 20))
      let count = send(socket, part.baseAddress, part.count, Int32(MSG_NOSIGNAL) | Int32(MSG_DONTWAIT))
      guard count > 0 else {
        guard errno == EAGAIN || errno == EINTR else { return false }
        continue
      }
      rest = rest.dropFirst(count)
    }
    return true
  }

  /// Exactly so many bytes; `nil` when it has no more, or the work is interrupted.
  func read(_ count: Int, unless isInterrupted: () -> Bool) -> [UInt8]? {
    var answer: [UInt8] = []
    var part = [UInt8](repeating: 0, count: min(count, 1 << 18))
    while answer.count < count {
      guard !isInterrupted() else { return nil }
      var wait = pollfd(fd: socket, events: Int16(POLLIN), revents: 0)
      guard poll(&wait, 1, 50) > 0 else { continue }
      let more = recv(socket, &part, min(part.count, count - answer.count), 0)
      guard more > 0 else { return nil }
      answer += part[..<more]
    }
    return answer
  }

  /// With no environment, no other file and no signal held back.
  private static func spawn(_ command: [String], output: Int32) -> pid_t? {
    guard let program = command.first else { return nil }
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
    posix_spawn_file_actions_adddup2(&actions, output, 1)
    posix_spawn_file_actions_addopen(&actions, 2, "/dev/null", O_WRONLY, 0)
    cisolation_close_from(&actions, 3)
    var attributes = posix_spawnattr_t()
    posix_spawnattr_init(&attributes)
    defer { posix_spawnattr_destroy(&attributes) }
    var signals = sigset_t()
    sigemptyset(&signals)
    posix_spawnattr_setsigmask(&attributes, &signals)
    sigfillset(&signals)
    posix_spawnattr_setsigdefault(&attributes, &signals)
    posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF))
    var arguments: [UnsafeMutablePointer<CChar>?] = command.map { strdup($0) } + [nil]
    defer { for argument in arguments { free(argument) } }
    var environment: [UnsafeMutablePointer<CChar>?] = [nil]
    var process = pid_t()
    return posix_spawn(&process, program, &actions, &attributes, &arguments, &environment) == 0 ? process : nil
  }
}
