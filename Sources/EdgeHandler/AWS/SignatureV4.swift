/// AWS Signature Version 4 in the `Authorization` field, as S3 and its likes, DynamoDB and the others want it.
///
/// https://docs.aws.amazon.com/AmazonS3/latest/API/sig-v4-header-based-auth.html
public enum SignatureV4 {
  /// The hash that says that a request's body is not signed.
  public static let unsignedPayload = "UNSIGNED-PAYLOAD"

  /// Signs a request.
  ///
  /// - Parameters:
  ///   - path: percent-encoded, as it stands in the URL. Its escapes are normalized before it is signed; for any `service`
  ///     but `s3` it is encoded twice, as AWS has it.
  ///   - query: as in the URL, without `?`.
  ///   - host: the value of the `Host` field: with the port, unless it is the default.
  ///   - sessionToken: of credentials that end.
  ///   - now: Unix time in seconds; the service refuses a request signed more than 15 minutes ago.
  ///   - fields: more fields to sign, names in lower case. They are not among the result.
  ///   - payloadHash: SHA-256 of the body in lower-case hexadecimal digits, or ``unsignedPayload``.
  /// - Returns: The fields to add to the request: `authorization`, `x-amz-content-sha256`, `x-amz-date`, and with a session token
  ///   `x-amz-security-token`.
  public static func sign(
    method: String, path: String, query: String? = nil, host: String, region: String, service: String,
    accessKeyId: String, secretAccessKey: String, sessionToken: String? = nil, now: Int64,
    fields: [OutboundRequest.Field] = [],
    payloadHash: String = unsignedPayload
  ) -> [OutboundRequest.Field] {
    let time = BasicTime(unixSeconds: now).text
    let date = String(decoding: time.bytes.prefix(8), as: UTF8.self)
    var added = [
      OutboundRequest.Field(name: "x-amz-content-sha256", value: payloadHash),
      OutboundRequest.Field(name: "x-amz-date", value: time),
    ]
    if let sessionToken { added.append(OutboundRequest.Field(name: "x-amz-security-token", value: sessionToken)) }
    let signed = (fields + added + [OutboundRequest.Field(name: "host", value: host)])
      .sorted { $0.name.utf8.lexicographicallyPrecedes($1.name.utf8) }
    let signedNames = joined(signed.map { $0.name }, by: ";")

    var canonical = method + "\n"
    canonical += canonicalPath(path, isEncodedTwice: service != "s3") + "\n"
    canonical += canonicalQuery(query ?? "") + "\n"
    for field in signed { canonical += field.name + ":" + field.value + "\n" }
    canonical += "\n" + signedNames + "\n" + payloadHash

    let scope = date + "/" + region + "/" + service + "/aws4_request"
    let text =
      "AWS4-HMAC-SHA256\n" + time + "\n" + scope + "\n" + Hexadecimal.encode(SHA256.digest(Array(canonical.utf8)))
    var key = Array(("AWS4" + secretAccessKey).utf8)
    for part in [date, region, service, "aws4_request", text] {
      key = HMAC.sha256(key: key, message: Array(part.utf8))
    }
    let authorization =
      "AWS4-HMAC-SHA256 Credential=" + accessKeyId + "/" + scope + ",SignedHeaders=" + signedNames + ",Signature="
      + Hexadecimal.encode(key)
    return [OutboundRequest.Field(name: "authorization", value: authorization)] + added
  }

  private static func canonicalPath(_ path: String, isEncodedTwice: Bool) -> String {
    let decoded = PercentCoding.decode(path.utf8) ?? Array(path.utf8)
    let encoded = PercentCoding.encode(decoded, keeping: .unreservedAndSlash)
    if encoded.utf8.isEmpty { return "/" }
    return isEncodedTwice ? PercentCoding.encode(encoded.utf8, keeping: .unreservedAndSlash) : encoded
  }

  /// Names and values with normalized escapes, in the order of their bytes.
  private static func canonicalQuery(_ query: String) -> String {
    var items: [(name: String, value: String)] = []
    for piece in Array(query.utf8).split(separator: UInt8(ascii: "&")) {
      let equals = piece.firstIndex(of: UInt8(ascii: "=")) ?? piece.endIndex
      items.append((normalized(piece[..<equals]), normalized(piece[equals...].dropFirst())))
    }
    items.sort { left, right in
      left.name == right.name
        ? left.value.utf8.lexicographicallyPrecedes(right.value.utf8)
        : left.name.utf8.lexicographicallyPrecedes(right.name.utf8)
    }
    return joined(items.map { $0.name + "=" + $0.value }, by: "&")
  }

  private static func normalized(_ text: ArraySlice<UInt8>) -> String {
    PercentCoding.encode(PercentCoding.decode(text) ?? Array(text), keeping: .unreserved)
  }

  private static func joined(_ parts: [String], by separator: String) -> String {
    var text = ""
    for (index, part) in parts.enumerated() {
      if index > 0 { text += separator }
      text += part
    }
    return text
  }
}
