/// What a path asks for, and the original that it names, if it names one.
struct Route: Sendable {
  enum Endpoint: Sendable, Equatable {
    case transform

    var name: String {
      switch self {
      case .transform: "transform"
      }
    }
  }

  var endpoint: Endpoint
  /// The part of the path that names the original, as sent: percent-encoded, without a slash before it.
  var pathSource: String?

  /// `path` is as sent. `nil` where nothing is served.
  init?(path: String) {
    let bytes = path.utf8.dropFirst()
    let end = bytes.firstIndex(of: 0x2F) ?? bytes.endIndex
    let first = String(decoding: bytes[..<end], as: UTF8.self)
    let rest = end == bytes.endIndex ? "" : String(decoding: bytes[bytes.index(after: end)...], as: UTF8.self)
    switch first {
    case "transform":
      endpoint = .transform
      pathSource = rest.utf8.isEmpty ? nil : rest
    default:
      // Root sugar: anything that is no endpoint, with a path behind it.
      guard end != bytes.endIndex, !rest.utf8.isEmpty, !Label.reserved.contains(where: { $0 == first }) else {
        return nil
      }
      endpoint = .transform
      pathSource = String(decoding: bytes, as: UTF8.self)
    }
  }
}
