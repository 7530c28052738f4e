/// The parameters of a request that its endpoint knows, each at most once and within its range.
///
/// A parameter that the endpoint does not know is ignored, whatever its value.
struct ParameterSet: Sendable {
  private var values: [ParameterValue?]

  init(_ query: Query, table: [Parameter]) throws(Problem) {
    values = Array(repeating: nil, count: table.count)
    for item in query.items {
      guard let index = table.firstIndex(where: { $0.name == item.name }) else { continue }
      let parameter = table[index]
      guard values[index] == nil else {
        let code: Problem.Code = parameter.name == "src" ? .ambiguousSource : .invalidParameter
        throw Problem(code, "\(parameter.name) is given more than once.", parameter: parameter.name)
      }
      guard let text = item.value, let value = parameter.parse(text) else {
        throw Problem(
          .invalidParameter, "\(parameter.name)\(Self.quoted(item.value)): it must be \(parameter.allowed).",
          parameter: parameter.name)
      }
      values[index] = value
    }
  }

  subscript(index: Int) -> ParameterValue? {
    values.indices.contains(index) ? values[index] : nil
  }

  /// The value for an error message, cut to a length that can be read.
  private static func quoted(_ text: String?) -> String {
    guard let text else { return " is malformed percent-encoding or UTF-8" }
    let limit = 100
    guard text.utf8.count > limit else { return " is \"\(text)\"" }
    var end = text.utf8.index(text.utf8.startIndex, offsetBy: limit)
    while end > text.utf8.startIndex, text.utf8[end] & 0xC0 == 0x80 { end = text.utf8.index(before: end) }
    return " is \"\(text[..<end])…\""
  }
}
