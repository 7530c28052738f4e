/// A customer's settings, valid by construction.
///
/// A class, as what it holds is: every request passes it around, and sharing it costs less than a copy, in time and in code.
public final class Workspace: Sendable {
  /// What hangs on it passes to nobody else, unlike the namespace: cached outputs, records, charges. 26 digits of Crockford's base 32, or the
  /// namespace of a workspace in a file that names no id; these differ in the case of their letters.
  public let id: String
  public let namespace: String
  public let plan: Plan
  /// Browser origins that may call the workspace's URLs.
  public let allowedOrigins: OriginPatterns
  /// Hosts that a full URL may point at.
  public let allowedExternalSources: HostPatterns
  /// Sorted by name.
  public let sources: [Source]
  /// Sorted by name.
  public let marks: [MarkPreset]
  /// Custom domains, in lower case without a trailing dot.
  public let domains: [String]

  init(
    id: String? = nil, namespace: String, plan: Plan, allowedOrigins: OriginPatterns,
    allowedExternalSources: HostPatterns,
    sources: [Source], marks: [MarkPreset], domains: [String]
  ) {
    self.id = id ?? namespace
    self.namespace = namespace
    self.plan = plan
    self.allowedOrigins = allowedOrigins
    self.allowedExternalSources = allowedExternalSources
    self.sources = sources
    self.marks = marks
    self.domains = domains
  }

  /// The same with other presets.
  func with(marks: [MarkPreset]) -> Workspace {
    Workspace(
      id: id, namespace: namespace, plan: plan, allowedOrigins: allowedOrigins,
      allowedExternalSources: allowedExternalSources,
      sources: sources, marks: marks, domains: domains)
  }

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
public final class Source: Sendable {
  public indirect enum Location: Sendable {
    /// Everything below a URL whose path ends in `/`.
    case http(prefix: WebURL)
    case bucket(Bucket)
    /// The sample pictures that ship with the program; only the demo workspace has them.
    case bundled
  }

  public let name: String
  public let location: Location
  /// Enters the cache key: a new value is a purge.
  public let version: String?

  init(name: String, location: Location, version: String? = nil) {
    self.name = name
    self.location = location
    self.version = version
  }
}

/// A bucket behind the S3 API: Amazon S3, Cloudflare R2 or another.
public final class Bucket: Sendable {
  /// Without a trailing slash; objects are addressed in path style below it.
  public let endpoint: WebURL
  public let bucket: String
  public let region: String
  /// Put before the path; empty, or ends as the configuration says.
  public let prefix: String
  public let accessKeyId: String
  public let secretAccessKey: String

  init(
    endpoint: WebURL, bucket: String, region: String, prefix: String, accessKeyId: String, secretAccessKey: String
  ) {
    self.endpoint = endpoint
    self.bucket = bucket
    self.region = region
    self.prefix = prefix
    self.accessKeyId = accessKeyId
    self.secretAccessKey = secretAccessKey
  }
}

/// A watermark that a workspace has stored.
public final class MarkPreset: Sendable {
  public let name: String
  /// `<source>/<path>` or a full URL.
  public let image: String
  /// What the `mark-*` parameters say in a URL.
  let settings: MarkSettings
  /// Names of sources on whose every output the mark is put.
  public let autoApplySources: [String]

  init(name: String, image: String, settings: MarkSettings, autoApplySources: [String]) {
    self.name = name
    self.image = image
    self.settings = settings
    self.autoApplySources = autoApplySources
  }
}

/// The name of a workspace or a source: a DNS label in lower case.
enum Label {
  static let grammar = "lower-case letters, digits and inner dashes, 1 to 63 of them"

  static func isValid(_ name: String) -> Bool {
    let bytes = name.utf8
    guard (1...63).contains(bytes.count), bytes.first != 0x2D, bytes.last != 0x2D else { return false }
    return bytes.allSatisfy { ASCII.isLowercaseLetter($0) || ASCII.isDigit($0) || $0 == 0x2D }
  }
}

/// The name of a workspace: a label that the service does not keep for itself.
enum Namespace {
  static let grammar: String = "\(Label.grammar), at least 3, and not one of \(ListText.join(reserved))"
  private static let reserved: [String] = ["app", "customers", "www", "api", "admin", "status", "mail"]

  static func isValid(_ name: String) -> Bool {
    name.utf8.count >= 3 && Label.isValid(name) && !reserved.contains { $0 == name }
  }
}

/// 128 random bits as 26 digits of Crockford's base 32 (https://www.crockford.com/base32.html), in upper case.
public enum WorkspaceID {
  private static let digits: String = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"

  /// The id that 16 random bytes make: five bits a digit, of which the first has two that are 0.
  public static func make(_ random: [UInt8]) -> String {
    let alphabet = Array(digits.utf8)
    var text: [UInt8] = []
    var rest: UInt32 = 0
    var count = 2
    for byte in random.prefix(16) {
      rest = (rest << 8 | UInt32(byte)) & 0xFFFF
      count += 8
      while count >= 5 {
        count -= 5
        text.append(alphabet[Int(rest >> UInt32(count)) & 31])
      }
    }
    return String(decoding: text, as: UTF8.self)
  }

  static func isValid(_ text: String) -> Bool {
    let alphabet = digits.bytes
    return text.utf8.count == 26 && text.utf8.allSatisfy { byte in alphabet.contains(byte) }
  }
}
