import TestSupport
import Testing

@testable import EdgeHandler

@Suite struct SignatureV4Tests {
  /// "Examples: Signature Calculations" of the Amazon S3 API reference, section "Authenticating Requests (AWS Signature
  /// Version 4)".
  @Test(arguments: [
    (
      "/test.txt", "", true,
      "f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41"
    ),
    ("/", "lifecycle", false, "fea454ca298b7da1c68078a5d1bdbfbbe0d65c699e0f91ac7a200a0136783543"),
    ("/", "max-keys=2&prefix=J", false, "34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7"),
    ("/", "prefix=J&max-keys=2", false, "34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7"),
  ])
  func examplesOfTheS3Reference(path: String, query: String, hasRange: Bool, signature: String) {
    let fields = SignatureV4.sign(
      method: "GET", path: path, query: query, host: "examplebucket.s3.amazonaws.com", region: "us-east-1",
      service: "s3", accessKeyId: "AKIAIOSFODNN7EXAMPLE", secretAccessKey: "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
      now: 1_369_353_600,
      fields: hasRange ? [OutboundRequest.Field(name: "range", value: "bytes=0-9")] : [],
      payloadHash: Hexadecimal.encode(SHA256.digest([])))
    let names = (hasRange ? "range;" : "") + "x-amz-content-sha256;x-amz-date"
    #expect(
      fields.first?.value == """
        AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20130524/us-east-1/s3/aws4_request,\
        SignedHeaders=host;\(names),Signature=\(signature)
        """)
  }

  /// Signatures that botocore 1.43.11 (`S3SigV4Auth`, payload not signed, clock set to `now`) gave for the same requests.
  @Test(arguments: BotocoreVector.all)
  func signsAsBotocoreDoes(vector: BotocoreVector) {
    let fields = SignatureV4.sign(
      method: "GET", path: vector.path, host: vector.host, region: vector.region, service: "s3",
      accessKeyId: vector.accessKeyId, secretAccessKey: vector.secretAccessKey, now: vector.now)
    #expect(fields.map(\.name) == ["authorization", "x-amz-content-sha256", "x-amz-date"])
    #expect(fields[1].value == "UNSIGNED-PAYLOAD")
    #expect(fields[0].value.split(separator: "=").last.map(String.init) == vector.signature)
  }

  /// Signatures that botocore 1.44.8 (`SigV4Auth`, clock set to `now`) gave for the same request.
  @Test(
    "a signed body, target and session token",
    arguments: [
      (nil, "", "b67cfc743514414ab06993bab2064afe68520e99077843eb0c92fcc42afb8867"),
      (
        "FwoGZXIvYXdzE/+token==", "x-amz-security-token;",
        "fb014fb4dcd13642b361417423a3f447d470291190a9f5872e3a4590507a1c71"
      ),
    ] as [(String?, String, String)])
  func signedBody(token: String?, name: String, signature: String) {
    let body = Array("{\"TableName\":\"records\"}".utf8)
    let fields = SignatureV4.sign(
      method: "POST", path: "/", host: "dynamodb.eu-central-1.amazonaws.com", region: "eu-central-1",
      service: "dynamodb", accessKeyId: "AKIDEXAMPLE", secretAccessKey: "secret/+key", sessionToken: token,
      now: 1_767_225_600,
      fields: [
        OutboundRequest.Field(name: "content-type", value: "application/x-amz-json-1.0"),
        OutboundRequest.Field(name: "x-amz-target", value: "DynamoDB_20120810.DescribeTable"),
      ], payloadHash: Hexadecimal.encode(SHA256.digest(body)))
    #expect(
      fields.first?.value == """
        AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20260101/eu-central-1/dynamodb/aws4_request,\
        SignedHeaders=content-type;host;x-amz-content-sha256;x-amz-date;\(name)x-amz-target,Signature=\(signature)
        """)
    #expect(fields.dropFirst(3).map(\.value) == (token.map { [$0] } ?? []))
  }

  @Test(
    "a time of ISO 8601 in seconds",
    arguments: [
      ("1970-01-01T00:00:00Z", 0), ("2000-02-29T23:59:59Z", 951_868_799), ("2026-01-01T00:00:00.123Z", 1_767_225_600),
      ("9999-12-31T23:59:59Z", 253_402_300_799), ("2100-03-01T00:00:00Z", 4_107_542_400),
    ] as [(String, Int64)])
  func extendedTimes(text: String, seconds: Int64) {
    #expect(BasicTime.unixSeconds(extended: text) == seconds)
  }

  @Test(
    "what is no time of ISO 8601 in UTC",
    arguments: [
      "", "2026-01-01", "2026-01-01T00:00:00", "2026-01-01T00:00:00+00:00", "2026-01-01 00:00:00Z",
      "2026-13-01T00:00:00Z",
      "2026-00-01T00:00:00Z", "2026-01-32T00:00:00Z", "2026-01-01T24:00:00Z", "2026-01-01T00:60:00Z",
      "1969-12-31T23:59:59Z",
      "2026-01-01T00:00:00.1x3Z", "2026-01-01T00:00:00,1Z", "20260101T000000Z", "२०२६-01-01T00:00:00Z",
      "-026-01-01T00:00:00Z",
    ])
  func noTimes(text: String) {
    #expect(BasicTime.unixSeconds(extended: text) == nil)
  }

  @Test("times are read as they are written")
  func timesAreReadAgain() {
    var generator = SeededGenerator(seed: 5)
    for _ in 0..<2000 {
      let seconds = Int64.random(in: 0...253_402_300_799, using: &generator)
      let basic = Array(BasicTime(unixSeconds: seconds).text)
      func part(_ range: Range<Int>) -> String { String(basic[range]) }
      let extended =
        "\(part(0..<4))-\(part(4..<6))-\(part(6..<8))T\(part(9..<11)):\(part(11..<13)):\(part(13..<15))Z"
      #expect(BasicTime.unixSeconds(extended: extended) == seconds, "\(extended)")
    }
  }

  @Test func spellingsOfAnEscapeGiveOneSignature() {
    func authorization(_ path: String) -> String? {
      SignatureV4.sign(
        method: "GET", path: path, host: "h", region: "r", service: "s3", accessKeyId: "a", secretAccessKey: "s", now: 0
      ).first?.value
    }
    #expect(authorization("/a%2bb%7E") == authorization("/a+b~"))
    #expect(authorization("/a%2Bb") != authorization("/a%252Bb"))
    #expect(authorization("") == authorization("/"))
  }

  @Test(arguments: [
    (0, "19700101T000000Z"), (-1, "19700101T000000Z"), (951_782_400, "20000229T000000Z"),
    (951_868_799, "20000229T235959Z"), (1_709_210_096, "20240229T123456Z"), (4_107_542_400, "21000301T000000Z"),
    (253_402_300_799, "99991231T235959Z"), (Int64.max, "99991231T235959Z"), (Int64.min, "19700101T000000Z"),
  ])
  func timesAreISO8601(seconds: Int64, text: String) {
    #expect(BasicTime(unixSeconds: seconds).text == text)
  }

  @Test func timesAgreeWithPython() throws {
    var generator = SeededGenerator(seed: 4)
    let times = (0..<2000).map { _ in Int64.random(in: 0...253_402_300_799, using: &generator) }
    let theirs = try PythonScript.lines(
      """
      import sys, datetime
      epoch = datetime.datetime(1970, 1, 1)
      for line in sys.stdin.read().split("\\n"):
          print((epoch + datetime.timedelta(seconds=int(line))).strftime("%Y%m%dT%H%M%SZ"))
      """, input: times.map(String.init))
    #expect(theirs == times.map { BasicTime(unixSeconds: $0).text })
  }
}
