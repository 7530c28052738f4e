extension EdgeHandler {
  /// The parameters of every endpoint as Markdown, made from the tables that parse them.
  public static var reference: String {
    var text = ""
    for (index, endpoint) in Endpoint.described.enumerated() {
      if index > 0 { text += "\n" }
      text += "### `GET \(endpoint.path)`\n\n\(endpoint.summary)\n\n"
      text += "| Parameter | Values | Default | Meaning |\n|---|---|---|---|\n"
      for parameter in endpoint.parameters {
        text += "| `\(parameter.name.text)` | \(cell(parameter.allowed)) | \(cell(parameter.defaultText)) "
        text += "| \(cell(parameter.summary)) |\n"
      }
    }
    return text
  }

  private static func cell(_ text: String) -> String {
    var bytes: [UInt8] = []
    var isCode = false
    for byte in text.utf8 {
      if byte == UInt8(ascii: "`") { isCode.toggle() }
      // A bar would end the cell; what is in angle brackets would be taken for HTML, but not within code.
      if byte == UInt8(ascii: "|") || byte == UInt8(ascii: "<") && !isCode { bytes.append(UInt8(ascii: "\\")) }
      bytes.append(byte)
    }
    return String(decoding: bytes, as: UTF8.self)
  }
}
