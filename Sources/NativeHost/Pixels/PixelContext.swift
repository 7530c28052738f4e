import EdgeHandler

/// What holds for one piece of work.
struct PixelContext {
  let limits: PixelEngine.Limits
  let svgWorker: [String]
  let interruption: Interruption
}
