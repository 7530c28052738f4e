import Synchronization

/// How the system weighs a work against others where there are fewer cores than works.
///
/// While works of several shares run, each share's first has the usual priority, and what else a share has at work yields to it. So a
/// workspace that keeps all threads busy costs another that wants little nearly nothing. While a share is alone, nothing of it yields
/// to anything.
///
/// Only processes are given a low priority: a thread without privileges that has taken one can never give it up again, and libvips
/// computes on threads that it shares among all works.
final class WorkPriority: Sendable {
  private struct Member {
    weak var process: WorkerProcess?
  }

  /// How much more a process of low priority has of niceness (`nice(2)`): it gets a tenth of the time of a core that another wants all
  /// of, and not nothing, so that it ends at some time and its thread is free.
  static let niceness: Int32 = 10

  /// Whether nothing else of its share was at work when it began.
  let isFirst: Bool
  private let state: Mutex<(isLow: Bool, members: [Member])>

  init(isFirst: Bool = true, isLow: Bool = false) {
    self.isFirst = isFirst
    state = Mutex((isLow, []))
  }

  var isLow: Bool { state.withLock { $0.isLow } }

  /// From now on, for all processes that work for it.
  func lower() {
    state.withLock { state in
      state.isLow = true
      for member in state.members { member.process?.lower() }
    }
  }

  /// A process begins to work for it.
  func enter(_ process: WorkerProcess) {
    state.withLock { state in
      state.members.removeAll { $0.process == nil }
      state.members.append(Member(process: process))
      if state.isLow { process.lower() }
    }
  }

  func leave(_ process: WorkerProcess) {
    state.withLock { state in state.members.removeAll { $0.process === process } }
  }
}
