/// An image's bytes, owned by the host. `EdgeHandler` never sees them: it passes the handle from one effect to the next.
///
/// A handle is valid until the request that made it has been answered and its ``Settlement`` are done.
public struct Blob: Sendable, Hashable {
  public let id: UInt32

  public init(id: UInt32) {
    self.id = id
  }
}

/// A `GET` to an origin. Carries exactly the fields listed: no cookie, no client header, no client address.
public struct OutboundRequest: Sendable, Equatable {
  /// An absolute `http` or `https` URL in WHATWG serialisation.
  public var url: String
  /// Field names in lower case.
  public var fields: [Field]
  /// A longer body ends the exchange with ``FetchFailure/tooLarge``.
  public var maximumBytes: Int
  /// For the whole exchange, from the look-up of the name to the last byte.
  public var timeoutMilliseconds: Int

  public struct Field: Sendable, Equatable {
    public var name: String
    public var value: String

    public init(name: String, value: String) {
      self.name = name
      self.value = value
    }
  }

  public init(url: String, fields: [Field] = [], maximumBytes: Int, timeoutMilliseconds: Int) {
    self.url = url
    self.fields = fields
    self.maximumBytes = maximumBytes
    self.timeoutMilliseconds = timeoutMilliseconds
  }
}

public enum FetchResult: Sendable, Equatable {
  case response(InboundResponse)
  case failed(FetchFailure)
}

/// An origin's answer. The body of anything but a 200, 203 or 206 is not kept: its blob is empty.
public struct InboundResponse: Sendable, Equatable {
  public var status: Int
  /// The first `Location` field, as sent but for bytes above 0x7F, which are percent-encoded: they need not be UTF-8.
  public var location: String?
  /// The first `Content-Type` field, as sent. Shown by `/info`, never trusted.
  public var contentType: String?
  /// The first `Content-Range` field, as sent.
  public var contentRange: String?
  /// The first `Retry-After` field, as sent.
  public var retryAfter: String?
  public var body: Blob
  public var byteCount: Int
  public var milliseconds: Int

  public init(
    status: Int, location: String? = nil, contentType: String? = nil, contentRange: String? = nil,
    retryAfter: String? = nil, body: Blob, byteCount: Int, milliseconds: Int
  ) {
    self.status = status
    self.location = location
    self.contentType = contentType
    self.contentRange = contentRange
    self.retryAfter = retryAfter
    self.body = body
    self.byteCount = byteCount
    self.milliseconds = milliseconds
  }
}

/// The content codings of https://www.iana.org/assignments/http-parameters that hosts do not undo. `gzip`, `x-gzip` and `deflate` they do,
/// one layer of them; what is registered nowhere (`none`, `utf-8`, `aws-chunked`) says nothing about the body, as it does to browsers.
public enum ContentCoding: Sendable, Equatable, CaseIterable {
  case br, zstd, compress, dcb, dcz, exi, packed
  /// Several layers.
  case several

  /// As it stands in `Content-Encoding`.
  public init?(token: String) {
    guard let coding = Self.allCases.first(where: { $0 != .several && $0.token == token }) else { return nil }
    self = coding
  }

  /// In lower case.
  public var token: String {
    switch self {
    case .br: "br"
    case .zstd: "zstd"
    case .compress: "compress"
    case .dcb: "dcb"
    case .dcz: "dcz"
    case .exi: "exi"
    case .packed: "pack200-gzip"
    case .several: "several"
    }
  }
}

public enum FetchFailure: Sendable, Equatable {
  /// No address, refused, reset, TLS failure, malformed answer, or closed before the promised length.
  case unreachable
  /// Every address of the name is one that this host will not connect to.
  case addressRefused
  case timedOut
  case tooLarge
  /// The body is in a content coding that exists and that hosts do not undo.
  case encoded(ContentCoding)
  /// The host holds so many originals that it has no room for this one.
  case overloaded
}
