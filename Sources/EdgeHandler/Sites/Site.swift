/// Who answers at a host.
///
/// Law of this folder: it alone knows how a workspace is found and stored; the rest of the module is given one.
public struct Site: Sendable {
  public enum Occupant: Sendable {
    case workspace(Workspace)
    /// The base domain itself.
    case landing
    case nobody
    /// There may be a workspace, but its record cannot be read or reached.
    case unavailable

    var workspace: Workspace? {
      guard case .workspace(let workspace) = self else { return nil }
      return workspace
    }
  }

  public var occupant: Occupant
  /// Whether the host is the base domain or below it, so that the service may speak for what is below the host, too.
  public var isOurs: Bool

  /// The site of addresses, and of hosts without a name.
  public static let nowhere = Site(occupant: .nobody, isOurs: false)

  init(occupant: Occupant, isOurs: Bool) {
    self.occupant = occupant
    self.isOurs = isOurs
  }

  public var workspace: Workspace? { occupant.workspace }
}
