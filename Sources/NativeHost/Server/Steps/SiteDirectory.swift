import EdgeHandler
import Records
import Synchronization

/// The sites that all requests share: the handler's ``SiteCache`` under a lock, and the loads that are under way.
public final class SiteDirectory: Sendable {
  private struct State {
    var cache: SiteCache
    /// Those who wait for a load, by its name.
    var waiters: [HostName: [@Sendable (Site) -> Void]] = [:]
    var notes: RepeatedNotes
  }

  private let state: Mutex<State>
  private let effects: ServiceEffects
  /// As the cache says, for those who have no lock.
  private let sharedEpoch = Atomic<UInt64>(0)

  enum Found {
    /// - `until`: as ``SiteCache/Found`` has it.
    case known(Site, until: Int64)
    /// It is being loaded, and is given to the caller's closure on any thread.
    case loading
  }

  /// - Parameter note: takes what the operator should know of records that cannot be read.
  public init(_ cache: SiteCache, effects: ServiceEffects, note: @escaping @Sendable (String) -> Void) {
    state = Mutex(State(cache: cache, notes: RepeatedNotes(note)))
    self.effects = effects
  }

  var epoch: UInt64 { sharedEpoch.load(ordering: .acquiring) }

  func find(_ request: Request, now: Int64, loaded: @escaping @Sendable (Site) -> Void) -> Found {
    var load: (flow: Step<LoadedSite>, name: HostName)?
    let found: Found = state.withLock { state in
      switch state.cache.find(request, now: now) {
      case .known(let site, let until, let name):
        if let name, state.waiters[name] == nil {
          state.waiters[name] = []
          load = (state.cache.load(name, now: now) { .done($0) }, name)
        }
        return .known(site, until: until)
      case .unknown(let name):
        if state.waiters[name] == nil { load = (state.cache.load(name, now: now) { .done($0) }, name) }
        state.waiters[name, default: []].append(loaded)
        return .loading
      }
    }
    if let load { run(load.flow, load.name, now: now) }
    return found
  }

  private func run(_ load: Step<LoadedSite>, _ name: HostName, now: Int64) {
    effects.run(load) { [self] loaded in
      let loaded = loaded ?? .failed
      if let text = loaded.note { state.withLock { $0.notes.report(text) } }
      let (site, waiters) = state.withLock { state in
        (state.cache.insert(loaded, at: name, now: now), state.waiters.removeValue(forKey: name) ?? [])
      }
      for waiter in waiters { waiter(site) }
    }
  }

  /// Puts other workspaces in the place of the fixed ones, for all requests that begin after this.
  public func replaceFixed(_ workspaces: [Workspace]) {
    state.withLock { state in
      state.cache.replaceFixed(workspaces)
      sharedEpoch.store(state.cache.epoch, ordering: .releasing)
    }
  }
}
