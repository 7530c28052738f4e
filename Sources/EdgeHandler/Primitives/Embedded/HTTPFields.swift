#if hasFeature(Embedded)
  // What the handler asks of `HTTPTypes`, with the text of the edge bundle; the library's own would bring the library's `String`.

  public struct HTTPField: Sendable, Equatable {
    public let name: Name
    public let value: String

    /// What a value must not hold (RFC 9110, section 5.5) becomes a blank, and blanks around it are left out.
    public init(name: Name, value: String) {
      self.name = name
      let isControl = { (byte: UInt8) in byte < 0x20 && byte != 0x09 || byte == 0x7F }
      self.value = String(
        decoding: ASCII.trimmingBlanks(value.utf8.map { isControl($0) ? 0x20 : $0 }[...]), as: UTF8.self)
    }

    public struct Name: Sendable, Equatable {
      public let rawName: String

      /// `nil` unless it is a token (RFC 9110, section 5.6.2).
      public init?(_ name: String) {
        guard !name.utf8.isEmpty, name.utf8.allSatisfy(Self.isOfToken) else { return nil }
        rawName = name
      }

      private static func isOfToken(_ byte: UInt8) -> Bool {
        switch byte {
        case 0x30...0x39, 0x41...0x5A, 0x61...0x7A: true
        case 0x21, 0x23...0x27, 0x2A, 0x2B, 0x2D, 0x2E, 0x5E...0x60, 0x7C, 0x7E: true
        default: false
        }
      }

      public static func == (left: Name, right: Name) -> Bool {
        ASCII.equalsIgnoringCase(left.rawName.bytes, right.rawName)
      }
    }
  }

  extension HTTPField.Name {
    static var accept: Self { constant("Accept") }
    static var accessControlAllowHeaders: Self { constant("Access-Control-Allow-Headers") }
    static var accessControlAllowMethods: Self { constant("Access-Control-Allow-Methods") }
    static var accessControlAllowOrigin: Self { constant("Access-Control-Allow-Origin") }
    static var accessControlExposeHeaders: Self { constant("Access-Control-Expose-Headers") }
    static var accessControlMaxAge: Self { constant("Access-Control-Max-Age") }
    static var age: Self { constant("Age") }
    static var allow: Self { constant("Allow") }
    static var cacheControl: Self { constant("Cache-Control") }
    static var contentDisposition: Self { constant("Content-Disposition") }
    static var contentLength: Self { constant("Content-Length") }
    static var contentSecurityPolicy: Self { constant("Content-Security-Policy") }
    static var contentType: Self { constant("Content-Type") }
    static var crossOriginResourcePolicy: Self { constant("Cross-Origin-Resource-Policy") }
    static var eTag: Self { constant("ETag") }
    static var ifMatch: Self { constant("If-Match") }
    static var ifNoneMatch: Self { constant("If-None-Match") }
    static var link: Self { constant("Link") }
    static var location: Self { constant("Location") }
    static var origin: Self { constant("Origin") }
    static var retryAfter: Self { constant("Retry-After") }
    static var strictTransportSecurity: Self { constant("Strict-Transport-Security") }
    static var vary: Self { constant("Vary") }
    static var xContentTypeOptions: Self { constant("X-Content-Type-Options") }
  }

  public struct HTTPFields: Sendable, Equatable {
    private var fields: [HTTPField] = []

    public init() {}

    var count: Int { fields.count }

    mutating func reserveCapacity(_ count: Int) {
      fields.reserveCapacity(count)
    }

    public mutating func append(_ field: HTTPField) {
      fields.append(field)
    }

    /// All values of the name, with commas between them. A value set takes the place of the first.
    subscript(name: HTTPField.Name) -> String? {
      get {
        let values = fields.filter { $0.name == name }.map { $0.value }
        return values.isEmpty ? nil : ListText.join(values)
      }
      set {
        var new = newValue.map { HTTPField(name: name, value: $0) }
        var set: [HTTPField] = []
        for field in fields {
          if field.name != name {
            set.append(field)
          } else if let first = new {
            set.append(first)
            new = nil
          }
        }
        if let new { set.append(new) }
        fields = set
      }
    }
  }

  extension HTTPFields: Sequence, ExpressibleByDictionaryLiteral {
    public func makeIterator() -> IndexingIterator<[HTTPField]> {
      fields.makeIterator()
    }

    public init(dictionaryLiteral elements: (HTTPField.Name, String)...) {
      for (name, value) in elements { append(HTTPField(name: name, value: value)) }
    }
  }
#endif
