import CCryptoLibrary
import EdgeHandler

/// Seals and opens secrets with the operator's keys, by OpenSSL's AES-256-GCM.
///
/// A nonce is random: 2^32 texts sealed with one key leave a chance of 2^-33 that two of them are alike (NIST SP 800-38D, section 8.3).
public struct SecretBox: Sendable {
  private let keys: SecretKeys

  public init(_ keys: SecretKeys) {
    self.keys = keys
  }

  public func perform(_ request: SecretsRequest) -> SecretsResult {
    SecretsResult(
      request.secrets.map { secret in
        switch request.operation {
        case .seal: seal(secret)
        case .open: open(secret)
        }
      })
  }

  private func seal(_ secret: SecretsRequest.Secret) -> String? {
    guard let key = keys.keys.first, let nonce = Self.random(SealedText.nonceCount),
      let sealed = Cipher(key: key.bytes, nonce: nonce, binding: secret.binding)?.encrypt(Array(secret.text.utf8))
    else { return nil }
    return SealedText(keyID: key.id, bytes: nonce + sealed).text
  }

  private func open(_ secret: SecretsRequest.Secret) -> String? {
    guard let sealed = SealedText(secret.text), let key = keys.keys.first(where: { $0.id == sealed.keyID }) else {
      return nil
    }
    let nonce = Array(sealed.bytes.prefix(SealedText.nonceCount))
    let body = Array(sealed.bytes.dropFirst(SealedText.nonceCount).dropLast(SealedText.tagCount))
    let tag = Array(sealed.bytes.suffix(SealedText.tagCount))
    guard let plain = Cipher(key: key.bytes, nonce: nonce, binding: secret.binding)?.decrypt(body, tag: tag) else {
      return nil
    }
    return String(validating: plain, as: UTF8.self)
  }

  /// Bytes of the system's generator; `nil` where it has none.
  public static func random(_ count: Int) -> [UInt8]? {
    var bytes = [UInt8](repeating: 0, count: count)
    return RAND_bytes(&bytes, Int32(count)) == 1 ? bytes : nil
  }
}

/// One use of AES-256-GCM: a key, a nonce, and what is authenticated beside the text.
private struct Cipher {
  let key: [UInt8]
  let nonce: [UInt8]
  let binding: [UInt8]

  /// `nil` where key or nonce have another length than they must have.
  init?(key: [UInt8], nonce: [UInt8], binding: String) {
    guard key.count == 32, nonce.count == SealedText.nonceCount else { return nil }
    self.key = key
    self.nonce = nonce
    self.binding = Array(binding.utf8)
  }

  /// The ciphertext with the tag behind it.
  func encrypt(_ text: [UInt8]) -> [UInt8]? {
    withContext { context in
      var count: Int32 = 0
      var output = [UInt8](repeating: 0, count: text.count + 16)
      var tag = [UInt8](repeating: 0, count: SealedText.tagCount)
      var last: Int32 = 0
      guard EVP_EncryptInit_ex(context, EVP_aes_256_gcm(), nil, key, nonce) == 1,
        EVP_EncryptUpdate(context, nil, &count, binding, Int32(binding.count)) == 1,
        EVP_EncryptUpdate(context, &output, &count, text, Int32(text.count)) == 1,
        output.withUnsafeMutableBufferPointer({ rest in
          EVP_EncryptFinal_ex(context, rest.baseAddress.map { $0 + Int(count) }, &last)
        }) == 1,
        EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_AEAD_GET_TAG, Int32(tag.count), &tag) == 1
      else { return nil }
      return output.prefix(Int(count + last)) + tag
    }
  }

  /// `nil` where the text is not what was sealed under the key, the nonce and the binding.
  func decrypt(_ text: [UInt8], tag: [UInt8]) -> [UInt8]? {
    withContext { context in
      var count: Int32 = 0
      var output = [UInt8](repeating: 0, count: text.count + 16)
      var tag = tag
      var last: Int32 = 0
      guard EVP_DecryptInit_ex(context, EVP_aes_256_gcm(), nil, key, nonce) == 1,
        EVP_DecryptUpdate(context, nil, &count, binding, Int32(binding.count)) == 1,
        EVP_DecryptUpdate(context, &output, &count, text, Int32(text.count)) == 1,
        EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_AEAD_SET_TAG, Int32(tag.count), &tag) == 1,
        output.withUnsafeMutableBufferPointer({ rest in
          EVP_DecryptFinal_ex(context, rest.baseAddress.map { $0 + Int(count) }, &last)
        }) == 1
      else { return nil }
      return Array(output.prefix(Int(count + last)))
    }
  }

  private func withContext(_ use: (OpaquePointer) -> [UInt8]?) -> [UInt8]? {
    guard let context = EVP_CIPHER_CTX_new() else { return nil }
    defer { EVP_CIPHER_CTX_free(context) }
    return use(context)
  }
}
