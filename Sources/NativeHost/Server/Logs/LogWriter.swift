import Glibc
import Synchronization

/// Brings lines to a file descriptor, on a thread of its own.
///
/// Whoever logs only appends to a buffer in memory: a terminal or pipe that nobody reads must not hold an event loop up. When more
/// than ``maximumBytes`` wait, lines are dropped, and their number is logged.
public final class LogWriter: Sendable {
  private struct State {
    var buffer: [UInt8] = []
    var droppedCount = 0
    var isOpen = true
  }

  private static let maximumBytes = 4 << 20
  /// Lines of so many microseconds go out at once: at ten thousands of lines a second one write each would cost more than they do.
  private static let batchMicroseconds: UInt32 = 20_000

  private let descriptor: Int32
  private let state = Mutex(State())
  private let wakeUp = Semaphore()
  private let ended = Semaphore()

  public init(descriptor: Int32 = STDERR_FILENO) {
    self.descriptor = descriptor
    LoopThread.start { [self] in run() }
  }

  /// `line` without the end of the line.
  func append(_ line: some Collection<UInt8>) {
    let isFirst = state.withLock { state in
      guard state.isOpen, state.buffer.count + line.count <= Self.maximumBytes else {
        state.droppedCount += 1
        return false
      }
      let isFirst = state.buffer.isEmpty
      state.buffer.append(contentsOf: line)
      state.buffer.append(0x0A)
      return isFirst
    }
    if isFirst { wakeUp.signal() }
  }

  /// Returns when everything has been written. Later lines are dropped.
  public func close() {
    let wasOpen = state.withLock { state in
      defer { state.isOpen = false }
      return state.isOpen
    }
    guard wasOpen else { return }
    wakeUp.signal()
    ended.wait()
  }

  private func run() {
    var isOpen = true
    while isOpen {
      wakeUp.wait()
      isOpen = state.withLock { $0.isOpen }
      if isOpen { usleep(Self.batchMicroseconds) }
      let (bytes, droppedCount) = state.withLock { state in
        defer {
          state.buffer = []
          state.droppedCount = 0
        }
        return (state.buffer, state.droppedCount)
      }
      write(bytes)
      if droppedCount > 0 {
        write(Array("{\"level\":\"warning\",\"message\":\"\(droppedCount) lines were dropped\"}\n".utf8))
      }
    }
    ended.signal()
  }

  private func write(_ bytes: [UInt8]) {
    var rest = bytes[...]
    while !rest.isEmpty {
      let count = rest.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
      if count < 0 && errno == EINTR { continue }
      guard count > 0 else { return }
      rest = rest.dropFirst(count)
    }
  }
}
