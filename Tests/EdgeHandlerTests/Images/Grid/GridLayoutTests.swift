import TestSupport
import Testing

@testable import EdgeHandler

@Suite struct GridLayoutTests {
  /// Every px of the canvas is in exactly one cell or gap: with cells grown by the gap to the right and below (as far as the
  /// canvas goes), areas add up and no two overlap.
  private func faults(_ cells: [PixelRect], _ canvas: PixelSize, _ gap: Int) -> String? {
    var area: Int64 = 0
    for (index, cell) in cells.enumerated() {
      guard cell.width >= 1, cell.height >= 1, cell.x >= 0, cell.y >= 0, cell.x + cell.width <= canvas.width,
        cell.y + cell.height <= canvas.height
      else { return "cell \(index) is \(cell)" }
      let right = min(cell.x + cell.width + gap, canvas.width)
      let below = min(cell.y + cell.height + gap, canvas.height)
      area += Int64(right - cell.x) * Int64(below - cell.y)
      for other in cells[..<index] {
        let isApart =
          cell.x >= other.x + other.width + gap || other.x >= cell.x + cell.width + gap
          || cell.y >= other.y + other.height + gap || other.y >= cell.y + cell.height + gap
        guard isApart else { return "\(cell) overlaps \(other)" }
      }
    }
    return area == Int64(canvas.width) * Int64(canvas.height) ? nil : "the cells cover \(area) px"
  }

  @Test func cellsTileTheCanvasExactly() {
    var generator = SeededGenerator(seed: 52)
    var laidOut = 0
    for round in 0..<6000 {
      let canvas = PixelSize(
        width: round % 3 == 0 ? Int.random(in: 1...40, using: &generator) : Int.random(in: 1...8192, using: &generator),
        height: round % 5 == 0 ? Int.random(in: 1...40, using: &generator) : Int.random(in: 1...8192, using: &generator)
      )
      let gap = [0, 0, 1, 2, 7, 16, 511, 512, 2048][Int.random(in: 0..<9, using: &generator)]
      let count = Int.random(in: 1...5, using: &generator)
      let columns = Int.random(in: 1...5, using: &generator)
      for layout in [GridLayout.row, .column(columns), .classic(columns)] {
        guard let cells = layout.cells(count: count, canvas: canvas, gap: gap) else { continue }
        laidOut += 1
        #expect(cells.count == count)
        if let fault = faults(cells, canvas, gap) {
          Issue.record("\(layout) of \(count) in \(canvas) with \(gap): \(fault)")
        }
      }
    }
    #expect(laidOut > 9000)
  }

  @Test func whereThereIsRoomForMoreThereIsRoomForFewer() {
    for side in 1...12 {
      for gap in 0...4 {
        for columns in 1...5 {
          for layout in [GridLayout.row, .column(columns), .classic(columns)] {
            let canvas = PixelSize(width: side, height: 12)
            for count in 2...5 where layout.cells(count: count, canvas: canvas, gap: gap) != nil {
              #expect(layout.cells(count: count - 1, canvas: canvas, gap: gap) != nil)
            }
          }
        }
      }
    }
  }

  @Test func layoutsAreAsDescribed() throws {
    let canvas = PixelSize(width: 101, height: 50)
    let row = try #require(GridLayout.row.cells(count: 2, canvas: canvas, gap: 1))
    #expect(row == [PixelRect(x: 0, y: 0, width: 50, height: 50), PixelRect(x: 51, y: 0, width: 50, height: 50)])
    // The last row of a classic grid stretches.
    let classic = try #require(GridLayout.classic(2).cells(count: 3, canvas: canvas, gap: 1))
    #expect(classic.last?.width == 101)
    #expect(classic.last?.x == 0)
    // Columns are filled from the top; the first is the longer one.
    let column = try #require(GridLayout.column(2).cells(count: 3, canvas: canvas, gap: 1))
    #expect(column.map(\.x) == [0, 0, 51])
    #expect(column.last?.height == 50)
  }

  @Test func autoCutsTheLeastOff() throws {
    let wide = PixelSize(width: 2000, height: 500)
    let tall = PixelSize(width: 500, height: 2000)
    let canvas = PixelSize(width: 1000, height: 1000)
    let stacked = try #require(GridLayout.best(for: [wide, wide, wide, wide], canvas: canvas, gap: 0))
    #expect(stacked.allSatisfy { $0.width == 1000 && $0.height == 250 })
    let abreast = try #require(GridLayout.best(for: [tall, tall, tall, tall], canvas: canvas, gap: 0))
    #expect(abreast.allSatisfy { $0.width == 250 && $0.height == 1000 })
    let square = try #require(
      GridLayout.best(for: Array(repeating: canvas, count: 4), canvas: canvas, gap: 0))
    #expect(square.allSatisfy { $0.width == 500 && $0.height == 500 })
  }

  @Test func autoFindsFourAboveOne() throws {
    let square = PixelSize(width: 100, height: 100)
    let pictures = [square, square, square, square, PixelSize(width: 400, height: 100)]
    let cells = try #require(GridLayout.best(for: pictures, canvas: PixelSize(width: 400, height: 200), gap: 0))
    #expect(loss(pictures, cells) == 0)
  }

  @Test func autoCutsNoMoreOffThanAnyLayoutThatCanBeAskedFor() throws {
    var generator = SeededGenerator(seed: 5)
    // As many small sides as large ones.
    func side() -> Int { Int.random(in: 1...(1 << Int.random(in: 1...13, using: &generator)), using: &generator) }
    var laidOut = 0
    for _ in 0..<5000 {
      let count = Int.random(in: 1...5, using: &generator)
      let pictures = (0..<count).map { _ in PixelSize(width: side(), height: side()) }
      let canvas = PixelSize(width: side(), height: side())
      let gap = [0, 0, 1, 8, 100][Int.random(in: 0..<5, using: &generator)]
      let best = GridLayout.best(for: pictures, canvas: canvas, gap: gap)
      let layouts = [.row] + (1...5).flatMap { [GridLayout.column($0), .classic($0)] }
      for layout in layouts {
        guard let cells = layout.cells(count: count, canvas: canvas, gap: gap) else { continue }
        laidOut += 1
        let best = try #require(best, "\(layout) of \(count) has room in \(canvas) with \(gap)")
        // Losses are compared in millionths of a picture.
        #expect(
          loss(pictures, best) <= loss(pictures, cells) + 1e-5,
          "\(layout) of \(pictures) in \(canvas) with \(gap) cuts less off")
      }
    }
    #expect(laidOut > 30_000)
  }

  /// What `cover` cuts off the pictures, in pictures.
  private func loss(_ pictures: [PixelSize], _ cells: [PixelRect]) -> Double {
    zip(pictures, cells).reduce(0) { sum, pair in
      let (picture, cell) = pair
      let scale = max(
        Double(cell.width) / Double(picture.width), Double(cell.height) / Double(picture.height))
      let whole = Double(picture.width) * scale * Double(picture.height) * scale
      return sum + 1 - Double(cell.width) * Double(cell.height) / whole
    }
  }
}
