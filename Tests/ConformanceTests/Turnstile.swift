import Foundation

/// Lets a few cases at a time through, each on a thread of its own: they block on sockets, which the threads of Swift's
/// concurrency must not, and a server that got all of them at once would rightly say that it is overloaded.
actor Turnstile {
  static let shared = Turnstile(width: 4)

  private var free: Int
  private var waiting: [CheckedContinuation<Void, Never>] = []

  init(width: Int) {
    free = width
  }

  nonisolated func pass<Value: Sendable>(_ work: @escaping @Sendable () throws -> Value) async throws -> Value {
    await enter()
    let result = await withCheckedContinuation { continuation in
      Thread.detachNewThread { continuation.resume(returning: Result { try work() }) }
    }
    await leave()
    return try result.get()
  }

  private func enter() async {
    if free > 0 {
      free -= 1
    } else {
      await withCheckedContinuation { waiting.append($0) }
    }
  }

  private func leave() {
    if waiting.isEmpty {
      free += 1
    } else {
      waiting.removeFirst().resume()
    }
  }
}
