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
  ///   - trace: is told what becomes of each option, and of the query.
  init?(path: String, queryText: String, trace: inout Trace) {
    let bytes = path.bytes
    guard let slash = bytes.firstIndex(of: 0x2F) else { return nil }
    let source = bytes[(slash + 1)...].drop { $0 == 0x2F }
    guard !source.isEmpty else { return nil }
    var items = Self.items(bytes[..<slash], &trace)
    if let url = Self.fullURL(source, queryText) {
      items.append(Query.Item(name: ParameterName.src.text, value: url))
    } else {
      for item in Query(parsing: queryText.utf8).items {
        if item.name == ParameterName.v.text {
          items.append(item)
        } else {
          trace.note("ignored", "\(item.name) of the query: v alone counts there, the others are options in the path")
        }
      }
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

  private static func items(_ options: ArraySlice<UInt8>, _ trace: inout Trace) -> [Query.Item] {
    var items: [Query.Item] = []
    var trim = Sides()
    var border = Sides()
    for option in options.split(separator: 0x2C, omittingEmptySubsequences: true) {
      guard let equals = option.firstIndex(of: 0x3D) else {
        trace.note("ignored", "\(text(option)): an option has a name and a value")
        continue
      }
      let name = String(decoding: option[..<equals], as: UTF8.self)
      let value = PercentCoding.decode(option[equals...].dropFirst()).flatMap(UTF8Sequence.string)
      if trim.take(name, "trim.", value) || border.take(name, "border.", value) { continue }
      guard let parameter = parameter(name) else {
        trace.note("ignored", "\(text(option)): the option has no counterpart")
        continue
      }
      let item: Query.Item
      switch (parameter, value) {
      case (.format, "auto"?), (.format, "json"?), (.w, "auto"?), (.h, "auto"?):
        trace.note(
          "ignored",
          "\(text(option)): \(value == "json" ? "the value has no counterpart" : "it stands for the default")")
        continue
      case (.format, "baseline-jpeg"?): item = Query.Item(name: parameter.text, value: "jpeg")
      case (.gravity, "face"?): item = Query.Item(name: parameter.text, value: "auto")
      case (.quality, let word?): item = Query.Item(name: parameter.text, value: Self.quality(word))
      default: item = Query.Item(name: parameter.text, value: value)
      }
      items.append(item)
      if name != item.name || value != item.value { trace.note("means", "\(text(option)): \(item.spelled)") }
    }
    for (name, sides) in [(ParameterName.trim, trim), (.border, border)] {
      guard let text = sides.text else { continue }
      items.append(Query.Item(name: name.text, value: text))
      trace.note("means", "\(name.text) by its sides: \(name.text)=\(text)")
    }
    return items
  }

  private static func text(_ option: ArraySlice<UInt8>) -> String {
    String(decoding: option, as: UTF8.self)
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

extension Query.Item {
  fileprivate var spelled: String {
    "\(name)=\(value ?? "")"
  }
}
