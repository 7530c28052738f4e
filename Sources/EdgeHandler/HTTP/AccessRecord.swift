import HTTPTypes

/// What the operator's log keeps of a request: nothing of the caller but the browser's `Origin`. A host adds what it has measured.
public struct AccessRecord: Sendable, Equatable {
  /// The namespace of the workspace that answered.
  public var namespace: String?
  public var method: String
  /// Without the query, which may hold a signed URL.
  public var path: String
  public var origin: String?
  /// The code of the problem that was answered.
  public var code: String?
  /// What went wrong without being the answer.
  public var notes: String?

  /// In bytes. Longer texts are cut off: the caller decides how long they are.
  private static let maximumLength = 512

  public init(_ request: Request, namespace: String?, code: String? = nil, notes: [String] = []) {
    self.namespace = namespace
    method = Self.short(request.method.bytes)
    path = Self.short(request.target.bytes.prefix { $0 != 0x3F })
    origin = request.fields[.origin].map { Self.short($0.bytes) }
    self.code = code
    self.notes = notes.isEmpty ? nil : Self.short(Self.joined(notes).bytes)
  }

  private static func joined(_ notes: [String]) -> String {
    var text = ""
    for note in notes { text += text == "" ? note : "; " + note }
    return text
  }

  private static func short(_ text: ArraySlice<UInt8>) -> String {
    let start = String(decoding: text.prefix(maximumLength), as: UTF8.self)
    return text.count <= maximumLength ? start : start + "…"
  }
}
