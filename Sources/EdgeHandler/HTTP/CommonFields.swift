import HTTPTypes

/// The fields that every answer carries, and what depends on who asks. Computed per request, never stored with an output.
struct CommonFields: Sendable {
  /// What the CORS protocol (Fetch standard, section 3.2) lets the caller's page see.
  enum Sharing: Sendable, Equatable {
    /// Every origin may use the workspace, so that the answer is the same for all.
    case everyone
    /// The request named an allowed origin.
    case origin(String)
    /// The request named no origin, or one that is not allowed; with another the answer would differ.
    case nobody
    /// No workspace, hence no list.
    case undecided
  }

  var sharing: Sharing
  var isCustomDomain: Bool
  /// `HEAD`: the body is not sent.
  var omitsBody: Bool

  func fields(variesByAccept: Bool = false) -> HTTPFields {
    var fields = HTTPFields()
    fields.reserveCapacity(20)
    switch sharing {
    case .everyone: Self.share(with: "*", &fields)
    case .origin(let origin): Self.share(with: origin, &fields)
    case .nobody, .undecided: break
    }
    switch (sharing, variesByAccept) {
    case (.origin, true), (.nobody, true): fields[.vary] = "Accept, Origin"
    case (.origin, false), (.nobody, false): fields[.vary] = "Origin"
    case (_, true): fields[.vary] = "Accept"
    case (_, false): break
    }
    fields.add(.xContentTypeOptions, "nosniff")
    fields.add(.contentSecurityPolicy, "default-src 'none'; sandbox")
    fields.add(.crossOriginResourcePolicy, "cross-origin")
    fields.add(
      .strictTransportSecurity, isCustomDomain ? "max-age=63072000" : "max-age=63072000; includeSubDomains; preload")
    return fields
  }

  private static func share(with origin: String, _ fields: inout HTTPFields) {
    fields.add(.accessControlAllowOrigin, origin)
    fields.add(.accessControlExposeHeaders, "ETag, Cache-Status, Server-Timing")
    fields.add(.timingAllowOrigin, origin)
  }

  /// A complete answer with a small body of our own.
  func response(status: Int, mediaType: String, cacheControl: String, _ text: [UInt8]) -> Response {
    var fields = fields()
    fields.add(.contentType, mediaType)
    fields.add(.contentLength, String(text.count))
    fields.add(.cacheControl, cacheControl)
    return Response(status: status, fields: fields, body: omitsBody ? .none : .bytes(text))
  }

  /// 302; not stored, because the reason for it may pass.
  func redirect(to location: String) -> Response {
    var fields = fields()
    fields.add(.location, location)
    fields.add(.cacheControl, "no-store")
    fields.add(.contentLength, "0")
    return Response(status: 302, fields: fields)
  }
}
