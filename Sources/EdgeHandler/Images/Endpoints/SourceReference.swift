/// An original as a workspace means it: which source it belongs to, if any, and where it is.
struct SourceReference: Sendable {
  indirect enum Location: Sendable {
    case url(WebURL)
    /// The key of an object, before any encoding.
    case object(Bucket, key: String)
    /// The name of a picture that ships with the program.
    case bundled(String)
  }

  /// The named source that the original belongs to; `nil` for an external one.
  var source: Source?
  var location: Location
  /// Whether the caller has named it by its full URL, and so knows where it is.
  var isFullURL = false

  /// The same for all spellings of one original; enters the cache key.
  var canonical: String {
    switch location {
    case .url(let url): url.serialized
    // Unlike every URL: a URL that reads like this may name another object, and is fetched without the bucket's keys.
    case .object(let bucket, let key): "object:\(bucket.endpoint.origin)/\(bucket.bucket)/\(key)"
    case .bundled(let name): "bundled:\(name)"
    }
  }

  var keyParts: [KeyPart] {
    [KeyPart(name: "source", value: canonical), KeyPart(name: "version", value: source?.version ?? "")]
  }
}

extension Source {
  var isBucket: Bool {
    if case .bucket = location { true } else { false }
  }
}

extension SourceReference {
  /// Resolves the value of `src`, percent-decoded: a full URL, or `<source>/<path>`.
  init(_ text: String, workspace: Workspace) throws(Problem) {
    if Self.isFullURL(text) {
      self = try Self.external(text, workspace: workspace)
    } else {
      self = try Self.alias(text, workspace: workspace)
    }
  }

  /// Resolves a source and path that stand in the request's path, percent-encoded.
  init(encodedPath: String, workspace: Workspace) throws(Problem) {
    guard let bytes = PercentCoding.decode(encodedPath.utf8), let text = UTF8Sequence.string(bytes) else {
      throw Problem(.invalidSource, "The path of the original is not percent-encoded UTF-8.", parameter: "src")
    }
    self = try Self.alias(text, workspace: workspace)
  }

  private static func isFullURL(_ text: String) -> Bool {
    let bytes = text.bytes
    return ASCII.equalsIgnoringCase(bytes.prefix(7), "http://") || ASCII.equalsIgnoringCase(bytes.prefix(8), "https://")
  }

  private static func external(_ text: String, workspace: Workspace) throws(Problem) -> SourceReference {
    let url: WebURL
    do {
      url = try WebURL(parsing: text)
    } catch {
      throw Problem(.invalidSource, error.detail, parameter: "src")
    }
    let allowed = workspace.allowedExternalSources
    guard allowed.matches(url) else {
      let missing = allowed.matches(url.host) ? "port \(url.effectivePort) of the host" : "the host"
      throw Problem(
        .sourceNotAllowed, "The workspace's allowed external sources do not include \(missing) \(url.host).",
        parameter: "src")
    }
    return SourceReference(source: workspace.source(containing: url), location: .url(url), isFullURL: true)
  }

  private static func alias(_ text: String, workspace: Workspace) throws(Problem) -> SourceReference {
    let bytes = text.bytes
    guard let slash = bytes.firstIndex(of: 0x2F) else {
      throw Problem(
        .invalidSource, "An original is a full http or https URL, or the name of a source, a slash and a path.",
        parameter: "src")
    }
    let name = String(decoding: bytes[..<slash], as: UTF8.self)
    let path = String(decoding: bytes[(slash + 1)...], as: UTF8.self)
    guard Label.isValid(name) else {
      throw Problem(.invalidSource, "The name of a source is \(Label.grammar).", parameter: "src")
    }
    // Whether the source is there is told of paths only that could be in one.
    let source = workspace.source(named: name)
    guard isSafePath(path, inBucket: source?.isBucket ?? false) else {
      throw Problem(
        .invalidSource,
        "The path of an original must not have an empty, \".\" or \"..\" segment, a backslash or a control character.",
        parameter: "src")
    }
    guard let source else {
      throw Problem(.unknownSource, "The workspace has no source \"\(name)\".", parameter: "src")
    }
    return try SourceReference(source: source, path: path)
  }

  /// An empty segment leads nowhere out of a bucket: keys are names, in which slashes mean nothing, and joined paths have made many
  /// with two in a row. A key is not empty, and has more than slashes.
  private static func isSafePath(_ path: String, inBucket: Bool) -> Bool {
    guard path.utf8.allSatisfy({ $0 >= 0x20 && $0 != 0x7F && $0 != 0x5C }),
      path.utf8.contains(where: { $0 != 0x2F })
    else { return false }
    return path.bytes.split(separator: 0x2F, omittingEmptySubsequences: false).allSatisfy { segment in
      (inBucket || !segment.isEmpty) && !segment.elementsEqual(".".utf8) && !segment.elementsEqual("..".utf8)
    }
  }

  private init(source: Source, path: String) throws(Problem) {
    switch source.location {
    case .bundled:
      self.init(source: source, location: .bundled(path))
    case .bucket(let bucket):
      self.init(source: source, location: .object(bucket, key: bucket.prefix + path))
    case .http(let prefix):
      let encoded = PercentCoding.encode(path.utf8, keeping: .path)
      guard let url = try? WebURL(parsing: prefix.serialized + encoded), url.path.utf8.starts(with: prefix.path.utf8)
      else {
        throw Problem(.invalidSource, "The path of the original does not stay inside its source.", parameter: "src")
      }
      self.init(source: source, location: .url(url))
    }
  }
}
