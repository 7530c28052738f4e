import CVips
import EdgeHandler

extension VipsPicture {
  /// The picture convolved with a Gaussian; beyond its edges it goes on in their colours. Of two or four bands, alpha is the last.
  ///
  /// libvips does this at a cost that grows with the width. A wide one is therefore made of three convolutions, whose variances add up:
  /// the mean over the cells of a smaller picture, a Gaussian over those, and the triangle of their linear enlargement. It is nearer
  /// to the Gaussian than can be seen.
  ///
  /// - Parameter sigma: the standard deviation in pixels.
  func blurred(sigma: Double, _ interruption: Interruption) throws(PixelFailure) -> VipsPicture {
    try premultiplied { picture throws(PixelFailure) in
      // Over three cells or more nothing of the straight pieces of the enlargement is left to be seen.
      let cell = Int(sigma / 3)
      return cell > 1 && picture.isLargeEnoughForCells(sigma: sigma)
        ? try picture.blurredInCells(of: cell, sigma: sigma, interruption)
        : try VipsPicture(cvips_blur(picture.pointer, sigma))
    }
  }

  /// In cells a pixel costs the same whatever sigma is, but so do those of the margins; by itself it costs about sigma times as much.
  private func isLargeEnoughForCells(sigma: Double) -> Bool {
    let margins = 6 * sigma
    return (Double(width) + margins) * (Double(height) + margins) < Double(width) * Double(height) * sigma
  }

  private func blurredInCells(
    of side: Int, sigma: Double, _ interruption: Interruption
  ) throws(PixelFailure) -> VipsPicture {
    func cells(covering length: Int) -> Int { (length + side - 1) / side }
    // As far as the Gaussian reaches, the colours of the edges are its own and not the means of cells.
    let margin = cells(covering: Int(3 * sigma)) * side
    let extended = try VipsPicture(
      cvips_embed_copying_edges(
        pointer, Int32(margin), Int32(margin), Int32(cells(covering: width + 2 * margin) * side),
        Int32(cells(covering: height + 2 * margin) * side)))
    let means = try VipsPicture(cvips_shrink(extended.pointer, Double(side))).computed(interruption)
    let length = Double(side)
    let variance = (sigma / length) * (sigma / length) - (1 - 1 / (length * length)) / 12 - 1 / 6
    let reduced = try VipsPicture(cvips_blur(means.pointer, variance.squareRoot())).computed(interruption)
    let enlarged = cvips_enlarge(reduced.pointer, Int32(extended.width), Int32(extended.height), "bilinear")
    return try VipsPicture(enlarged).cropped(to: PixelRect(x: margin, y: margin, width: width, height: height))
  }
}
