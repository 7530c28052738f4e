/// A customer's settings, valid by construction.
public struct Workspace: Sendable {
  public var namespace: String
  public var plan: Plan
  /// Browser origins that may call the workspace's URLs.
  public var allowedOrigins: OriginPatterns
  /// Hosts that a full URL may point at.
  public var allowedExternalSources: HostPatterns
  /// Sorted by name.
  public var sources: [Source]
  /// Sorted by name.
  public var marks: [MarkPreset]
  /// Custom domains, in lower case without a trailing dot.
  public var domains: [String]

  func source(named name: String) -> Source? {
    sources.first { $0.name == name }
  }
}

public enum Plan: Sendable, Equatable, CaseIterable {
  case free, pro, business

  var name: String {
    switch self {
    case .free: "free"
    case .pro: "pro"
    case .business: "business"
    }
  }
}

/// Named storage of a workspace.
public struct Source: Sendable {
  public enum Location: Sendable {
    /// Everything below a URL whose path ends in `/`.
    case http(prefix: WebURL)
    case bucket(Bucket)
    /// The sample pictures that ship with the program; only the demo workspace has them.
    case bundled
  }

  public var name: String
  public var location: Location
  /// Enters the cache key: a new value is a purge.
  public var version: String?
}

/// A bucket behind the S3 API: Amazon S3, Cloudflare R2 or another.
public struct Bucket: Sendable {
  /// Without a trailing slash; objects are addressed in path style below it.
  public var endpoint: WebURL
  public var bucket: String
  public var region: String
  /// Put before the path; empty, or ends as the configuration says.
  public var prefix: String
  public var accessKeyId: String
  public var secretAccessKey: String
}

/// A watermark that a workspace has stored.
public struct MarkPreset: Sendable {
  public var name: String
  /// `<source>/<path>` or a full URL.
  public var image: String
  /// What the `mark-*` parameters say in a URL.
  var settings: MarkSettings
  /// Names of sources on whose every output the mark is put.
  public var autoApplySources: [String]
}

/// The name of a workspace or a source: a DNS label in lower case.
enum Label {
  static let grammar = "lower-case letters, digits and inner dashes, 1 to 63 of them"

  static func isValid(_ name: String) -> Bool {
    let bytes = name.utf8
    guard (1...63).contains(bytes.count), bytes.first != 0x2D, bytes.last != 0x2D else { return false }
    return bytes.allSatisfy { ASCII.isLowercaseLetter($0) || ASCII.isDigit($0) || $0 == 0x2D }
  }

  /// First path segments that mean something else.
  static let reserved = [
    "transform", "grid", "info", "placeholder", "api", "healthz", "readyz", "metrics", "cdn-cgi",
  ]
}
