/// An image's bytes, owned by the host. `EdgeHandler` never sees them: it passes the handle from one effect to the next.
///
/// A handle is valid until the request that made it has been answered and its ``Settlement`` are done.
public struct Blob: Sendable, Hashable {
  public let id: UInt32

  public init(id: UInt32) {
    self.id = id
  }
}

/// What is to be fetched: an original, by `GET` where it lies on a server.
public struct OutboundRequest: Sendable, Equatable {
  public var target: Target
  /// Exactly the fields to send beside `Host`: no cookie, no client header, no client address, nothing of the host's own. Names are in lower case.
  public var fields: [Field]
  /// A longer body ends the exchange with ``FetchFailure/tooLarge``.
  public var maximumBytes: Int
  /// For the whole exchange, from the look-up of the name to the last byte.
  public var timeoutMilliseconds: Int

  public enum Target: Sendable, Equatable {
    /// An absolute `http` or `https` URL in WHATWG serialisation.
    case url(String)
    /// A picture that ships with the program, by its name. One that does not exist is a 404.
    case sample(String)
  }

  public struct Field: Sendable, Equatable {
    public var name: String
    public var value: String

    public init(name: String, value: String) {
      self.name = name
      self.value = value
    }
  }

  public init(_ target: Target, fields: [Field] = [], maximumBytes: Int, timeoutMilliseconds: Int) {
    self.target = target
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

/// What a host does with a body before it is an original: the rule of `Content-Encoding` (RFC 9110, section 8.4), which hosts ask for every
/// answer that has a body.
///
/// `identity` is asked for, but objects that are stored compressed (an SVG in a bucket) come as they are stored. One layer is undone and not
/// several: each multiplies by a thousand the work that a few bytes make.
public enum ContentDecoding: Sendable, Equatable {
  case none
  case gzip
  /// A zlib stream (RFC 1950), as RFC 9110 has it, or bare DEFLATE (RFC 1951), as some servers send it and browsers take it.
  case deflate
  case refused(ContentCoding)

  /// Reads the values of all `Content-Encoding` fields, joined by commas.
  public init(contentEncoding: String) {
    var decoding = ContentDecoding.none
    var isSecond = false
    for part in FieldValue.split(contentEncoding.bytes, at: UInt8(ascii: ",")) {
      let token = ASCII.lowercase(String(decoding: ASCII.trimmingBlanks(part), as: UTF8.self))
      if let coding = ContentCoding(token: token) {
        self = .refused(coding)
        return
      }
      guard
        let next: ContentDecoding = token == "gzip" || token == "x-gzip" ? .gzip : token == "deflate" ? .deflate : nil
      else { continue }
      isSecond = decoding != .none
      decoding = next
    }
    self = isSecond ? .refused(.several) : decoding
  }
}

/// The content codings of https://www.iana.org/assignments/http-parameters that hosts do not undo. What is registered nowhere (`none`,
/// `utf-8`, `aws-chunked`) says nothing about the body, as it does to browsers.
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
