/// `/cdn-cgi/image/<options>/<source>`: a transform as Cloudflare Images spells it
/// (https://developers.cloudflare.com/images/transform-images/transform-via-url/).
///
/// Translated into the query of the same transform before anything is decided, so that there is one set of rules, and one cache
/// key. An option that has no counterpart is ignored, as an unknown parameter is.
struct CloudflarePath: Sendable {
  var query: Query
  /// As in ``Route/pathSource``; `nil` where the source is a full URL, which is in ``query`` then.
  var pathSource: String?

  /// - Parameters:
  ///   - path: what follows `/cdn-cgi/image/`, as sent.
  ///   - queryText: of the request, as sent: part of a full URL, while of an alias only `v` means something.
  init?(path: String, queryText: String) {
    let bytes = path.bytes
    guard let slash = bytes.firstIndex(of: 0x2F) else { return nil }
    let source = bytes[(slash + 1)...].drop { $0 == 0x2F }
    guard !source.isEmpty else { return nil }
    var items = Self.items(bytes[..<slash])
    if let url = Self.fullURL(source, queryText) {
      items.append(Query.Item(name: ParameterName.src.text, value: url))
    } else {
      items += Query(parsing: queryText.utf8).items.filter { $0.name == ParameterName.v.text }
      pathSource = String(decoding: source, as: UTF8.self)
    }
    query = Query(items: items)
  }

  /// A full URL, escaped as one segment or written out. Proxies are wont to merge the two slashes of the latter.
  private static func fullURL(_ source: ArraySlice<UInt8>, _ queryText: String) -> String? {
    for scheme in ["https:/", "http:/"] where ASCII.equalsIgnoringCase(source.prefix(scheme.utf8.count), scheme) {
      let rest = source.dropFirst(scheme.utf8.count).drop { $0 == 0x2F }
      let text = scheme + "/" + String(decoding: rest, as: UTF8.self)
      return queryText.utf8.isEmpty ? text : text + "?" + queryText
    }
    guard let text = PercentCoding.decode(source).flatMap(UTF8Sequence.string) else { return nil }
    let isFull = ["https://", "http://"].contains { ASCII.equalsIgnoringCase(text.bytes.prefix($0.utf8.count), $0) }
    return isFull ? text : nil
  }

  // MARK: Options

  private static func items(_ options: ArraySlice<UInt8>) -> [Query.Item] {
    var items: [Query.Item] = []
    var trim = Sides()
    var border = Sides()
    for option in options.split(separator: 0x2C, omittingEmptySubsequences: true) {
      guard let equals = option.firstIndex(of: 0x3D) else { continue }
      let name = String(decoding: option[..<equals], as: UTF8.self)
      let value = PercentCoding.decode(option[equals...].dropFirst()).flatMap(UTF8Sequence.string)
      if trim.take(name, "trim.", value) || border.take(name, "border.", value) { continue }
      guard let parameter = parameter(name) else { continue }
      switch (parameter, value) {
      case (.format, "auto"?), (.format, "json"?), (.w, "auto"?), (.h, "auto"?): continue
      case (.format, "baseline-jpeg"?): items.append(Query.Item(name: parameter.text, value: "jpeg"))
      case (.gravity, "face"?): items.append(Query.Item(name: parameter.text, value: "auto"))
      case (.quality, let word?): items.append(Query.Item(name: parameter.text, value: Self.quality(word)))
      default: items.append(Query.Item(name: parameter.text, value: value))
      }
    }
    if let text = trim.text { items.append(Query.Item(name: ParameterName.trim.text, value: text)) }
    if let text = border.text { items.append(Query.Item(name: ParameterName.border.text, value: text)) }
    return items
  }

  private static func parameter(_ name: String) -> ParameterName? {
    switch name {
    case "width", "w": .w
    case "height", "h": .h
    case "dpr": .dpr
    case "fit": .fit
    case "gravity", "g": .gravity
    case "background": .background
    case "quality", "q": .quality
    case "format", "f": .format
    case "blur": .blur
    case "sharpen": .sharpen
    case "brightness": .brightness
    case "contrast": .contrast
    case "saturation": .saturation
    case "gamma": .gamma
    case "rotate": .rotate
    case "flip": .flip
    case "trim": .trim
    case "border", "border.width": .border
    case "border.color": .borderColor
    case "anim": .anim
    case "metadata": .metadata
    case "onerror": .onerror
    default: nil
    }
  }

  /// The words that it takes for a number.
  private static func quality(_ word: String) -> String {
    switch word {
    case "high": "90"
    case "medium-high": "80"
    case "medium-low": "65"
    case "low": "50"
    default: word
    }
  }

  /// Lengths that are given side by side: `trim.left=10,trim.top=20`.
  private struct Sides {
    private var values = [String](repeating: "0", count: 4)
    private var isGiven = false

    mutating func take(_ name: String, _ prefix: String, _ value: String?) -> Bool {
      for (index, side) in ["top", "right", "bottom", "left"].enumerated() where name == prefix + side {
        values[index] = value ?? ""
        isGiven = true
        return true
      }
      return false
    }

    var text: String? {
      isGiven ? ListText.join(values, separator: ";") : nil
    }
  }
}
