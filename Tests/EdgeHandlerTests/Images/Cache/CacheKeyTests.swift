import TestSupport
import Testing

@testable import EdgeHandler

/// What is the same output has one key, what is another has another.
@Suite struct CacheKeyTests {
  private static let workspaces = [
    """
    { "namespace": "acme", "domains": ["img.acme.example"], "sources": {
      "web": { "kind": "http", "prefix": "http://o.example/i/" },
      "web2": { "kind": "http", "prefix": "http://o.example/i/", "version": 2 },
      "old": { "kind": "http", "prefix": "https://old.example/%7Ea/", "version": 7 },
      "shop": { "kind": "s3", "bucket": "shop", "region": "eu-west-1", "accessKeyId": "A", "secretAccessKey": "S" } } }
    """,
    """
    { "namespace": "other", "sources": { "web": { "kind": "http", "prefix": "http://o.example/i/" } } }
    """,
  ]

  private func key(_ target: String, host: String? = nil, _ fields: [(String, String)] = []) throws -> String {
    var scripted = try ScriptedHost(Self.workspaces[0], Self.workspaces[1])
    return try #require(scripted.get(target, fields, host: host).key?.hex, "\(target)")
  }

  private static let effective = [
    "w=100", "h=70", "dpr=2", "fit=cover", "gravity=top", "background=123456", "quality=50", "format=webp", "blur=3",
    "sharpen=1", "brightness=1.5", "contrast=0.5", "saturation=0", "gamma=2", "rotate=90", "flip=h", "trim=1;2;3;4",
    "border=5", "border-color=blue", "anim=false", "metadata=keep", "v=x",
  ]

  @Test func theOrderOfParametersDoesNotCount() throws {
    var generator = SeededGenerator(seed: 31)
    let first = try key("/web/a.jpg?" + Self.effective.joined(separator: "&"))
    for _ in 0..<50 {
      var items = Self.effective + ["unknown=\(generator.next())", "utm_source"]
      items.shuffle(using: &generator)
      #expect(try key("/web/a.jpg?" + items.joined(separator: "&")) == first)
    }
  }

  @Test func everyEffectiveParameterCounts() throws {
    let all = try key("/web/a.jpg?" + Self.effective.joined(separator: "&"))
    var keys = [all]
    for index in Self.effective.indices {
      var fewer = Self.effective
      fewer.remove(at: index)
      keys.append(try key("/web/a.jpg?" + fewer.joined(separator: "&")))
    }
    #expect(Set(keys).count == keys.count)
  }

  @Test(arguments: [
    ("w=50", "w=50&fit=contain&dpr=1&gravity=center&blur=0&sharpen=0&brightness=1&contrast=1.0&saturation=1&gamma=1"),
    ("w=50", "w=50&rotate=0&anim=true&metadata=none&border=0&border-color=red&trim=0;0;0;0&v="),
    ("w=50&format=jpg", "w=50&format=jpeg"), ("w=50&format=jpg", "w=50&format=jpeg&quality=80"),
    ("size=50", "w=50&h=50"),
    ("size=50", "w=50&h=50&size=99"), ("w=100", "w=50&dpr=2"), ("w=100", "w=0100"), ("w=50", "w=50&gravity=top"),
    ("w=50", "w=50&fit=cover"), ("w=50", "w=50&fit=pad"), ("w=50&fit=crop", "w=50&fit=scale-down"),
    ("w=50", "w=50&onerror=redirect"),
    ("size=9&fit=cover&gravity=left", "size=9&fit=cover&gravity=0x0.5"),
    ("size=9&fit=pad", "size=9&fit=pad&background=FFF"),
    ("size=9&fit=pad", "size=9&fit=pad&gravity=auto"), ("background=red", "background=%23f00f"),
    ("border=5", "border=5;5;5;5"),
    ("border=5", "border=5&border-color=000"), ("trim=1;1;1;1&dpr=1", "trim=01;1;1;1"),
    ("trim=border", "trim=border&dpr=2"),
    ("trim=0.1;0;0;0.5", "trim=0.1;0;0;0.5&dpr=2"), ("blur=.5", "blur=0.50"),
    ("format=gif", "format=gif&quality=5"), ("format=nocompress", "format=nocompress&quality=5"),
  ])
  func spellingsOfOneTransform(one: String, other: String) throws {
    #expect(try key("/web/a.jpg?" + one) == key("/web/a.jpg?" + other))
  }

