import EdgeHandler
import HTTPTypes
import NIOCore
import Testing

@testable import Server

@Suite struct PixelParcelTests {
  private static let share = #""share":{"workspace":"acme","weight":1}"#

  private static func parcel(_ text: String, length: UInt32? = nil, then bytes: String = "") throws -> PixelParcel {
    var body = ByteBuffer()
    body.writeInteger(length ?? UInt32(text.utf8.count), endianness: .little)
    body.writeString(text + bytes)
    let head = Request(method: "POST", authority: "127.0.0.1", target: "/render", isSecure: false, fields: [:])
    return try PixelParcel(ServerRequest(head: head, body: body, holding: nil))
  }

  @Test("work, share and blobs are taken apart")
  func whole() throws {
    let parcel = try Self.parcel(#"{"work":{"a":1},\#(Self.share),"blobs":[7,3,2,0,9,2]}"#, then: "abcde")
    #expect(parcel.share == Share(workspace: "acme", weight: 1))
    #expect(try String(buffer: parcel.bytes(Blob(id: 7))) == "abc")
    #expect(try parcel.bytes(Blob(id: 2)).readableBytes == 0)
    #expect(try String(buffer: parcel.bytes(Blob(id: 9))) == "de")
    #expect(throws: WireError.self) { try parcel.bytes(Blob(id: 1)) }
  }

  @Test(
    "what does not hold together is refused with a reason",
    arguments: [
      #"{}"#, #"[]"#, #"{"work":1,"blobs":[]}"#, #"{"work":1,SHARE}"#, #"{"work":1,SHARE,"blobs":[0]}"#,
      #"{"work":1,SHARE,"blobs":[0,6]}"#, #"{"work":1,SHARE,"blobs":[0,4]}"#, #"{"work":1,SHARE,"blobs":[0,-1]}"#,
      #"{"work":1,SHARE,"blobs":["0",5]}"#, #"{"work":1,SHARE,"blobs":[0,2147483647,1,2147483647]}"#,
      #"{"work":1,SHARE,"blobs":[4294967296,5]}"#, #"{"work":1,"share":{"workspace":"a","weight":0},"blobs":[0,5]}"#,
    ])
  func damaged(text: String) {
    #expect(throws: WireError.self) {
      try Self.parcel(text.replacing("SHARE", with: Self.share), then: "abcde")
    }
  }

  @Test(
    "a body that ends early, or says that its text is larger than any, is refused", arguments: [100, 2_000_000, .max])
  func short(length: UInt32) {
    #expect(throws: WireError.self) { try Self.parcel(#"{"work":1,\#(Self.share),"blobs":[]}"#, length: length) }
  }

  @Test("more blobs than a grid can have are refused")
  func tooMany() throws {
    func blobs(_ count: Int) throws -> PixelParcel {
      let list = (0..<count).map { "\($0),0" }.joined(separator: ",")
      return try Self.parcel(#"{"work":1,\#(Self.share),"blobs":[\#(list)]}"#)
    }
    #expect(try blobs(64).blobs.count == 64)
    #expect(throws: WireError.self) { try blobs(65) }
  }

  @Test("a reply is the length of its text, the text, and the output")
  func reply() {
    let body = PixelParcel.reply(RenderResult.timedOut, output: ByteBuffer(string: "pixels"))
    #expect(Array(body.readableBytesView) == [10, 0, 0, 0] + Array("\"timedOut\"pixels".utf8))
  }
}
