/// What a path asks for, and the original that it names, if it names one.
struct Route: Sendable {
  var endpoint: Endpoint
  /// The part of the path that names the original, as sent: percent-encoded, without a slash before it.
  var pathSource: String?

  /// Finds the endpoint with the longest path that `path`, as sent, begins with; a source whose name is the next word of such a path is reached by
  /// `src`. `nil` where nothing is served.
  init?(path: String) {
    var found: (endpoint: Endpoint, rest: ArraySlice<UInt8>)?
    for endpoint in Endpoint.all {
      guard let rest = Self.rest(of: path.bytes, behind: endpoint.path.bytes),
        found.map({ $0.endpoint.path.utf8.count < endpoint.path.utf8.count }) ?? true
      else { continue }
      found = (endpoint, rest)
    }
    guard let found else {
      guard let transform = Endpoint.all.first, let source = Self.sourceAtRoot(path) else { return nil }
      endpoint = transform
      pathSource = source
      return
    }
    endpoint = found.endpoint
    pathSource = found.rest.isEmpty ? nil : String(decoding: found.rest, as: UTF8.self)
    switch endpoint.pathSource {
    case .optional: break
    case .never: guard pathSource == nil else { return nil }
    case .required: guard pathSource != nil else { return nil }
    }
  }

  /// What a path `/<source>/<path>` names, which is a transform without a word before it; `nil` where it has another form or its first word is
  /// reserved.
  private static func sourceAtRoot(_ path: String) -> String? {
    let bytes = path.bytes.dropFirst()
    guard let slash = bytes.firstIndex(of: 0x2F), slash > bytes.startIndex, slash + 1 < bytes.endIndex else {
      return nil
    }
    let first = String(decoding: bytes[..<slash], as: UTF8.self)
    guard !Endpoint.reservedNames.contains(where: { $0 == first }) else { return nil }
    return String(decoding: bytes, as: UTF8.self)
  }

  /// The bytes behind `prefix` and a slash; `nil` where the path does not begin with the whole segments of `prefix`.
  private static func rest(of path: ArraySlice<UInt8>, behind prefix: ArraySlice<UInt8>) -> ArraySlice<UInt8>? {
    guard path.starts(with: prefix) else { return nil }
    let rest = path.dropFirst(prefix.count)
    guard let next = rest.first else { return rest }
    return next == 0x2F ? rest.dropFirst() : nil
  }
}
