import TestSupport
import Testing

@testable import EdgeHandler

@Suite struct QueryTests {
  @Test(arguments: [
    ("a=1&b=2", ["a=1", "b=2"]), ("a+b=c+d%2B", ["a b=c d+"]), ("a=b=c", ["a=b=c"]), ("&&a&", ["a="]), ("=x", ["=x"]),
    ("%61=%62", ["a=b"]), ("a=%C3%A9", ["a=é"]), ("a=%C3", ["a?"]), ("a=%", ["a?"]), ("a=%4", ["a?"]),
    ("a=%zz", ["a?"]),
    ("%zz=1", ["%zz=1"]), ("", []), ("a=%00", ["a=\0"]), ("a=%ED%A0%80", ["a?"]), ("a=%F4%90%80%80", ["a?"]),
    ("a=%C0%AF", ["a?"]), ("a;b=1", ["a;b=1"]), ("a?b=1", ["a?b=1"]),
  ])
  func items(text: String, items: [String]) {
    let found = Query(parsing: text.utf8).items.map { item in
      item.value.map { "\(item.name)=\($0)" } ?? "\(item.name)?"
    }
    #expect(found == items)
  }

  @Test func wellFormedQueriesAgreeWithDeno() throws {
    var generator = SeededGenerator(seed: 7)
    let alphabet = Array("ab=&+%20%41%C3%A9.-_~*'()[]:/?é").map(String.init) + ["%26", "%3D", "%2B", "%25"]
    let texts = (0..<2000).map { _ in
      (0..<12).map { _ in alphabet.randomElement(using: &generator) ?? "" }.joined()
    }
    let theirs = try DenoScript.run(
      "return input.map(text => [...new URLSearchParams(\"?\" + text)]);", input: texts, as: [[[String]]].self)
    var compared = 0
    for (text, theirs) in zip(texts, theirs) {
      let items = Query(parsing: text.utf8).items
      // Where an escape is malformed ours says so, theirs makes do.
      guard items.allSatisfy({ $0.value != nil && PercentCoding.decode($0.name.utf8) != nil }) else { continue }
      guard PercentCoding.decode(text.utf8) != nil, text.firstMatch(of: /%(?![0-9A-F]{2})/) == nil else { continue }
      guard !theirs.joined().joined().contains("\u{FFFD}") else { continue }
      compared += 1
      #expect(items.map { [$0.name, $0.value ?? ""] } == theirs, "\(text)")
    }
    #expect(compared > 300)
  }
}
