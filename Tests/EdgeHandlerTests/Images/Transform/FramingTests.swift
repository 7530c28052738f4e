import TestSupport
import Testing

@testable import EdgeHandler

/// Properties of the six fits over thousands of sizes, extreme ones among them.
@Suite struct FramingTests {
  private struct Question: CustomStringConvertible {
    var original: PixelSize
    var width: Int?
    var height: Int?
    var fit: TransformOptions.Fit
    var gravity: Gravity

    var framing: Framing {
      Framing(
        original: original, width: width, height: height, fit: fit, gravity: gravity, background: .transparent)
    }

    var description: String { "\(original), \(width ?? 0)×\(height ?? 0), \(fit.keyword), \(gravity.canonical)" }
  }

  private static let fits: [TransformOptions.Fit] = [.contain, .cover, .crop, .pad, .scaleDown, .squeeze, .aspectCrop]
  private static let gravities = ["center", "top", "bottom,right", "0x1", "0.3x0.7", "1x1", "auto", "entropy"]
    .compactMap(Gravity.init(parsing:))

  private static let questions: [Question] = {
    var generator = SeededGenerator(seed: 21)
    let extremes = [1, 2, 3, 7, 99, 100, 101, 1000, 8191, 8192]
    func side(_ most: Int) -> Int {
      Bool.random(using: &generator)
        ? extremes.filter { $0 <= most }.randomElement(using: &generator) ?? 1
        : Int.random(in: 1...most, using: &generator)
    }
    return (0..<20_000).map { index in
      Question(
        original: PixelSize(
          width: index % 50 == 0 ? 100_000_000 : side(12_000), height: index % 50 == 0 ? 1 : side(8000)),
        width: index % 7 == 0 ? nil : side(8192), height: index % 11 == 0 ? nil : side(8192),
        fit: fits[index % fits.count], gravity: gravities[index / 7 % gravities.count])
    }
  }()

  @Test func operationsHoldTogetherAndGiveTheSize() {
    for question in Self.questions {
      let framing = question.framing
      // What enlarges a line of pixels to a plane is refused by its size, before an engine sees it.
      guard max(framing.size.width, framing.size.height) <= 8192 else { continue }
      #expect(PlanCheck.size(question.original, after: framing.operations) == framing.size, "\(question)")
    }
  }

  @Test func aBoxIsFilledOrRespected() throws {
    for question in Self.questions {
      guard let width = question.width, let height = question.height else { continue }
      let size = question.framing.size
      switch question.fit {
      case .cover, .pad, .squeeze: #expect(size == PixelSize(width: width, height: height), "\(question)")
      case .aspectCrop:
        #expect(size.width <= width && size.height <= height, "\(question)")
        #expect(size.width <= question.original.width && size.height <= question.original.height, "\(question)")
        // It has the box's shape, to within a pixel, and is as large as it can be.
        let isWhole = size == PixelSize(width: width, height: height)
        let touches = size.width == question.original.width || size.height == question.original.height
        #expect(isWhole || touches, "\(question)")
        let difference = abs(Int64(size.width) * Int64(height) - Int64(size.height) * Int64(width))
        #expect(difference <= Int64(max(width, height)), "\(question)")
      case .contain:
        #expect(size.width <= width && size.height <= height, "\(question)")
        #expect(size.width == width || size.height == height, "\(question)")
      case .scaleDown:
        #expect(size.width <= width && size.height <= height, "\(question)")
        #expect(size.width <= question.original.width && size.height <= question.original.height, "\(question)")
      case .crop:
        #expect(size.width == min(width, question.original.width), "\(question)")
        #expect(size.height == min(height, question.original.height), "\(question)")
      }
    }
  }

  @Test func theShapeIsKeptToThePixel() {
    for question in Self.questions where question.fit == .contain {
      let size = question.framing.size
      guard question.width != nil || question.height != nil, max(size.width, size.height) <= 8192 else { continue }
      // One side is exact; the other is the nearest whole number, and at least 1.
      let byWidth = max(1, (Double(question.original.height) * Double(size.width) / Double(question.original.width)))
      let byHeight = max(1, (Double(question.original.width) * Double(size.height) / Double(question.original.height)))
      #expect(abs(byWidth - Double(size.height)) <= 0.5 || abs(byHeight - Double(size.width)) <= 0.5, "\(question)")
    }
  }

  @Test func noPictureInBetweenIsHuge() {
    for question in Self.questions {
      let framing = question.framing
      guard max(framing.size.width, framing.size.height) <= 8192 else { continue }
      let allowed = max(100_000_000, Rounding.area(question.original), Rounding.area(framing.size))
      for case .resize(let width, let height) in framing.operations {
        #expect(Rounding.area(PixelSize(width: width, height: height)) <= allowed, "\(question)")
      }
    }
  }

  @Test func gravityDecidesWhatIsKept() {
    let original = PixelSize(width: 300, height: 100)
    for (gravity, x) in [("left", 0), ("center", 100), ("right", 200), ("0x0", 0), ("0.5x0", 100), ("0.4x1", 70)] {
      let framing = Framing(
        original: original, width: 100, height: 100, fit: .cover, gravity: Gravity(parsing: gravity) ?? .center,
        background: .white)
      #expect(framing.operations == [.crop(PixelRect(x: x, y: 0, width: 100, height: 100))], "\(gravity)")
    }
  }

  @Test func arithmeticSaturates() {
    #expect(Rounding.scale(Int.max, by: Int.max, over: 1) == Rounding.cap)
    #expect(Rounding.scale(5, by: 1, over: 0) == 5)
    #expect(Rounding.scale(1, by: 1, over: 2) == 1)
    #expect(Rounding.product(Int.max, FixedPoint(millionths: Int64.max)) == Rounding.cap)
    #expect(Rounding.area(PixelSize(width: Int.max, height: Int.max), frames: Int.max) == Int64.max)
    let cap = PixelSize(width: Rounding.cap, height: Rounding.cap)
    for fit in Self.fits {
      let framing = Framing(original: cap, width: 8192, height: 1, fit: fit, gravity: .center, background: .white)
      #expect(framing.size.width >= 1 && framing.size.height >= 1)
    }
  }
}
