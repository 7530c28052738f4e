/// The syntax that values of fields share (RFC 9110, section 5.6).
enum FieldValue {
  /// The pieces between separators, but for separators inside quoted strings (section 5.6.4). A quoted string that does not end
  /// goes on to the end of the value. Empty pieces are left out.
  static func split(_ value: ArraySlice<UInt8>, at separator: UInt8) -> [ArraySlice<UInt8>] {
    var pieces: [ArraySlice<UInt8>] = []
    var start = value.startIndex
    var isQuoted = false
    var isEscaped = false
    for index in value.indices {
      let byte = value[index]
      if isEscaped {
        isEscaped = false
      } else if byte == UInt8(ascii: "\"") {
        isQuoted = !isQuoted
      } else if isQuoted {
        isEscaped = byte == UInt8(ascii: "\\")
      } else if byte == separator {
        if start < index { pieces.append(value[start..<index]) }
        start = index + 1
      }
    }
    if start < value.endIndex { pieces.append(value[start...]) }
    return pieces
  }
}
