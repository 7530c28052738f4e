/// Where records are kept, as the setting `records` says it.
public enum RecordLocation: Sendable, Equatable {
  /// A file of SQLite.
  case sqlite(file: String)
  case dynamoDB(DynamoDB)

  /// Reads `sqlite:FILE` or `dynamodb:TABLE?region=REGION[&endpoint=URL]`.
  ///
  /// - Throws: A sentence that says what is wrong and what is allowed.
  public init(parsing text: String) throws(ConfigurationError) {
    let bytes = text.bytes
    if bytes.starts(with: "sqlite:".utf8) {
      let file = String(decoding: bytes.dropFirst(7), as: UTF8.self)
      guard !file.utf8.isEmpty, !file.utf8.contains(0) else {
        throw ConfigurationError("sqlite: needs the path of a file behind it: sqlite:FILE")
      }
      self = .sqlite(file: file)
    } else if bytes.starts(with: "dynamodb:".utf8) {
      self = .dynamoDB(try DynamoDB(parsing: bytes.dropFirst(9)))
    } else {
      throw ConfigurationError(
        "'\(text)' is no place for records: sqlite:FILE and dynamodb:TABLE?region=REGION[&endpoint=URL] are allowed")
    }
  }
}

extension DynamoDB {
  fileprivate init(parsing text: ArraySlice<UInt8>) throws(ConfigurationError) {
    let mark = text.firstIndex(of: UInt8(ascii: "?")) ?? text.endIndex
    let table = String(decoding: text[..<mark], as: UTF8.self)
    guard Self.isTable(table) else {
      throw ConfigurationError("dynamodb: the name of a table has 3 to 255 letters, digits, '_', '-' and '.'")
    }
    var region: String?
    var endpoint: WebURL?
    for item in Query(parsing: text[mark...].dropFirst()).items {
      guard let value = item.value else { throw ConfigurationError("dynamodb: \(item.name): is not UTF-8") }
      switch item.name {
      case "region" where region == nil:
        guard Self.isRegion(value) else {
          throw ConfigurationError("dynamodb: region: must be the name of one, as eu-central-1")
        }
        region = value
      case "endpoint" where endpoint == nil: endpoint = try Self.endpoint(value)
      case "region", "endpoint": throw ConfigurationError("dynamodb: \(item.name): is there twice")
      default: throw ConfigurationError("dynamodb: '\(item.name)' means nothing here: region and endpoint are allowed")
      }
    }
    guard let region else { throw ConfigurationError("dynamodb: region is missing: dynamodb:TABLE?region=REGION") }
    if let endpoint {
      self.init(table: table, region: region, endpoint: endpoint)
      return
    }
    let host =
      "https://dynamodb." + region + (region.utf8.starts(with: "cn-".utf8) ? ".amazonaws.com.cn" : ".amazonaws.com")
    self.init(table: table, region: region, endpoint: try Self.endpoint(host))
  }

  /// https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/HowItWorks.NamingRulesDataTypes.html
  private static func isTable(_ text: String) -> Bool {
    text.utf8.count >= 3 && text.utf8.count <= 255
      && text.utf8.allSatisfy {
        ASCII.isDigit($0) || ASCII.isLowercaseLetter(ASCII.lowercase($0)) || $0 == UInt8(ascii: "_")
          || $0 == UInt8(ascii: "-") || $0 == UInt8(ascii: ".")
      }
  }

  private static func isRegion(_ text: String) -> Bool {
    !text.utf8.isEmpty && text.utf8.count <= 40
      && text.utf8.allSatisfy { ASCII.isDigit($0) || ASCII.isLowercaseLetter($0) || $0 == UInt8(ascii: "-") }
  }

  private static func endpoint(_ text: String) throws(ConfigurationError) -> WebURL {
    do throws(URLProblem) {
      let url = try WebURL(parsing: text)
      if url.path == "/", url.query == nil { return url }
    } catch {}
    throw ConfigurationError(
      "dynamodb: endpoint: must be an http or https URL without a path, as http://127.0.0.1:8000")
  }
}