  @Test(arguments: [
    ("trim=1;1;1;1", "trim=1;1;1;1&dpr=2"), ("format=png", "format=png&quality=80"), ("v=1", "v=%31%20"),
    ("w=50&format=png", "w=50"), ("w=50", "h=50"), ("size=50", "w=50"), ("trim=1;1;1;1", "trim=0.1;0.1;0.1;0.1"),
    ("trim=border", "trim=1;1;1;1"), ("fit=cover&size=9&gravity=auto", "fit=cover&size=9&gravity=entropy"),
  ])
  func differentTransforms(one: String, other: String) throws {
    #expect(try key("/web/a.jpg?" + one) != key("/web/a.jpg?" + other))
  }

  @Test(arguments: [
    ("/web/a.jpg", "/transform/web/a.jpg"), ("/web/a.jpg", "/transform?src=web/a.jpg"), ("/web/a.jpg", "/web/%61.jpg"),
    ("/web/a.jpg", "/transform?src=http://o.example/i/a.jpg"),
    ("/web/a.jpg", "/transform?src=HTTP://O.EXAMPLE.:80/x/../i/a.jpg%23f"),
    ("/web/a%20b", "/transform?src=http://o.example/i/a%2520b"),
  ])
  func namesOfOneOriginal(one: String, other: String) throws {
    #expect(try key(one) == key(other))
  }

  @Test(arguments: [
    ("/web/a.jpg", "/web/b.jpg"), ("/web/a.jpg", "/web2/a.jpg"),
    ("/shop/a%20b", "/transform?src=https://s3.eu-west-1.amazonaws.com/shop/a%2520b"),
    ("/shop/a%2520b", "/transform?src=https://s3.eu-west-1.amazonaws.com/shop/a%2520b"),
    ("/web/a", "/transform?src=https://o.example/i/a"),
    ("/web/a", "/transform?src=http://o.example/i/a%3Fx"), ("/web/a", "/web/A"),
  ])
  func namesOfDifferentOriginals(one: String, other: String) throws {
    #expect(try key(one) != key(other))
  }

  /// A source's version is a purge: a URL that leads to the same original by another spelling must not escape it.
  @Test func spellingsOfAURLBelongToItsSource() throws {
    var scripted = try ScriptedHost(Self.workspaces[0])
    for (path, plain) in [("http://old.example/~a/x", "~a"), ("https://old.example/%7e%61//x", "%7e%61//")] {
      let request = Request(
        method: "GET", authority: "acme.localhost",
        target: "/transform?src=" + PercentCoding.encode(path.utf8, keeping: .unreserved), isSecure: false, fields: [:])
      let lines = scripted.handler.explain(request, at: scripted.site(of: request), context: scripted.context)
      #expect(lines.contains { $0.hasPrefix("source") && $0.contains("old,") }, "\(plain): \(lines)")
    }
    #expect(scripted.get("/old/x").key != nil)
  }

  @Test func workspacesShareNothing() throws {
    #expect(try key("/web/a.jpg") != key("/web/a.jpg", host: "other.localhost"))
    #expect(try key("/web/a.jpg") == key("/web/a.jpg", host: "img.acme.example"))
  }

  @Test func whatIsNegotiatedCounts() throws {
    let plain = try key("/web/a.jpg?w=5")
    let webp = try key("/web/a.jpg?w=5", [("Accept", "image/webp")])
    let avif = try key("/web/a.jpg?w=5", [("Accept", "image/avif")])
    #expect(Set([plain, webp, avif]).count == 3)
    #expect(try key("/web/a.jpg?w=5", [("Accept", "text/html, image/webp;q=0.1")]) == webp)
    #expect(try key("/web/a.jpg?w=5&format=png", [("Accept", "image/webp")]) == key("/web/a.jpg?w=5&format=png"))
  }

  /// Lengths stand before the parts, so that no two lists of parts run together.
  @Test func partsDoNotRunTogether() {
    func key(_ parts: [(String, String)]) -> CacheKey {
      CacheKey(workspace: "n", operation: "o", parts: parts.map { KeyPart(name: $0.0, value: $0.1) })
    }
    #expect(key([("a", "b")]) != key([("ab", "")]))
    #expect(key([("a", "b1:c1:d")]) != key([("a", "b"), ("c", "d")]))
    #expect(key([]) != key([("", "")]))
  }
}
