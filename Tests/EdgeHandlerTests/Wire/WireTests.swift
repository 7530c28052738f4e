import TestSupport
import Testing

@testable import EdgeHandler

@Suite struct WireTests {
  /// Writing, reading and writing again gives the same text; where values can be compared, also the same value.
  private func crosses<Value: WireValue>(
    _ value: Value, seed: UInt64, isEqual: (Value, Value) -> Bool = { _, _ in true },
    location: SourceLocation = #_sourceLocation
  ) throws {
    let text = value.wire.serialized()
    let read = try Value(wireText: text)
    #expect(read.wire.serialized() == text, "seed \(seed)", sourceLocation: location)
    #expect(isEqual(read, value), "seed \(seed): \(String(decoding: text, as: UTF8.self))", sourceLocation: location)
  }

  @Test func everythingThatCrossesComesBackAsItWas() throws {
    for seed: UInt64 in 0..<500 {
      var make = WireGenerator(seed: seed)
      try crosses(make.plan(), seed: seed, isEqual: ==)
      try crosses(make.outbound(), seed: seed, isEqual: ==)
      try crosses(make.fetchResult(), seed: seed, isEqual: ==)
      try crosses(make.inspectRequest(), seed: seed, isEqual: ==)
      try crosses(make.inspectResult(), seed: seed, isEqual: ==)
      try crosses(make.renderResult(), seed: seed, isEqual: ==)
      try crosses(
        SampleRequest(blob: make.blob(), longestSide: make.int(1...64), leastSide: make.int(1...64)), seed: seed,
        isEqual: ==)
      try crosses(make.sampleResult(), seed: seed, isEqual: ==)
      try crosses(make.key(), seed: seed, isEqual: ==)
      try crosses(LookUpRequest(key: make.key(), share: make.share()), seed: seed, isEqual: ==)
      try crosses(make.stored(), seed: seed, isEqual: ==)
      try crosses(make.problem(), seed: seed, isEqual: ==)
      try crosses(make.lookUpResult(), seed: seed)
      try crosses(make.settlements(), seed: seed)
      try crosses(make.response(), seed: seed, isEqual: ==)
      try crosses(make.call(), seed: seed)
      try crosses(make.accessRecord(), seed: seed, isEqual: ==)
      try crosses(make.recordRequest(), seed: seed, isEqual: ==)
      try crosses(make.recordResult(), seed: seed, isEqual: ==)
      try crosses(make.exchangeRequest(), seed: seed, isEqual: ==)
      try crosses(make.exchangeResult(), seed: seed, isEqual: ==)
    }
  }

  /// A text with something taken away, put in or changed is read or refused; it never ends the process.
  @Test func damagedTextsAreErrors() {
    var refused = 0
    for seed: UInt64 in 0..<3000 {
      var make = WireGenerator(seed: seed)
      var text = make.plan().wire.serialized()
      for _ in 0..<make.int(1...3) {
        let place = make.int(0...(text.count - 1))
        switch make.int(0...2) {
        case 0: text.remove(at: place)
        case 1: text[place] = make.one(of: Array("0123456789{}[]\",:-.eE".utf8))
        default: text.insert(make.one(of: Array("0123456789{}[]\",:-.eE".utf8)), at: place)
        }
        if text.isEmpty { text = [0x20] }
      }
      if (try? RenderPlan(wireText: text)) == nil { refused += 1 }
    }
    #expect(refused > 2000)
  }

