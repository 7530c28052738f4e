import Glibc

/// How many connections fit under the limit of files that this process may have open: each is one, and work needs others.
public enum OpenFiles {
  /// What stays free for the listeners, event loops, outputs on disk, connections that are turned away, and metrics.
  private static let reserve = 256
  /// An original's connection, and a pipe of what draws an SVG.
  private static let eachMiss = 2

  /// Raises the soft limit to the hard one, which needs no privilege. Returns the limit that is in force.
  public static func raiseLimit() -> Int {
    var limit = rlimit()
    guard getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 else { return 1024 }
    if limit.rlim_cur < limit.rlim_max {
      var raised = limit
      raised.rlim_cur = raised.rlim_max
      if setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &raised) == 0 { limit = raised }
    }
    return Int(clamping: limit.rlim_cur)
  }

  /// The number of connections that are allowed of those that were asked for. At least half of the files are theirs.
  public static func connections(asked: Int, limit: Int, maximumWork: Int) -> Int {
    max(1, min(asked, max(limit - reserve - eachMiss * maximumWork, limit / 2)))
  }
}
