/// Everything that is the same for all requests.
public struct Configuration: Sendable {
  public var workspaces: [Workspace]
  /// A workspace answers at `<namespace>.<baseDomain>`; lower case, no trailing dot.
  public var baseDomain: String
  public var limits: Limits
  /// What the machine can read and write: the host says so, whatever the configuration's text is.
  public var capabilities = Capabilities.all

  public init(workspaces: [Workspace], baseDomain: String = "localhost", limits: Limits = Limits()) {
    self.workspaces = workspaces
    self.baseDomain = baseDomain
    self.limits = limits
  }

  /// A workspace `demo` whose source `samples` holds the pictures that ship with the program.
  public static let demo = Configuration(workspaces: [
    Workspace(
      namespace: "demo", plan: .free, allowedOrigins: .everything, allowedExternalSources: .everything,
      sources: [Source(name: "samples", location: .bundled)], marks: [], domains: [])
  ])
}

/// Bounds on what one request may cost.
public struct Limits: Sendable {
  /// The maximum size of an original, in bytes.
  public var maximumOriginalBytes = 100_000_000
  /// The maximum size of an original in pixels, summed over its frames.
  public var maximumPixels = 100_000_000
  public var maximumFrames = 500
  /// The maximum length of an output's longer side, in px.
  public var maximumOutputSide = 8192
  /// The maximum size of an output in pixels, summed over its frames.
  public var maximumOutputPixels = 50_000_000
  /// The maximum length of a request target, in bytes.
  public var maximumURLBytes = 8192
  /// For an original, with all redirects on the way to it.
  public var fetchTimeoutMilliseconds = 10_000
  public var maximumRedirects = 3
  public var transformTimeoutMilliseconds = 30_000

  public init() {}
}

/// Says which workspace and which field of a configuration is wrong, and what is allowed.
public struct ConfigurationError: Error, Sendable, Equatable {
  public var description: String

  public init(_ description: String) {
    self.description = description
  }
}
