/// Frames of one size, 8-bit sRGB with or without alpha, and how they are played. A still has one frame.
struct Film {
  var frames: [VipsPicture]
  var timing: Timing?

  /// Of an animation.
  struct Timing {
    /// One for each frame.
    var delaysInMilliseconds: [Int]
    /// 0: for ever.
    var plays: Int
  }

  init(_ frame: VipsPicture) {
    frames = [frame]
  }

  init(frames: [VipsPicture], timing: Timing?) {
    self.frames = frames
    self.timing = timing
  }

  func mapFrames(_ body: (VipsPicture) throws(PixelFailure) -> VipsPicture) throws(PixelFailure) -> Film {
    var film = self
    for index in film.frames.indices { film.frames[index] = try body(film.frames[index]) }
    return film
  }
}
