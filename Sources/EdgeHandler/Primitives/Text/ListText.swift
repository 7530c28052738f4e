/// Lists in sentences.
enum ListText {
  static func join(_ items: [String], separator: String = ", ") -> String {
    var text = ""
    for (index, item) in items.enumerated() {
      if index > 0 { text += separator }
      text += item
    }
    return text
  }
}