  @Test(arguments: [
    "", "null", "[]", "\"\"", "{}", "{\"failed\":\"other\"}", "{\"failed\":null}", "\"failed\"",
    "{\"failed\":\"timedOut\",\"response\":{}}", "{\"other\":1}",
    // A member is missing, one is too many, one is of another type, one is out of range.
    "{\"response\":{\"status\":200,\"body\":0,\"byteCount\":1}}",
    "{\"response\":{\"status\":200,\"body\":0,\"byteCount\":1,\"milliseconds\":1,\"more\":1}}",
    "{\"response\":{\"status\":\"200\",\"body\":0,\"byteCount\":1,\"milliseconds\":1}}",
    "{\"response\":{\"status\":99,\"body\":0,\"byteCount\":1,\"milliseconds\":1}}",
    "{\"response\":{\"status\":200,\"body\":4294967296,\"byteCount\":1,\"milliseconds\":1}}",
    "{\"response\":{\"status\":200,\"body\":0,\"byteCount\":2147483648,\"milliseconds\":1}}",
    "{\"response\":{\"status\":200,\"body\":0,\"byteCount\":1.5,\"milliseconds\":1}}",
    "{\"response\":{\"status\":200,\"body\":-1,\"byteCount\":1,\"milliseconds\":1}}",
    "{\"response\":{\"status\":200,\"location\":null,\"body\":0,\"byteCount\":1,\"milliseconds\":1}}",
  ])
  func fetchResultsAreReadStrictly(text: String) {
    #expect(throws: WireError.self) { try FetchResult(wireText: Array(text.utf8)) }
  }

  @Test(arguments: [
    "{\"resize\":{\"width\":0,\"height\":1}}", "{\"resize\":{\"width\":1}}", "\"resize\"", "{\"rotate\":4}",
    "{\"rotate\":0}", "{\"rotate\":\"1\"}", "{\"blur\":\"1\"}", "{\"blur\":1e3}", "{\"blur\":12345678901}",
    "{\"flatten\":\"FF0000FF\"}", "{\"flatten\":\"ff0000\"}", "{\"flatten\":\"+f0000ff\"}",
    "{\"smartCrop\":{\"width\":1,\"height\":1,\"interest\":\"other\"}}",
    "{\"crop\":{\"x\":-1,\"y\":0,\"width\":1,\"height\":1}}",
  ])
  func operationsAreReadStrictly(text: String) {
    #expect(throws: WireError.self) { try PixelOperation(wireText: Array(text.utf8)) }
  }

  @Test func nestingIsBounded() throws {
    func nested(_ depth: Int) -> Picture {
      var picture = Picture.decoded(Blob(id: 0), frames: .first, [])
      for _ in 0..<depth {
        picture = .decoded(
          Blob(id: 0), frames: .first, [.overlay(picture, at: PixelPoint(x: 0, y: 0), opacity: .one)])
      }
      return picture
    }
    let shallow = nested(8)
    #expect(try Picture(wireText: shallow.wire.serialized()) == shallow)
    #expect(throws: WireError.self) { try Picture(wireText: nested(20).wire.serialized()) }
  }

  @Test func aHostWithoutRoomMaySaySoInOneWord() throws {
    guard case .failed(let problem) = try LookUpResult(wireText: Array("\"overloaded\"".utf8)) else {
      Issue.record("it is no failure")
      return
    }
    #expect(problem == .overloaded)
  }
}

@Suite struct Base64Tests {
  @Test(arguments: [
    ("", ""), ("f", "Zg=="), ("fo", "Zm8="), ("foo", "Zm9v"), ("foob", "Zm9vYg=="), ("fooba", "Zm9vYmE="),
    ("foobar", "Zm9vYmFy"),
  ])
  func vectorsOfRFC4648(plain: String, text: String) {
    #expect(Base64.encode(Array(plain.utf8)) == text)
    #expect(Base64.decode(text.utf8) == Array(plain.utf8))
  }

  @Test func anyBytesComeBack() {
    var random = SeededGenerator(seed: 1)
    for count in 0..<300 {
      let bytes = random.bytes(count)
      #expect(Base64.decode(Base64.encode(bytes).utf8) == bytes)
    }
  }

  @Test(arguments: [
    "Z", "Zg", "Zg=", "Zg===", "Zh==", "Zm9=", "Z===", "====", "Zg==Zg==", "Zm 9v", "Zm9v\n", "Zm9-", "=Zg=",
  ])
  func anythingElseIsRefused(text: String) {
    #expect(Base64.decode(text.utf8) == nil)
  }
}
