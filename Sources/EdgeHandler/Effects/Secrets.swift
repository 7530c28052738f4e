/// Seals texts for records, or opens what was sealed: AES-256-GCM (NIST SP 800-38D) under the operator's keys, which only hosts have.
///
/// A sealed text is `1.<key id>.<base64url of nonce, ciphertext and tag>`: the nonce has 12 bytes, the tag 16. What is authenticated beside it
/// is the secret's ``Secret/binding``, so that a sealed text opens nowhere but where it was sealed for.
public struct SecretsRequest: Sendable, Equatable {
  public var operation: Operation
  /// At most ``maximumCount``.
  public var secrets: [Secret]

  public static let maximumCount = 256

  public enum Operation: Sendable, Equatable, CaseIterable {
    /// With the first of the keys.
    case seal
    /// With the key that the sealed text names.
    case open
  }

  public struct Secret: Sendable, Equatable {
    /// Plain where it is to be sealed, and sealed where it is to be opened.
    public var text: String
    /// What the secret belongs to.
    public var binding: String

    public init(text: String, binding: String) {
      self.text = text
      self.binding = binding
    }
  }

  public init(_ operation: Operation, _ secrets: [Secret]) {
    self.operation = operation
    self.secrets = secrets
  }
}

/// A text for each secret of the request, in order; `nil` where there is no such key, or what was sealed is not what came back.
public struct SecretsResult: Sendable, Equatable {
  public var texts: [String?]

  public init(_ texts: [String?]) {
    self.texts = texts
  }
}
