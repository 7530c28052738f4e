/// How the system weighs a work against others where there are fewer cores than works.
///
/// A share's first work is done as usual; what else it has at work at the same time yields to the first works of others. So one workspace
/// that keeps all threads busy costs another that wants little nearly nothing, and loses nothing while it is alone.
///
/// Only processes are given a low priority: a thread without privileges that has taken one can never give it up again, and libvips
/// computes on threads that it shares among all works.
enum WorkPriority: Sendable {
  case usual, low

  /// How much more a process of low priority has of it (`nice(2)`): it gets a tenth of the time of a core that another wants all of, and not nothing, so that
  /// it ends at some time and its thread is free.
  static let niceness: Int32 = 10
}
