import TestSupport
import Testing

@testable import EdgeHandler

@Suite struct SHA256Tests {
  /// FIPS 180-4 example values of NIST's Cryptographic Standards and Guidelines, and the byte-oriented vectors of the SHAVS.
  @Test(arguments: [
    ("", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
    ("abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
    (
      "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
      "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"
    ),
    (
      "abcdefghbcdefghicdefghijdefghijkefghijklfghijklmghijklmnhijklmnoijklmnopjklmnopqklmnopqrlmnopqrsmnopqrstnopqrstu",
      "cf5b16a778af8380036ce59e7b0492370b249b11e8f07a51afac45037afee9d1"
    ),
  ])
  func examplesOfNIST(message: String, digest: String) {
    #expect(Hexadecimal.encode(SHA256.digest(Array(message.utf8))) == digest)
  }

  @Test func millionTimesA() {
    let digest = SHA256.digest([UInt8](repeating: UInt8(ascii: "a"), count: 1_000_000))
    #expect(Hexadecimal.encode(digest) == "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0")
  }

  @Test(arguments: [1, 3, 55, 56, 63, 64, 65, 127, 1000])
  func piecesGiveTheDigestOfTheWhole(pieceLength: Int) {
    var generator = SeededGenerator(seed: 1)
    let message = generator.bytes(1500)
    var hash = SHA256()
    var rest = message[...]
    while !rest.isEmpty {
      hash.update(rest.prefix(pieceLength))
      rest = rest.dropFirst(pieceLength)
    }
    #expect(hash.finalize() == SHA256.digest(message))
  }

  @Test func finalizingLeavesTheHashAsItWas() {
    var hash = SHA256()
    hash.update("ab".utf8)
    _ = hash.finalize()
    hash.update("c".utf8)
    #expect(hash.finalize() == SHA256.digest(Array("abc".utf8)))
  }

  @Test func agreesWithPython() throws {
    var generator = SeededGenerator(seed: 2)
    // Every length around the block boundaries, and others at random.
    let lengths = Array(0...130) + (0..<200).map { _ in Int.random(in: 131...5000, using: &generator) }
    let messages = lengths.map { generator.bytes($0) }
    let theirs = try PythonScript.lines(
      """
      import sys, hashlib
      for line in sys.stdin.read().split("\\n"):
          print(hashlib.sha256(bytes.fromhex(line)).hexdigest())
      """, input: messages.map { Hexadecimal.encode($0) })
    #expect(theirs == messages.map { Hexadecimal.encode(SHA256.digest($0)) })
  }
}
