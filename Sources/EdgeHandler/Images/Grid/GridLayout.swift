/// How a canvas is divided into cells: arithmetic, without a pixel. Cells and gaps tile the canvas exactly.
enum GridLayout: Sendable, Equatable {
  case row
  /// Top to bottom in so many columns, the first ones longer where the cells do not come out even.
  case column(Int)
  /// So many cells to a row; those of the last row share its whole width.
  case classic(Int)

  /// The cells in the order of the pictures; `nil` where some would have no pixel.
  func cells(count: Int, canvas: PixelSize, gap: Int) -> [PixelRect]? {
    guard count >= 1 else { return nil }
    switch self {
    case .row:
      return Self.split(canvas.width, into: count, gap: gap)?.map { span in
        PixelRect(x: span.start, y: 0, width: span.length, height: canvas.height)
      }
    case .column(let wanted):
      let columns = min(max(1, wanted), count)
      guard let across = Self.split(canvas.width, into: columns, gap: gap) else { return nil }
      var cells: [PixelRect] = []
      for (index, column) in across.enumerated() {
        let inColumn = count / columns + (index < count % columns ? 1 : 0)
        guard let down = Self.split(canvas.height, into: inColumn, gap: gap) else { return nil }
        cells += down.map { PixelRect(x: column.start, y: $0.start, width: column.length, height: $0.length) }
      }
      return cells
    case .classic(let wanted):
      let columns = min(max(1, wanted), count)
      let rows = (count + columns - 1) / columns
      guard let down = Self.split(canvas.height, into: rows, gap: gap) else { return nil }
      var cells: [PixelRect] = []
      for row in down {
        let inRow = min(columns, count - cells.count)
        guard let across = Self.split(canvas.width, into: inRow, gap: gap) else { return nil }
        cells += across.map { PixelRect(x: $0.start, y: row.start, width: $0.length, height: row.length) }
      }
      return cells
    }
  }

  /// Equal parts, to the pixel, with a gap between each two.
  private static func split(_ length: Int, into parts: Int, gap: Int) -> [(start: Int, length: Int)]? {
    let free = length - gap * (parts - 1)
    guard parts >= 1, free >= parts else { return nil }
    return (0..<parts).map { index in
      let start = Rounding.scale(free, by: index, over: parts)
      return (start + index * gap, Rounding.scale(free, by: index + 1, over: parts) - start)
    }
  }

  /// All that differ for so many pictures, in the order in which `auto` prefers them.
  static func candidates(count: Int) -> [GridLayout] {
    var candidates: [GridLayout] = [.classic(2), .row, .column(1), .column(2)]
    // As many columns as pictures are a row.
    for columns in 3..<max(3, count) { candidates += [.classic(columns), .column(columns)] }
    return candidates
  }

  /// The layout that crops least, of those in which every picture gets at least one pixel.
  static func best(for pictures: [PixelSize], canvas: PixelSize, gap: Int) -> [PixelRect]? {
    var best: (cells: [PixelRect], loss: Int64)?
    for candidate in candidates(count: pictures.count) {
      guard let cells = candidate.cells(count: pictures.count, canvas: canvas, gap: gap) else { continue }
      let loss = zip(pictures, cells).reduce(Int64(0)) { $0 + Self.loss($1.0, $1.1) }
      if loss < best?.loss ?? Int64.max { best = (cells, loss) }
    }
    return best?.cells
  }

  /// What `cover` cuts off a picture in a cell, in millionths of the picture.
  private static func loss(_ picture: PixelSize, _ cell: PixelRect) -> Int64 {
    let first = Int64(picture.width) * Int64(cell.height)
    let second = Int64(picture.height) * Int64(cell.width)
    let most = max(first, second, 1)
    return 1_000_000 - Int64(Double(min(first, second)) / Double(most) * 1_000_000)
  }
}
