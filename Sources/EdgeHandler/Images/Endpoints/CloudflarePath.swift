/// `/cdn-cgi/image/<options>/<source>`: a transform as Cloudflare Images spells it
/// (https://developers.cloudflare.com/images/transform-images/transform-via-url/).
///
/// Translated into the query of the same transform before anything is decided, so that there is one set of rules; the defaults that
/// a query cannot say are those of ``TransformOptions/Spelling/cloudflare``. An option that has no counterpart is ignored, as an
/// unknown parameter is.
struct CloudflarePath: Sendable {
  var query: Query
  /// `format=json`: what the output would be is wanted, and not the output.
  var describesOutput = false
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
    let options = Self.split(bytes[..<slash])
    describesOutput = options.contains { Self.isJSON($0) }
    var items = Self.items(options, &trace)
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

  /// At commas, but for those of a colour such as `rgb(240,40,145)`.
  private static func split(_ options: ArraySlice<UInt8>) -> [ArraySlice<UInt8>] {
    var pieces: [ArraySlice<UInt8>] = []
    var start = options.startIndex
    var isInParentheses = false
    for index in options.indices {
      switch options[index] {
      case UInt8(ascii: "("): isInParentheses = true
      case UInt8(ascii: ")"): isInParentheses = false
      case UInt8(ascii: ",") where !isInParentheses:
        if start < index { pieces.append(options[start..<index]) }
        start = index + 1
      default: break
      }
    }
    if start < options.endIndex { pieces.append(options[start...]) }
    return pieces
  }

  private static func isJSON(_ option: ArraySlice<UInt8>) -> Bool {
    option.elementsEqual("format=json".utf8) || option.elementsEqual("f=json".utf8)
  }

  private static func items(_ options: [ArraySlice<UInt8>], _ trace: inout Trace) -> [Query.Item] {
    var items: [Query.Item] = []
    var trim = Sides()
    var border = Sides()
    for option in options {
      guard let equals = option.firstIndex(of: 0x3D) else {
        trace.note("ignored", "\(text(option)): an option has a name and a value")
        continue
      }
      let name = String(decoding: option[..<equals], as: UTF8.self)
      let value = PercentCoding.decode(option[equals...].dropFirst()).flatMap(UTF8Sequence.string)
      if trim.take(name, "trim.", value, hasSizes: true) || border.take(name, "border.", value, hasSizes: false) {
        continue
      }
      guard let parameter = parameter(name) else {
        trace.note("ignored", "\(text(option)): the option has no counterpart")
        continue
      }
      let item: Query.Item
      switch (parameter, value) {
      case (.format, "json"?):
        trace.note("means", "\(text(option)): what the output would be, as JSON")
        continue
      case (.w, "auto"?), (.h, "auto"?):
        trace.note("ignored", "\(text(option)): it stands for the default")
        continue
      case (.format, "baseline-jpeg"?): item = Query.Item(name: parameter.text, value: "jpeg")
      case (.gravity, "face"?): item = Query.Item(name: parameter.text, value: "auto")
      case (.quality, let word?): item = Query.Item(name: parameter.text, value: Self.quality(word))
      default: item = Query.Item(name: parameter.text, value: value)
      }
      items.append(item)
      if name != item.name || value != item.value { trace.note("means", "\(text(option)): \(item.spelled)") }
    }
    if !items.contains(where: { $0.name == ParameterName.fit.text }) {
      items.append(Query.Item(name: ParameterName.fit.text, value: TransformOptions.Fit.scaleDown.keyword))
      trace.note("means", "no fit: fit=scale-down, the default of this spelling")
    }
    clampSides(&items, &trace)
    for (name, sides) in [(ParameterName.trim, trim), (.border, border)] {
      guard let text = sides.text else { continue }
      items.append(Query.Item(name: name.text, value: text))
      trace.note("means", "\(name.text) by its sides: \(name.text)=\(text)")
    }
    return items
  }

  /// What never enlarges may ask for more px there than outputs have here: it is then as large as outputs may be.
  private static func clampSides(_ items: inout [Query.Item], _ trace: inout Trace) {
    let fit = items.first { $0.name == ParameterName.fit.text }?.value ?? ""
    guard TransformOptions.Fit(fit).neverEnlarges else { return }
    for index in items.indices where items[index].name == "w" || items[index].name == "h" {
      guard let side = items[index].value.flatMap({ ASCII.decimal($0.bytes, digits: 1...5) }),
        (ParameterTable.longestSide + 1...mostAllowedThere).contains(side)
      else { continue }
      items[index] = Query.Item(name: items[index].name, value: "\(ParameterTable.longestSide)")
      trace.note("means", "a side of \(side) px: \(items[index].spelled), the longest that an output has")
    }
  }

  /// In px.
  private static let mostAllowedThere = 12_000

  private static func text(_ option: ArraySlice<UInt8>) -> String {
    String(decoding: option, as: UTF8.self)
  }

  private static func parameter(_ name: String) -> ParameterName? {
    ParameterTable.transform.first { $0.cloudflareNames.contains { $0 == name } }?.name
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

  /// Lengths that are given side by side: `trim.left=10,trim.top=20`, with a width and a height in the place of the right and the
  /// bottom.
  private struct Sides {
    private var values = [String](repeating: "0", count: 4)
    private var isGiven = false

    mutating func take(_ name: String, _ prefix: String, _ value: String?, hasSizes: Bool) -> Bool {
      for (index, side) in ["top", "right", "bottom", "left"].enumerated() where name == prefix + side {
        // Where both are given, the size counts.
        if values[index].utf8.first != Self.letters[index] { values[index] = value ?? "" }
        isGiven = true
        return true
      }
      guard hasSizes else { return false }
      for index in 1...2 where name == prefix + (index == 1 ? "width" : "height") {
        values[index] = (index == 1 ? "w" : "h") + (value ?? "")
        isGiven = true
        return true
      }
      return false
    }

    private static let letters: [UInt8?] = [nil, UInt8(ascii: "w"), UInt8(ascii: "h"), nil]

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
