extension Configuration {
  /// Of the text of a configuration: some 400,000 workspaces of the usual size.
  public static let maximumBytes = 256 << 20

  /// Reads `{"workspaces": […]}`, with optional members `baseDomain` and `limits`. One bad workspace fails it all.
  public init(json text: [UInt8]) throws(ConfigurationError) {
    let json: JSON
    do {
      // Editors on Windows write a byte order mark, which is no part of the text (RFC 8259, section 8.1).
      json = try JSON.parse(
        text.starts(with: [0xEF, 0xBB, 0xBF]) ? Array(text.dropFirst(3)) : text, maximumBytes: Self.maximumBytes)
    } catch {
      throw ConfigurationError("not valid JSON at byte \(error.offset): \(error.reason)")
    }
    let record = try StrictObject(json, path: "configuration")
    try record.allows(["workspaces", "baseDomain", "limits"])
    var workspaces: [Workspace] = []
    for (index, json) in try record.list("workspaces").enumerated() {
      workspaces.append(try Workspace.read(json, path: "workspace \(index + 1)"))
    }
    self.init(workspaces: workspaces)
    if let domain = try record.text("baseDomain") { baseDomain = try Self.baseDomain(domain) }
    if let json = record["limits"] { limits = try Limits(StrictObject(json, path: "limits")) }
    try FixedSites(workspaces).refuseDuplicates()
  }

  /// The normal form of a base domain.
  public static func baseDomain(_ text: String) throws(ConfigurationError) -> String {
    guard case .domain(let name)? = try? Host(parsing: text.utf8) else {
      throw ConfigurationError("baseDomain: \"\(text)\" is not a domain name")
    }
    return name
  }
}

extension Workspace {
  /// Reads the settings of a workspace, whose secrets stand plain.
  ///
  /// - Parameter path: what errors call the workspace until its namespace is known.
  static func read(_ json: JSON, path: String) throws(ConfigurationError) -> Workspace {
    var record = try StrictObject(json, path: path)
    if let format = try record.count("format"), format != WorkspaceRecord.format {
      throw record.error(
        "format", "is \(format); this version of the program reads format \(WorkspaceRecord.format) and no other")
    }
    let namespace = try record.required("namespace")
    guard Namespace.isValid(namespace) else {
      throw record.error("namespace", "\"\(namespace)\" is not \(Namespace.grammar)")
    }
    record.path = "workspace \"\(namespace)\""
    try record.allows([
      "format", "id", "namespace", "plan", "allowedOrigins", "allowedExternalSources", "sources", "marks", "domains",
    ])
    let id = try record.text("id")
    if let id, !WorkspaceID.isValid(id) {
      throw record.error("id", "\"\(id)\" is not an id: 26 digits of Crockford's base 32 in upper case")
    }
    let plan = try record.choice("plan", of: Plan.allCases.map { ($0.name, $0) }) ?? .free
    let workspace = Workspace(
      id: id, namespace: namespace, plan: plan,
      allowedOrigins: try OriginPatterns(record), allowedExternalSources: try HostPatterns(record),
      sources: try Source.list(record), marks: [], domains: try Self.domains(record))
    return workspace.with(marks: try MarkPreset.list(record, of: workspace))
  }

  /// A domain that is listed twice counts once.
  private static func domains(_ record: StrictObject) throws(ConfigurationError) -> [String] {
    var domains: [String] = []
    for text in try record.texts("domains") ?? [] {
      guard case .domain(let domain)? = try? Host(parsing: text.utf8) else {
        throw record.error("domains", "\"\(text)\" is not a domain name")
      }
      if !domains.contains(where: { $0 == domain }) { domains.append(domain) }
    }
    return domains
  }
}

extension OriginPatterns {
  fileprivate init(_ record: StrictObject) throws(ConfigurationError) {
    self = .everything
    guard let texts = try record.texts("allowedOrigins") else { return }
    allowsEverything = texts.contains { $0 == "*" }
    for text in texts {
      guard let pattern = OriginPattern(parsing: text) else {
        throw record.error("allowedOrigins", "\"\(text)\" is not \(OriginPattern.grammar)")
      }
      patterns.append(pattern)
    }
  }
}

extension HostPatterns {
  fileprivate init(_ record: StrictObject) throws(ConfigurationError) {
    self = .everything
    guard let texts = try record.texts("allowedExternalSources") else { return }
    patterns = []
    for text in texts {
      guard let pattern = ExternalPattern(parsing: text) else {
        throw record.error("allowedExternalSources", "\"\(text)\" is not \(ExternalPattern.grammar)")
      }
      patterns.append(pattern)
    }
  }
}

extension Source {
  fileprivate static func list(_ record: StrictObject) throws(ConfigurationError) -> [Source] {
    var sources: [Source] = []
    for member in try record.members("sources") {
      let name = member.name
      let record = try StrictObject(member.value, path: record.path + ": sources.\(name)")
      guard Label.isValid(name), !Endpoint.reservedNames.contains(where: { $0 == name }) else {
        throw record.error(nil, "the name is not \(Label.grammar), or is reserved")
      }
      let version = try record.scalar("version")
      sources.append(Source(name: name, location: try location(record), version: version))
    }
    return sources.sorted { $0.name.utf8.lexicographicallyPrecedes($1.name.utf8) }
  }

