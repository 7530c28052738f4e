/// Numbers in sentences. The library's own is generic, and each sentence that says a number would hold a copy of it.
extension DefaultStringInterpolation {
  @inline(never)
  mutating func appendInterpolation(_ number: Int) {
    appendLiteral(String(number))
  }
}
