import Testing

@testable import EdgeHandler

@Suite struct RecordLocationTests {
  @Test("a file of SQLite", arguments: ["/var/lib/imgedge/records.sqlite", "a", "a?b=c", "a b:c", "../ä"])
  func sqlite(file: String) throws {
    #expect(try RecordLocation(parsing: "sqlite:" + file) == .sqlite(file: file))
  }

  @Test(
    "a table of DynamoDB",
    arguments: [
      ("records?region=eu-central-1", "records", "eu-central-1", "https://dynamodb.eu-central-1.amazonaws.com/"),
      ("a.b-c_D?region=cn-north-1", "a.b-c_D", "cn-north-1", "https://dynamodb.cn-north-1.amazonaws.com.cn/"),
      ("records?region=us-east-1&endpoint=http://127.0.0.1:8000", "records", "us-east-1", "http://127.0.0.1:8000/"),
      ("records?endpoint=HTTPS%3A%2F%2FDB.example%2F&region=x1", "records", "x1", "https://db.example/"),
    ])
  func dynamoDB(text: String, table: String, region: String, endpoint: String) throws {
    guard case .dynamoDB(let location) = try RecordLocation(parsing: "dynamodb:" + text) else {
      Issue.record("not a table")
      return
    }
    #expect(location.table == table && location.region == region && location.endpoint.serialized == endpoint)
  }

  @Test(
    "a place that is none is told with what is allowed",
    arguments: [
      ("", "sqlite:FILE and dynamodb:TABLE"), ("records.sqlite", "'records.sqlite' is no place for records"),
      ("SQLITE:a", "sqlite:FILE and dynamodb:TABLE"), ("sqlite:", "sqlite:FILE"), ("dynamodb:", "3 to 255 letters"),
      ("dynamodb:ab?region=x", "3 to 255 letters"), ("dynamodb:a/b?region=x", "3 to 255 letters"),
      ("dynamodb:" + String(repeating: "a", count: 256) + "?region=x", "3 to 255 letters"),
      ("dynamodb:records", "region is missing"), ("dynamodb:records?", "region is missing"),
      ("dynamodb:records?region=", "region: must be"), ("dynamodb:records?region=EU", "region: must be"),
      ("dynamodb:records?region=a.b", "region: must be"),
      ("dynamodb:records?region=a&region=b", "region: is there twice"),
      ("dynamodb:records?region=a&endpoint=http://a&endpoint=http://b", "endpoint: is there twice"),
      ("dynamodb:records?region=a&endpoint=127.0.0.1", "endpoint: must be"),
      ("dynamodb:records?region=a&endpoint=http://a/b", "endpoint: must be"),
      ("dynamodb:records?region=a&endpoint=http://a/?b", "endpoint: must be"),
      ("dynamodb:records?region=a&endpoint=ftp://a", "endpoint: must be"),
      ("dynamodb:records?region=a&endpoint=http://u:p@a", "endpoint: must be"),
      ("dynamodb:records?region=a&zone=b", "'zone' means nothing here: region and endpoint are allowed"),
      ("dynamodb:records?region=%ff", "is not UTF-8"),
    ])
  func refused(text: String, says: String) {
    do throws(ConfigurationError) {
      let location = try RecordLocation(parsing: text)
      Issue.record("read as \(location)")
    } catch {
      #expect(error.description.contains(says), "\(error.description)")
    }
  }
}
