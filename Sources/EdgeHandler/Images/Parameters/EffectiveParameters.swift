/// The parameters of a request that make a difference to its output, as names and canonical texts: what enters the cache key.
///
/// Law of this file: whatever a URL gives for a row of the table is in here, unless it is the row's default. The rules of an endpoint then say
/// what a value comes to (a side after `dpr`), or that it changes nothing. A parameter of which no rule speaks is in the key as it was
/// given, so that a forgotten rule costs a hit and never shows a wrong picture.
struct EffectiveParameters: Sendable, Equatable {
  /// In the order of ``ParameterName``.
  private var entries: [(name: ParameterName, text: String)] = []

  private init(_ set: ParameterSet, _ table: [Parameter], where isIncluded: (ParameterName) -> Bool) {
    for entry in set.entries where isIncluded(entry.name) {
      guard let row = table.first(where: { $0.name == entry.name }), !row.namesOriginal else { continue }
      let text = entry.value.canonical
      guard text != row.canonicalDefault else { continue }
      self[entry.name] = text
    }
  }

  /// Everything but the marks, which have a list of their own because a workspace's policy can put others in their place.
  init(ofOutput set: ParameterSet, _ table: [Parameter]) {
    self.init(set, table) { !$0.isOfMark }
  }

  /// The settings of one mark.
  init(ofMark set: ParameterSet) {
    self.init(set, ParameterTable.marks) { _ in true }
  }

  /// `nil` where the parameter has its default, or changes nothing.
  subscript(name: ParameterName) -> String? {
    get {
      for entry in entries where entry.name == name { return entry.text }
      return nil
    }
    set {
      let place = entries.firstIndex { $0.name.rawValue >= name.rawValue } ?? entries.endIndex
      if place < entries.endIndex, entries[place].name == name { entries.remove(at: place) }
      if let newValue { entries.insert((name, newValue), at: place) }
    }
  }

  var keyParts: [KeyPart] {
    entries.map { KeyPart(name: $0.name.text, value: $0.text) }
  }

  static func == (left: EffectiveParameters, right: EffectiveParameters) -> Bool {
    left.keyParts == right.keyParts
  }
}
