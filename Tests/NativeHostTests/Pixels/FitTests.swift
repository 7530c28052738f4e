import TestSupport
import Testing

@testable import EdgeHandler

/// The six fits, from the parameters of a URL to the colours of the output: the map's red tells how far from the left a pixel was, its
/// green how far from the top.
@Suite struct FitTests {
  private static let box = (width: 120.0, height: 90.0)
  private static let gravities: [(name: String, x: Double, y: Double)] = [
    ("center", 0.5, 0.5), ("top", 0.5, 0), ("bottom", 0.5, 1), ("left", 0, 0.5), ("right", 1, 0.5), ("top,left", 0, 0),
    ("bottom,right", 1, 1), ("0.25x0.75", 0.25, 0.75),
  ]

  /// What the definition of a fit says: the size of the output, and which part of the original lies where in it, both as edges in px.
  private struct Expected {
    var width: Double
    var height: Double
    var source: (left: Double, top: Double, width: Double, height: Double)
    var place: (left: Double, top: Double, width: Double, height: Double)

    init(_ fit: String, _ gravity: (name: String, x: Double, y: Double), width: Double, height: Double) {
      let box = FitTests.box
      func window(_ side: Double, in length: Double, around fraction: Double) -> Double {
        min(max((length * fraction).rounded() - (side / 2).rounded(.down), 0), length - side)
      }
      let inside = min(box.width / width, box.height / height)
      let filling = max(box.width / width, box.height / height)
      let scale = fit == "scale-down" ? min(inside, 1) : inside
      var size = (width: max((width * scale).rounded(), 1), height: max((height * scale).rounded(), 1))
      source = (0, 0, width, height)
      place = (0, 0, size.width, size.height)
      switch fit {
      case "squeeze":
        size = box
        place = (0, 0, size.width, size.height)
      case "pad":
        place.left = ((box.width - size.width) * gravity.x).rounded()
        place.top = ((box.height - size.height) * gravity.y).rounded()
        size = box
      case "cover", "crop":
        let shrinks = fit == "cover" || (width >= box.width && height >= box.height)
        let factor = shrinks ? filling : 1
        let scaled = (width: (width * factor).rounded(), height: (height * factor).rounded())
        size = (min(box.width, scaled.width), min(box.height, scaled.height))
        source = (
          window(size.width, in: scaled.width, around: gravity.x) / factor,
          window(size.height, in: scaled.height, around: gravity.y) / factor, size.width / factor, size.height / factor
        )
        place = (0, 0, size.width, size.height)
      default: break
      }
      (self.width, self.height) = size
    }
  }

  @Test(
    arguments: ["contain", "cover", "crop", "pad", "scale-down", "squeeze"], ["60x40", "300x200", "300x40", "60x300"])
  func putsEachPartWhereItBelongs(fit: String, size: String) async throws {
    for alpha in ["", "-alpha"] {
      let name = "map-\(size)\(alpha).png"
      let header = try await Workbench.header(name)
      for gravity in Self.gravities {
        let query = "w=120&h=90&fit=\(fit)&gravity=\(gravity.name)&format=png"
        let set = try ParameterSet(Query(parsing: query.utf8), table: ParameterTable.transform)
        let options = try TransformOptions(set, accepted: AcceptedFormats(), limits: Limits())
        let plan = try TransformPlan(options, header: header, limits: Limits())
        let expected = Expected(fit, gravity, width: Double(header.width), height: Double(header.height))
        #expect(plan.size == PixelSize(width: Int(expected.width), height: Int(expected.height)))
        try await check(plan, of: name, expected, header)
      }
    }
  }

  private func check(
    _ plan: TransformPlan, of name: String, _ expected: Expected, _ header: ImageHeader
  ) async throws {
    let output = try await Workbench.output(name, plan.operations, frames: plan.frames, as: plan.encoding)
    let places = [0.05, 0.3, 0.5, 0.7, 0.95].flatMap { x in
      [0.05, 0.5, 0.95].map { [Int(expected.width * x), Int(expected.height * $0)] }
    }
    let look = try Workbench.look(output, pixels: places)
    #expect(look.width == Int(expected.width) && look.height == Int(expected.height), "\(name)")
    let isOpaque = !header.hasAlpha || plan.operations.contains { if case .flatten = $0 { true } else { false } }
    for (place, pixel) in zip(places, look.pixels[0]) {
      let x = (Double(place[0]) + 0.5 - expected.place.left) / expected.place.width
      let y = (Double(place[1]) + 0.5 - expected.place.top) / expected.place.height
      // At its edge a picture may differ by what a pixel more or less makes.
      let (marginX, marginY) = (1.5 / expected.place.width, 1.5 / expected.place.height)
      if min(abs(x), abs(1 - x)) < marginX || min(abs(y), abs(1 - y)) < marginY { continue }
      guard (0...1).contains(x), (0...1).contains(y) else {
        #expect(pixel == [255, 255, 255, 255], "\(name) outside, at \(place)")
        continue
      }
      let left = (expected.source.left + x * expected.source.width) / Double(header.width)
      let top = (expected.source.top + y * expected.source.height) / Double(header.height)
      var color = [left * 255, top * 255, 128]
      if header.hasAlpha, isOpaque { color = color.map { ($0 * 128 + 255 * 127) / 255 } }
      // A pixel of the original makes up to 255/40 of difference.
      #expect(
        isClose(pixel, color.map { Int($0.rounded()) }, within: 7), "\(name) at \(place): \(pixel) for \(color)")
      #expect(abs(pixel[3] - (isOpaque ? 255 : 128)) <= 1)
    }
  }
}
