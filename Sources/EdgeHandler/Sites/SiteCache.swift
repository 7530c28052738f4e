/// What is known of who answers at which host. Pure: it has no clock and no lock, and its host performs the loads.
///
/// A site is asked for again ``refreshAge`` seconds after it was loaded, by one request at a time, while the others go on with what is known;
/// after ``maximumAge`` nobody does. So a change is in force ``maximumAge`` seconds after it was written, whatever the traffic is. Where the
/// store of records cannot be reached, what is known stands for ``maximumOutage`` seconds.
public struct SiteCache: Sendable {
  static let refreshAge: Int64 = 5
  static let maximumAge: Int64 = 10
  static let maximumOutage: Int64 = 3600
  /// Seconds after which a load that was begun and never came back is begun again.
  static let loadTimeout: Int64 = 5
  /// Seconds for which a host that could not be looked up is not looked up again.
  static let retryAge: Int64 = 1

  public enum Found: Sendable {
    /// - `until`: Unix time in seconds before which another look comes to the same, unless ``SiteCache/epoch`` has changed.
    /// - `refresh`: not `nil` for the one caller who is to load this site anew, beside going on with what is known.
    case known(Site, until: Int64, refresh: HostName?)
    /// The caller must load it first.
    case unknown(HostName)

    public var site: Site? {
      guard case .known(let site, _, _) = self else { return nil }
      return site
    }

    static func fixed(_ site: Site) -> Found { .known(site, until: .max, refresh: nil) }
  }

  /// Grows whenever what was found may have changed before its time.
  public private(set) var epoch: UInt64 = 0

  private var fixed: FixedSites
  private let baseDomain: String
  /// Where other workspaces than the fixed ones are; `nil` where there are none.
  private let records: RecordAccess?
  /// Workspaces, and hosts that could not be looked up.
  private var occupied: Generations
  /// Hosts at which nobody answers: by themselves, so that made-up names push nothing else out.
  private var vacant: Generations

  private struct Entry: Sendable {
    var loaded: LoadedSite
    /// When the store said so.
    var confirmed: Int64
    /// When it was last asked, whatever came of that.
    var asked: Int64
    var loadBegan: Int64?
  }

  public init(_ configuration: Configuration, records: RecordAccess?, capacity: Int = 1 << 17) {
    fixed = FixedSites(configuration.workspaces)
    baseDomain = configuration.baseDomain
    self.records = records
    occupied = Generations(size: capacity / 2)
    vacant = Generations(size: capacity / 16)
  }

  /// Puts other workspaces in the place of the fixed ones.
  public mutating func replaceFixed(_ workspaces: [Workspace]) {
    fixed = FixedSites(workspaces)
    epoch &+= 1
  }

  /// The site that a request is to be handled with.
  public mutating func find(_ request: Request, now: Int64) -> Found {
    guard let name = HostName(authority: request.authority) else { return .fixed(.nowhere) }
    let relation = name.relation(to: baseDomain)
    if let site = fixedSite(name, relation) { return .fixed(site) }
    // The service's own health is told everywhere, whatever the store of records does.
    guard records != nil, relation.mayBeRecorded, Health(target: request.target) == nil else {
      return .fixed(Site(occupant: .nobody, isOurs: relation.isOurs))
    }
    guard var entry = occupied.find(name.text) ?? vacant.find(name.text) else { return .unknown(name) }
    let age = now - entry.asked
    // A clock that was set back is as good as an age: what was loaded in the future is loaded again.
    guard age >= 0, age < (entry.loaded.isUnavailable ? Self.retryAge : Self.maximumAge) else {
      return .unknown(name)
    }
    let site = Site(occupant: entry.loaded.occupant, isOurs: relation.isOurs)
    guard age >= Self.refreshAge else {
      return .known(site, until: entry.asked + Self.refreshAge, refresh: nil)
    }
    let isLoading = entry.loadBegan.map { now - $0 < Self.loadTimeout && now >= $0 } ?? false
    if !isLoading {
      entry.loadBegan = now
      insert(entry, at: name)
    }
    return .known(site, until: now, refresh: isLoading ? nil : name)
  }

  /// The flow that finds out who answers at a host.
  ///
  /// - Parameter then: is given what that comes to, which is for ``insert(_:at:now:)``.
  public func load<Value>(
    _ name: HostName, now: Int64, then: @escaping @Sendable (LoadedSite) -> Step<Value>
  ) -> Step<Value> {
    guard let records else { return then(.nobody) }
    return SiteLoading(
      records: records, relation: name.relation(to: baseDomain), name: name, known: known(name)?.loaded.workspace,
      now: now
    ).start(then: then)
  }

  /// Takes what a load has come to, and returns what to go on with.
  public mutating func insert(_ loaded: LoadedSite, at name: HostName, now: Int64) -> Site {
    let isOurs = name.relation(to: baseDomain).isOurs
    guard loaded.isUnavailable, var entry = known(name), now - entry.confirmed < Self.maximumOutage else {
      insert(Entry(loaded: loaded, confirmed: now, asked: now), at: name)
      return Site(occupant: loaded.occupant, isOurs: isOurs)
    }
    entry.asked = now
    entry.loadBegan = nil
    insert(entry, at: name)
    return Site(occupant: entry.loaded.occupant, isOurs: isOurs)
  }

  /// Sites that have changed, as far as the caller knows.
  public mutating func forget(_ names: [HostName]) {
    for name in names {
      occupied.remove(name.text)
      vacant.remove(name.text)
    }
    epoch &+= 1
  }

  private func known(_ name: HostName) -> Entry? {
    occupied.peek(name.text) ?? vacant.peek(name.text)
  }

  private mutating func insert(_ entry: Entry, at name: HostName) {
    if case .nobody = entry.loaded.occupant {
      occupied.remove(name.text)
      vacant.insert(entry, for: name.text)
    } else {
      vacant.remove(name.text)
      occupied.insert(entry, for: name.text)
    }
  }

  private func fixedSite(_ name: HostName, _ relation: HostName.Relation) -> Site? {
    switch relation {
    case .base: return Site(occupant: .landing, isOurs: true)
    case .below(let label):
      if let workspace = fixed.workspace(namespace: label) {
        return Site(occupant: .workspace(workspace), isOurs: true)
      }
    case .foreign: break
    }
    return fixed.workspace(domain: name.text).map { Site(occupant: .workspace($0), isOurs: relation.isOurs) }
  }

  /// Those that were used since the last change of generations; when there are too many, the older ones are forgotten.
  private struct Generations: Sendable {
    private let size: Int
    private var recent = NameTable<Entry>()
    private var older = NameTable<Entry>()

    init(size: Int) {
      self.size = max(1, size)
    }

    func peek(_ name: String) -> Entry? { recent[name] ?? older[name] }

    mutating func find(_ name: String) -> Entry? {
      if let entry = recent[name] { return entry }
      guard let entry = older[name] else { return nil }
      insert(entry, for: name)
      return entry
    }

    mutating func insert(_ entry: Entry, for name: String) {
      if recent.count >= size {
        older = recent
        recent = NameTable()
      }
      recent.set(entry, for: name)
    }

    mutating func remove(_ name: String) {
      recent.remove(name)
      older.remove(name)
    }
  }
}

extension HostName.Relation {
  var isOurs: Bool {
    if case .foreign = self { return false }
    return true
  }

  /// Whether a record may say who answers there. Below the base domain, namespaces do, and nothing else.
  fileprivate var mayBeRecorded: Bool {
    switch self {
    case .base: false
    case .below(let label): Namespace.isValid(label)
    case .foreign: true
    }
  }
}
