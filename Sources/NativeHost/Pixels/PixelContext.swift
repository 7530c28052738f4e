import EdgeHandler

/// What holds for one piece of work.
struct PixelContext {
  let limits: PixelEngine.Limits
  let svgWorker: [String]
  let interruption: Interruption

  var svg: SVGRenderer {
    SVGRenderer(command: svgWorker, maximumPixels: limits.maximumPixels, interruption: interruption)
  }
}
