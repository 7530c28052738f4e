import Testing

@testable import EdgeHandler

/// One bad field fails the file, and the complaint names the workspace and the field.
@Suite struct ConfigurationTests {
  private func complaint(_ text: String) -> String? {
    do {
      _ = try Configuration(json: Array(text.utf8))
      return nil
    } catch {
      return error.description
    }
  }

  private static let bucket =
    #""kind": "s3", "bucket": "shop", "region": "eu-west-1", "accessKeyId": "A", "secretAccessKey": "S""#

  @Test(arguments: [
    (#""plan": "gold""#, "plan"), (#""plan": 1"#, "plan"), (#""colour": 1"#, "colour"),
    (#""allowedOrigins": "*""#, "allowedOrigins"),
    (#""allowedOrigins": [1]"#, "allowedOrigins"), (#""allowedOrigins": ["https://*"]"#, "allowedOrigins"),
    (#""allowedOrigins": ["a b"]"#, "allowedOrigins"),
    (#""allowedOrigins": ["null"], "domains": ["a b"]"#, "domains"),
    (#""allowedOrigins": ["https://a/b"]"#, "allowedOrigins"), (#""allowedOrigins": ["*.*.a"]"#, "allowedOrigins"),
    (#""allowedExternalSources": ["http://a"]"#, "allowedExternalSources"),
    (#""allowedExternalSources": ["a:65536"]"#, "allowedExternalSources"),
    (#""allowedExternalSources": ["a:x"]"#, "allowedExternalSources"),
    (#""allowedExternalSources": [":*"]"#, "allowedExternalSources"),
    (#""allowedExternalSources": ["a:*:*"]"#, "allowedExternalSources"),
    (#""allowedExternalSources": ["*."]"#, "allowedExternalSources"),
    (#""allowedExternalSources": [""]"#, "allowedExternalSources"),
    (#""allowedExternalSources": ["*.1.2.3.4"]"#, "allowedExternalSources"),
    (#""domains": ["1.2.3.4"]"#, "domains"), (#""domains": [""]"#, "domains"), (#""domains": {}"#, "domains"),
    (#""sources": []"#, "sources"), (#""sources": {"a": 1}"#, "sources.a"), (#""sources": {"A": {}}"#, "sources.A"),
    (#""sources": {"info": {}}"#, "sources.info"), (#""sources": {"_a": {}}"#, "sources._a"),
    (#""sources": {"a": {}}"#, "kind"), (#""sources": {"a": {"kind": "ftp"}}"#, "kind"),
    (#""sources": {"a": {"kind": "http"}}"#, "prefix"),
    (#""sources": {"a": {"kind": "http", "prefix": "x"}}"#, "prefix"),
    (#""sources": {"a": {"kind": "http", "prefix": "http://u@h/"}}"#, "prefix"),
    (#""sources": {"a": {"kind": "http", "prefix": "http://h/?q"}}"#, "prefix"),
    (#""sources": {"a": {"kind": "http", "prefix": "http://h/#f"}}"#, "prefix"),
    (#""sources": {"a": {"kind": "http", "prefix": "http://h/", "bucket": "b"}}"#, "bucket"),
    (#""sources": {"a": {"kind": "http", "prefix": "http://h/", "version": []}}"#, "version"),
    (#""sources": {"a": {"kind": "s3", "bucket": "b!"}}"#, "region"),
    (#""sources": {"a": {\#(bucket), "endpoint": "http://h/x"}}"#, "endpoint"),
    (#""sources": {"a": {\#(bucket), "accountId": "x"}}"#, "accountId"),
    (#""sources": {"a": {"kind": "r2", "bucket": "shop", "accessKeyId": "A", "secretAccessKey": "S"}}"#, "accountId"),
    (#""marks": {"m": {}}"#, "image"), (#""marks": {"M": {}}"#, "marks.M"),
    (#""marks": {"m": {"image": "a/b", "autoApplySources": ["x"]}}"#, "autoApplySources"),
    (#""marks": {"m": {"image": "a/b", "x": 1}}"#, "x"),
  ])
  func namesTheWorkspaceAndTheField(members: String, field: String) {
    let said = complaint(#"{"workspaces": [{"namespace": "okay"}, {"namespace": "acme", \#(members)}]}"#)
    #expect(said?.contains("\"acme\"") == true, "\(said ?? "nothing")")
    #expect(said?.contains(field) == true, "\(said ?? "nothing")")
    #expect(said?.contains("secretAccessKey") != true)
  }

  @Test("a byte order mark before the text is ignored")
  func byteOrderMark() {
    let text = #"{"workspaces": [{"namespace": "acme"}]}"#
    #expect(complaint("\u{FEFF}" + text) == nil)
    #expect(complaint("\u{FEFF}\u{FEFF}" + text)?.contains("JSON") == true)
    #expect(complaint("\u{FEFF}")?.contains("JSON") == true)
  }

  @Test(arguments: [
    ("", "JSON"), ("[]", "object"), ("{}", "workspaces"), (#"{"workspaces": {}}"#, "workspaces"),
    (#"{"workspaces": [1]}"#, "workspace 1"),
    (#"{"workspaces": [{}]}"#, "namespace"), (#"{"workspaces": [{"namespace": "A"}]}"#, "namespace"),
    (#"{"workspaces": [{"namespace": ""}]}"#, "namespace"), (#"{"workspaces": [{"namespace": "ab"}]}"#, "namespace"),
    (#"{"workspaces": [{"namespace": "app"}]}"#, "namespace"),
    (#"{"workspaces": [{"namespace": "customers"}]}"#, "mail"),
    (#"{"workspaces": [{"namespace": "acme", "id": "acme"}]}"#, "id"),
    (#"{"workspaces": [{"namespace": "acme", "id": "01hzzzzzzzzzzzzzzzzzzzzzzz"}]}"#, "id"),
    (#"{"workspaces": [{"namespace": "acme", "format": 2}]}"#, "format"),
    (#"{"workspaces": [{"namespace": "acme"}, {"namespace": "acme"}]}"#, "twice"),
    (#"{"workspaces": [{"namespace": "a", "namespace": "b"}]}"#, "namespace"),
    (
      #"{"workspaces": [{"namespace": "acme", "domains": ["x.y"]}, {"namespace": "beta", "domains": ["X.Y."]}]}"#,
      "domains"
    ),
    (#"{"workspaces": [], "x": 1}"#, "x"),
    (#"{"workspaces": [], "baseDomain": "a b"}"#, "baseDomain"),
    (#"{"workspaces": [], "limits": {"maximumPixels": -1}}"#, "maximumPixels"),
    (#"{"workspaces": [], "limits": {"x": 1}}"#, "x"),
    (#"{"workspaces": [], "limits": {"maximumPixels": 1.5}}"#, "maximumPixels"),
    (#"{"workspaces": [], "limits": {"maximumPixels": 99999999999999999999}}"#, "maximumPixels"),
  ])
  func namesWhatIsWrongWithTheFile(text: String, part: String) {
    let said = complaint(text)
    #expect(said?.contains(part) == true, "\(said ?? "nothing")")
  }

  @Test func theExampleOfTheContractIsRead() throws {
    let text = """
      {"workspaces": [{ "namespace": "acme", "plan": "pro", "allowedOrigins": ["https://www.acme.com", "*.acme.dev"],
        "allowedExternalSources": ["*.acme.com"], "sources": {
          "photos": { "kind": "http", "prefix": "https://origin.acme.com/images/" },
          "shop": { "kind": "s3", "bucket": "acme-shop", "region": "eu-west-1", "prefix": "catalog/", "accessKeyId": "a", "secretAccessKey": "b" },
          "press": { "kind": "r2", "bucket": "press", "accountId": "c", "accessKeyId": "d", "secretAccessKey": "e" } },
        "marks": { "logo": { "image": "photos/logo.png", "w": "15%", "align": "bottom,right", "pad": "2%", "opacity": 0.8, "autoApplySources": ["photos"] } },
        "domains": ["images.acme.com"] }]}
      """
    let workspace = try #require(try Configuration(json: Array(text.utf8)).workspaces.first)
    #expect(workspace.sources.map(\.name) == ["photos", "press", "shop"])
    #expect(workspace.marks.map(\.name) == ["logo"])
    guard case .bucket(let press)? = workspace.source(named: "press")?.location else {
      Issue.record("press is no bucket")
      return
    }
    #expect(press.endpoint.serialized == "https://c.r2.cloudflarestorage.com/")
  }

  @Test(arguments: [
    ("*", "a.b", true), ("example.com", "example.com", true), ("example.com", "a.example.com", false),
    ("EXAMPLE.com.", "example.com", true),
    ("*.example.com", "a.b.example.com", true), ("*.example.com", "example.com", false),
    ("*.example.com", "xexample.com", false),
    ("127.0.0.1", "0x7f.1", true), ("[::1]", "[0:0::1]", true), ("*.example.com", "127.0.0.1", false),
    ("%65xample.com", "example.com", true),
  ])
  func hostPatterns(pattern: String, host: String, matches: Bool) throws {
    let pattern = try #require(HostPattern(parsing: pattern))
    #expect(pattern.matches(try Host(parsing: host.utf8)) == matches)
  }

  @Test(
    "a pattern of external sources lets the ports of http and https through, or those that it names",
    arguments: [
      ("*", "http://a.b/", true), ("*", "https://a.b/", true), ("*", "http://a.b:443/", true),
      ("*", "https://a.b:80/", true), ("*", "http://a.b:8080/", false), ("*", "https://a.b:0/", false),
      ("a.b", "http://a.b:81/", false), ("a.b", "https://a.b/", true), ("a.b:81", "http://a.b:81/", true),
      ("a.b:81", "https://a.b:81/", true), ("a.b:81", "http://a.b/", false), ("a.b:80", "http://a.b/", true),
      ("a.b:80", "https://a.b/", false), ("a.b:*", "http://a.b:9/", true), ("a.b:*", "http://c.a.b:9/", false),
      ("*.a.b:9", "http://c.a.b:9/", true), ("*.a.b:9", "http://a.b:9/", false), ("*:9", "http://c:9/", true),
      ("*:9", "http://c/", false), ("*:*", "https://c:65535/", true), ("[::1]:9", "http://[::1]:9/", true),
      ("[::1]", "http://[::1]:9/", false), ("[::1]:*", "http://[::1]:9/", true),
      ("1.2.3.4:9", "http://1.2.3.4:9/", true),
    ])
  func externalPatterns(pattern: String, url: String, matches: Bool) throws {
    let pattern = try #require(ExternalPattern(parsing: pattern))
    #expect(pattern.matches(try WebURL(parsing: url)) == matches)
  }
}
