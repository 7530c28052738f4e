/// Whose work something is, for hosts that divide what they have among workspaces: threads, connections, room for misses.
///
/// A request is one workspace's, and so is everything that is done for it. Its look-ups come before all that costs something,
/// and they say whose it is (``LookUpRequest``).
public struct Share: Sendable, Hashable {
  /// The id of the workspace; empty where callers are not told apart.
  public var workspace: String
  /// How much it gets where several want the same: one of weight 2 twice as much as one of weight 1. From 1 to 1000.
  public var weight: Int

  public init(workspace: String = "", weight: Int = 1) {
    self.workspace = workspace
    self.weight = min(max(weight, 1), 1000)
  }
}

extension Workspace {
  /// All workspaces weigh the same.
  var share: Share { Share(workspace: id) }
}
