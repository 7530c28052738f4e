import Testing

@testable import EdgeHandler

@Suite struct ContentDecodingTests {
  @Test(
    "one layer of gzip or deflate is undone, and what is no registered coding says nothing",
    arguments: [
      ("", ContentDecoding.none), ("identity", .none), (" , ,", .none), ("utf-8", .none), ("aws-chunked", .none),
      ("gzip", .gzip), ("GZip", .gzip), (" x-gzip ", .gzip), ("deflate", .deflate), ("aws-chunked,gzip", .gzip),
      ("gzip,none", .gzip), ("identity, deflate", .deflate),
      ("br", .refused(.br)), ("gzip, BR", .refused(.br)), ("zstd", .refused(.zstd)), ("compress", .refused(.compress)),
      ("pack200-gzip", .refused(.packed)), ("gzip, gzip", .refused(.several)), ("gzip,deflate", .refused(.several)),
      ("gzip,gzip,gzip,x", .refused(.several)), ("several", .none),
    ])
  func isDecided(field: String, decoding: ContentDecoding) {
    #expect(ContentDecoding(contentEncoding: field) == decoding)
  }

  @Test("every refusal is a failure that can be resumed with", arguments: ContentCoding.allCases)
  func isAFailureOfAFetch(coding: ContentCoding) throws {
    let name = ContentDecoding.refused(coding).wireName
    #expect(try FetchFailure(wire: .string(name)) == .encoded(coding))
  }
}
