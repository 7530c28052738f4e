import TestSupport
import Testing

@testable import EdgeHandler

@Suite struct BlurHashTests {
  /// Pictures as unlike as a few lines can make them: noise, gradients, stripes, flat, of all small shapes.
  static func pictures() throws -> [Raster] {
    var generator = SeededGenerator(seed: 83)
    var pictures: [Raster] = []
    for index in 0..<40 {
      let width = index < 3 ? index + 1 : Int.random(in: 1...32, using: &generator)
      let height = index < 3 ? 1 : Int.random(in: 1...32, using: &generator)
      var rgba: [UInt8] = []
      let base = generator.bytes(3)
      for y in 0..<height {
        for x in 0..<width {
          switch index % 4 {
          case 0: rgba += generator.bytes(3)
          case 1: rgba += [UInt8(x * 255 / width), UInt8(y * 255 / height), base[0]]
          case 2: rgba += (x / 4 + y / 3) % 2 == 0 ? base : [255, 255, 255]
          default: rgba += base
          }
          rgba.append(255)
        }
      }
      pictures.append(try #require(Raster(width: width, height: height, rgba: rgba)))
    }
    return pictures
  }

  @Test func encodesAsThePythonPackageDoes() throws {
    let pictures = try Self.pictures()
    let theirs = try PythonScript.lines(
      """
      import sys, blurhash
      for line in sys.stdin.read().split("\\n"):
          width, height, data = line.split()
          width, height, data = int(width), int(height), bytes.fromhex(data)
          rows = [[data[(y * width + x) * 4:][:3] for x in range(width)] for y in range(height)]
          print(blurhash.encode(rows, 4, 4))
      """, input: pictures.map { "\($0.width) \($0.height) \(Hexadecimal.encode($0.rgba))" }, usesPackages: true)
    let ours = pictures.map { BlurHash($0).text }
    #expect(theirs.count == ours.count)
    for (index, pair) in zip(theirs, ours).enumerated() { #expect(pair.0 == pair.1, "picture \(index)") }
  }

  @Test func decodesAsThePythonPackageDoes() throws {
    let hashes = [
      "LEHV6nWB2yk8pyo0adR*.7kCMdnj", "LGF5]+Yk^6#M@-5c,1J5@[or[Q6.", "00OZZy", "L6PZfSi_.AyE_3t7t7R**0o#DgR4",
      "|EHV6nWB2yk8pyo0adR*.7kCMdnjpyo0adR*.7kCMdnjpyo0adR*.7kCMdnjpyo0adR*.7kCMdnjpyo0adR*.7kCMdnjpyo0adR*.7kCMdnjpyo0adR*.7kCMdnjpyo0adR*.7kCMdnjpyo0adR*.7kCMdnjpyo0adR*.7",
    ].filter { BlurHash(parsing: $0) != nil }
    #expect(hashes.count == 5)
    for punch in [1.0, 0.5, 2] {
      let theirs = try PythonScript.lines(
        """
        import sys, blurhash
        for line in sys.stdin.read().split("\\n"):
            rows = blurhash.decode(line, 20, 13, \(punch))
            print("".join("%02x%02x%02xff" % tuple(pixel) for row in rows for pixel in row))
        """, input: hashes, usesPackages: true)
      for (hash, expected) in zip(hashes, theirs) {
        let raster = BlurHash(parsing: hash)?.raster(PixelSize(width: 20, height: 13), punch: punch)
        #expect(raster.map { Hexadecimal.encode($0.rgba) } == expected, "\(hash)")
      }
    }
  }

  @Test(arguments: [
    "", "L", "00OZZ", "00OZZyy", "LEHV6nWB2yk8pyo0adR*.7kCMdn", "LEHV6nWB2yk8pyo0adR*.7kCMdnjj",
    "LEHV6nWB2yk8pyo0adR*.7kCMdn\"",
    "LEHV6nWB2yk8pyo0adR*.7kCMdn/", "LEHV6nWB2yk8pyo0adR*.7kCMdn(", "LEHV6nWB2yk8pyo0adR*.7kCMdn\u{E9}", "00~~~~",
    "~0OZZy", String(repeating: "0", count: 166), String(repeating: "A", count: 8000), "00OZZ\u{0}",
  ])
  func refusesWhatNoEncoderWrites(text: String) {
    #expect(BlurHash(parsing: text) == nil)
  }

  @Test func aBlankIsThePlusThatAFormMadeOfIt() {
    #expect(BlurHash(parsing: "LGF5] Yk^6#M@-5c,1J5@[or[Q6.")?.text == "LGF5]+Yk^6#M@-5c,1J5@[or[Q6.")
  }

  @Test func linearLightAgreesWithPow() throws {
    let theirs = try PythonScript.lines(
      """
      for index in range(256):
          value = index / 255
          print(repr(value / 12.92 if value <= 0.04045 else ((value + 0.055) / 1.055) ** 2.4))
      """)
    for (index, text) in theirs.enumerated() {
      let value = try #require(Double(text))
      #expect((LinearLight.values[index] - value).magnitude <= value * 1e-14)
      #expect(LinearLight.encode(value) == UInt8(index))
    }
    #expect(LinearLight.encode(-1) == 0)
    #expect(LinearLight.encode(2) == 255)
  }

  @Test func cosinesAgreeWithTheLibrary() throws {
    let theirs = try PythonScript.lines(
      """
      import math
      for over in range(1, 65):
          for part in range(0, 9 * over + 1):
              print(repr(math.cos(math.pi * part / over)))
      """)
    var index = 0
    for over in 1...64 {
      for part in 0...(9 * over) {
        let value = try #require(Double(theirs[index]))
        #expect((Cosine.ofPi(part, over: over) - value).magnitude < 1e-14)
        index += 1
      }
    }
  }
}
