import Glibc
import NIOCore
import NIOPosix
import Testing

/// A detached POSIX thread: what blocks must not take threads from the pool that runs the tests.
enum Thread {
  private final class Body: Sendable {
    let run: @Sendable () -> Void
    init(_ run: @escaping @Sendable () -> Void) { self.run = run }
  }

  static func start(_ run: @escaping @Sendable () -> Void) {
    var thread = pthread_t()
    let code = pthread_create(
      &thread, nil,
      { context in
        if let context { Unmanaged<Body>.fromOpaque(context).takeRetainedValue().run() }
        return nil
      }, Unmanaged.passRetained(Body(run)).toOpaque())
    precondition(code == 0)
    pthread_detach(thread)
  }
}

/// Runs what blocks on a thread of its own.
func offPool<Value: Sendable>(_ body: @escaping @Sendable () throws -> Value) async throws -> Value {
  try await withCheckedThrowingContinuation { continuation in
    Thread.start { continuation.resume(with: Result { try body() }) }
  }
}

struct NeverTrue: Error {}

/// Returns when something has become true; a test that needs more than two minutes has failed.
func until(_ condition: @escaping @Sendable () -> Bool) async throws {
  try await offPool {
    for _ in 0..<24_000 {
      if condition() { return }
      usleep(5000)
    }
    throw NeverTrue()
  }
}

/// Runs each test on a thread that nobody else has.
///
/// Where all tests run at once, those that compute can hold the few threads of the pool for a minute. Between two steps of a test
/// a server would then close its idle connections or end its work, as it should.
struct OwnThread: TestTrait, SuiteTrait, TestScoping {
  var isRecursive: Bool { true }

  private final class Executor: TaskExecutor {
    let loop: any EventLoop

    init(loop: any EventLoop) { self.loop = loop }

    func enqueue(_ job: consuming ExecutorJob) {
      let job = UnownedJob(job)
      loop.execute { [self] in job.runSynchronously(on: asUnownedTaskExecutor()) }
    }
  }

  func provideScope(
    for test: Test, testCase: Test.Case?, performing function: @Sendable () async throws -> Void
  ) async throws {
    let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
    let result: Result<Void, any Error>
    do {
      try await withTaskExecutorPreference(Executor(loop: group.next())) { try await function() }
      result = .success(())
    } catch {
      result = .failure(error)
    }
    try await group.shutdownGracefully()
    try result.get()
  }
}

extension Trait where Self == OwnThread {
  static var ownThread: Self { OwnThread() }
}
