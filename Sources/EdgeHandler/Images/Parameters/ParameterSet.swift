/// The parameters of a request that its endpoint knows, each at most once and within its range.
///
/// A parameter that the endpoint does not know is ignored, whatever its value.
struct ParameterSet: Sendable {
  /// In the order of the URL.
  private(set) var entries: [(name: ParameterName, value: ParameterValue)] = []

  /// - Parameter isWanted: what it refuses counts as unknown.
  init(
    _ query: Query, table: [Parameter], where isWanted: (ParameterName) -> Bool = { _ in true }
  ) throws(Problem) {
    for item in query.items {
      guard let parameter = table.first(where: { $0.name.text == item.name }), isWanted(parameter.name) else {
        continue
      }
      let name = parameter.name.text
      guard parameter.isRepeatable || self[parameter.name] == nil else {
        let code: Problem.Code = parameter.name == .src ? .ambiguousSource : .invalidParameter
        throw Problem(code, "\(name) is given more than once.", parameter: name)
      }
      guard let text = item.value, let value = parameter.parse(text) else {
        throw Problem(
          .invalidParameter, "\(name)\(Self.quoted(item.value)): it must be \(parameter.allowed).", parameter: name)
      }
      entries.append((parameter.name, value))
    }
  }

  subscript(name: ParameterName) -> ParameterValue? {
    for entry in entries where entry.name == name { return entry.value }
    return nil
  }

  /// The value for an error message, cut to a length that can be read.
  private static func quoted(_ text: String?) -> String {
    guard let text else { return " is malformed percent-encoding or UTF-8" }
    let limit = 100
    guard text.utf8.count > limit else { return " is \"\(text)\"" }
    let bytes = text.bytes
    var end = limit
    while end > 0, bytes[end] & 0xC0 == 0x80 { end -= 1 }
    return " is \"\(String(decoding: bytes[..<end], as: UTF8.self))…\""
  }
}

// MARK: Values of the type that the table promises. Inlined where they are asked for, they would be a tenth of the code that asks.

extension ParameterSet {
  @inline(never)
  func integer(_ name: ParameterName) -> Int? {
    if case .integer(let value)? = self[name] { value } else { nil }
  }

  @inline(never)
  func decimal(_ name: ParameterName) -> FixedPoint? {
    if case .decimal(let value)? = self[name] { value } else { nil }
  }

  @inline(never)
  func keyword(_ name: ParameterName) -> String? {
    if case .keyword(let value)? = self[name] { value } else { nil }
  }

  @inline(never)
  func color(_ name: ParameterName) -> Color? {
    if case .color(let value)? = self[name] { value } else { nil }
  }

  @inline(never)
  func text(_ name: ParameterName) -> String? {
    if case .text(let value)? = self[name] { value } else { nil }
  }

  func texts(_ name: ParameterName) -> [String] {
    entries.compactMap { entry in
      if entry.name == name, case .text(let value) = entry.value { value } else { nil }
    }
  }

  @inline(never)
  func length(_ name: ParameterName) -> Length? {
    if case .length(let value)? = self[name] { value } else { nil }
  }

  func alignment(_ name: ParameterName) -> Alignment? {
    if case .alignment(let value)? = self[name] { value } else { nil }
  }

  var gravity: Gravity? {
    if case .gravity(let value)? = self[.gravity] { value } else { nil }
  }

  var blurHash: BlurHash? {
    if case .blurHash(let value)? = self[.blurhash] { value } else { nil }
  }

  var fields: [Info.Field]? {
    if case .fields(let value)? = self[.select] { value } else { nil }
  }

  var outputFormat: OutputFormat? {
    switch keyword(.format) {
    case "avif": .avif
    case "webp": .webp
    case "png": .png
    case "gif": .gif
    case "jpeg", "jpg": .jpeg
    default: nil
    }
  }

  /// `nil` where it changes nothing: a GIF has none, and 80 is what a lossy encoder has anyway.
  func effectiveQuality(for format: OutputFormat) -> Int? {
    switch format {
    case .gif, .svg: nil
    case .png: outputFormat == nil ? nil : integer(.quality)
    case .avif, .webp, .jpeg: integer(.quality).flatMap { $0 == TransformOptions.defaultQuality ? nil : $0 }
    }
  }

  /// `v`, as it enters a key.
  var variant: KeyPart? {
    guard let text = text(.v), !text.utf8.isEmpty else { return nil }
    return KeyPart(name: ParameterName.v.text, value: text)
  }

  var trim: Trim? {
    if case .trim(let value)? = self[.trim] { value } else { nil }
  }

  var border: Insets? {
    if case .border(let value)? = self[.border] { value } else { nil }
  }
}
