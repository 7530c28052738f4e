/// Numbers in sentences. The library's own is generic, and each sentence that says a number would hold a copy of it.
extension DefaultStringInterpolation {
  @inline(never)
  mutating func appendInterpolation(_ number: Int) {
    appendInterpolation(String(number))
  }
}

/// One text after another, by a call instead of the library's body at each place. Shadows the library's.
extension String {
  @inline(never)
  static func + (left: String, right: String) -> String {
    var text = left
    text.append(right)
    return text
  }
}