  private static func location(_ record: StrictObject) throws(ConfigurationError) -> Location {
    guard let kind = try record.choice("kind", of: [("http", Kind.http), ("s3", .s3), ("r2", .r2)]) else {
      throw record.error("kind", "is missing; it is http, s3 or r2")
    }
    switch kind {
    case .http:
      try record.allows(["kind", "version", "prefix"])
      return .http(prefix: try prefix(record))
    case .s3:
      try record.allows([
        "kind", "version", "bucket", "region", "prefix", "accessKeyId", "secretAccessKey", "endpoint",
      ])
      let region = try record.required("region")
      guard Label.isValid(region) else { throw record.error("region", "\"\(region)\" is not a region's name") }
      return .bucket(
        try Bucket.read(record, region: region, standardEndpoint: "https://s3.\(region).amazonaws.com"))
    case .r2:
      try record.allows([
        "kind", "version", "bucket", "accountId", "prefix", "accessKeyId", "secretAccessKey", "endpoint",
      ])
      let account = try record.required("accountId")
      guard Label.isValid(account) else { throw record.error("accountId", "\"\(account)\" is not an account's id") }
      return .bucket(
        try Bucket.read(record, region: "auto", standardEndpoint: "https://\(account).r2.cloudflarestorage.com"))
    }
  }

  private enum Kind {
    case http, s3, r2
  }

  private static func prefix(_ record: StrictObject) throws(ConfigurationError) -> WebURL {
    let text = try record.required("prefix")
    let slashed = text.utf8.last == 0x2F ? text : text + "/"
    let url: WebURL
    do {
      url = try WebURL(parsing: slashed)
    } catch {
      throw record.error("prefix", error.detail)
    }
    guard url.query == nil, !text.utf8.contains(0x23) else {
      throw record.error("prefix", "must have neither query nor fragment")
    }
    return url
  }
}

extension Bucket {
  fileprivate static func read(
    _ record: StrictObject, region: String, standardEndpoint: String
  ) throws(ConfigurationError) -> Bucket {
    let bucket = try record.required("bucket")
    guard (3...63).contains(bucket.utf8.count),
      bucket.utf8.allSatisfy({ ASCII.isLowercaseLetter($0) || ASCII.isDigit($0) || $0 == 0x2D || $0 == 0x2E })
    else { throw record.error("bucket", "\"\(bucket)\" is not a bucket's name") }
    let text = try record.text("endpoint") ?? standardEndpoint
    guard let url = try? WebURL(parsing: text), url.query == nil, url.path == "/" else {
      throw record.error("endpoint", "\"\(text)\" is not an http or https URL without a path")
    }
    return Bucket(
      endpoint: url, bucket: bucket, region: region, prefix: try record.text("prefix") ?? "",
      accessKeyId: try record.required("accessKeyId"), secretAccessKey: try record.required("secretAccessKey"))
  }
}

extension MarkPreset {
  private static let settingNames: [String] = ["w", "h", "size", "fit", "align", "pad", "opacity", "rotate", "repeat"]

  fileprivate static func list(_ record: StrictObject, of workspace: Workspace) throws(ConfigurationError)
    -> [MarkPreset]
  {
    var presets: [MarkPreset] = []
    for member in try record.members("marks") {
      let record = try StrictObject(member.value, path: record.path + ": marks.\(member.name)")
      guard Label.isValid(member.name) else { throw record.error(nil, "the name is not \(Label.grammar)") }
      presets.append(try read(member.name, record, of: workspace))
    }
    return presets.sorted { $0.name.utf8.lexicographicallyPrecedes($1.name.utf8) }
  }

  private static func read(
    _ name: String, _ record: StrictObject, of workspace: Workspace
  ) throws(ConfigurationError) -> MarkPreset {
    try record.allows(["image", "autoApplySources"] + settingNames)
    let autoApplySources = try record.texts("autoApplySources") ?? []
    for source in autoApplySources where workspace.source(named: source) == nil {
      throw record.error("autoApplySources", "the workspace has no source \"\(source)\"")
    }
    let image = try record.required("image")
    do {
      _ = try SourceReference(image, workspace: workspace)
    } catch {
      throw record.error("image", error.detail)
    }
    return MarkPreset(name: name, image: image, settings: try settings(record), autoApplySources: autoApplySources)
  }

  /// By the rules of the `mark-*` parameters.
  private static func settings(_ record: StrictObject) throws(ConfigurationError) -> MarkSettings {
    var items: [Query.Item] = []
    for name in settingNames {
      guard let value = try record.scalar(name) else { continue }
      let item = Query.Item(name: "mark-" + name, value: value)
      do {
        _ = try ParameterSet(Query(items: [item]), table: ParameterTable.marks)
      } catch {
        throw record.error(name, error.detail)
      }
      items.append(item)
    }
    do {
      return MarkSettings(try ParameterSet(Query(items: items), table: ParameterTable.marks))
    } catch {
      throw record.error(nil, error.detail)
    }
  }
}

extension Limits {
  fileprivate init(_ record: StrictObject) throws(ConfigurationError) {
    self.init()
    try record.allows([
      "maximumOriginalBytes", "maximumPixels", "maximumFrames", "maximumOutputSide", "maximumOutputPixels",
      "maximumURLBytes", "fetchTimeoutMilliseconds", "maximumRedirects", "transformTimeoutMilliseconds",
    ])
    if let value = try record.count("maximumOriginalBytes") { maximumOriginalBytes = value }
    if let value = try record.count("maximumPixels") { maximumPixels = value }
    if let value = try record.count("maximumFrames") { maximumFrames = value }
    if let value = try record.count("maximumOutputSide") { maximumOutputSide = value }
    if let value = try record.count("maximumOutputPixels") { maximumOutputPixels = value }
    if let value = try record.count("maximumURLBytes") { maximumURLBytes = value }
    if let value = try record.count("fetchTimeoutMilliseconds") { fetchTimeoutMilliseconds = value }
    if let value = try record.count("maximumRedirects") { maximumRedirects = value }
    if let value = try record.count("transformTimeoutMilliseconds") { transformTimeoutMilliseconds = value }
  }
}
